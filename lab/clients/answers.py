"""The answer of a probe: one line of JSON on standard output.

    {"connected": bool, "text": str, "code": str, "encrypted": bool | null, "tls_version": str}

A probe that ends without such a line has crashed; what it printed instead is the outcome's text.
"""

import json
from typing import Any

from tlslab.model.outcome import Completed, Outcome, Result


def read_answer(completed: Completed) -> Outcome:
    """The outcome that a probe reports. One without an answer is a crash of the client, not an exception."""
    answer = _answer(completed.stdout)
    if answer is None:
        return Outcome(
            Result.CRASHED,
            completed.stderr or completed.stdout,
            exit_status=completed.exit_status,
            seconds=completed.seconds,
        )
    encrypted = answer.get("encrypted")
    return Outcome(
        result=Result.CONNECTED if answer["connected"] is True else Result.REFUSED,
        text=str(answer.get("text", "")),
        code=str(answer.get("code", "")),
        exit_status=completed.exit_status,
        seconds=completed.seconds,
        encrypted=encrypted if isinstance(encrypted, bool) else None,
        tls_version=str(answer.get("tls_version", "")),
    )


def _answer(stdout: str) -> dict[str, Any] | None:
    for line in reversed(stdout.splitlines()):
        if '"connected"' not in line:
            continue
        try:
            answer = json.loads(line)
        except (ValueError, RecursionError):  # no JSON, or nested too deeply to be an answer
            continue
        if isinstance(answer, dict) and "connected" in answer:
            return answer
    return None
