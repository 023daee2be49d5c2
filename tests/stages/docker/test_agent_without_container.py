"""What the agent in the containers of clients does of an order, here without a container: docker/client/agent.py is a
program that reads lines of JSON.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import tlslab
from tlslab.clients.base import Invocation
from tlslab.stages import leftovers
from tlslab.stages.docker.client_images import order

AGENT = tlslab.LOCKS / "docker" / "client" / "agent.py"


def answer(invocation: Invocation, room: Path) -> dict[str, Any]:
    """The agent's answer to the order to run this, in a directory that is gone afterwards."""
    asked = {key: value for key, value in order(invocation, str(room)).items() if key != "limit"}
    done = subprocess.run(
        [sys.executable, "-c", f"import runpy; runpy.run_path({str(AGENT)!r})['serve']({{**{asked!r}, 'id': 1}})"],
        env={"PYTHONPATH": str(Path(leftovers.__file__).parent)},
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert not room.exists()
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def test_what_prepares_a_client_runs_before_it_in_its_room_and_environment(tmp_path: Path) -> None:
    invocation = Invocation(
        ("cat", "made"),
        env={"OWN": "1"},
        files={"in/der": b"\x30\x82\xff", "text": "w\N{LATIN SMALL LETTER O WITH DIAERESIS}rter"},
        prepare=(("sh", "-c", 'echo "$HOME" $OWN >made'), ("sh", "-c", "od -An -tx1 in/der >>made; cat text >>made")),
    )
    said = answer(invocation, tmp_path / "room")
    assert said["stdout"].split() == [
        f"{tmp_path}/room",
        "1",
        "30",
        "82",
        "ff",
        "w\N{LATIN SMALL LETTER O WITH DIAERESIS}rter",
    ]


def test_what_cannot_prepare_a_client_is_an_error_that_names_it(tmp_path: Path) -> None:
    invocation = Invocation(("true",), prepare=(("sh", "-c", "echo no such thing >&2; exit 3"),))
    error = answer(invocation, tmp_path / "room")["error"]
    assert error.endswith("which prepares the attempt, fails with status 3: no such thing")


def test_what_prepares_a_client_and_does_not_end_is_ended(tmp_path: Path) -> None:
    invocation = Invocation(("true",), prepare=(("sleep", "60"),), prepare_timeout=0.5)
    assert "does not end" in answer(invocation, tmp_path / "room")["error"]


def test_an_agent_is_given_time_for_what_prepares_a_client() -> None:
    plain, prepared = Invocation(("true",), timeout=5.0), Invocation(("true",), timeout=5.0, prepare=(("a",), ("b",)))
    assert order(plain, "/room")["limit"] == 5.0
    assert order(prepared, "/room")["limit"] == 5.0 + 2 * prepared.prepare_timeout
