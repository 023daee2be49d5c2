"""What became of a container, in words; states as the daemon tells them (Docker 20.10)."""

import re
from typing import Any

import pytest

from tlslab.stages.docker.container_state import described

ENDED = {
    "Status": "exited", "Running": False, "Paused": False, "Restarting": False, "OOMKilled": False, "Dead": False,
    "Pid": 0, "ExitCode": 0, "Error": "",
}  # fmt: skip


@pytest.mark.parametrize(
    ("differs", "said"),
    [
        ({"ExitCode": 3}, "exit status 3"),
        ({"ExitCode": 127, "Error": "no such file"}, "exit status 127, no such file"),
        ({"ExitCode": 137, "OOMKilled": True}, "its memory was used up"),
        ({"ExitCode": 137}, r"from outside \(SIGKILL\), by somebody or by a restart of the Docker daemon"),
        ({"ExitCode": 143}, r"from outside \(SIGTERM\)"),
        ({"Running": True, "Paused": True, "Status": "paused"}, "somebody has paused it"),
        ({"Running": True, "Status": "running"}, "the connection to it broke"),
    ],
    ids=["status", "error", "memory", "killed", "stopped", "paused", "running"],
)
def test_the_state_of_a_container_in_words(differs: dict[str, Any], said: str) -> None:
    assert re.search(said, described(ENDED | differs))
