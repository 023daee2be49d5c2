"""The fate of a container whose output has ended: what became of it, and whether the daemon still answers."""

from collections.abc import Mapping
from typing import Any

import requests
from docker.errors import NotFound

import docker
from tlslab.stages.docker.daemon_errors import FAILURES, words
from tlslab.stages.stage import Lost

KNOCK_TIMEOUT = 5.0
"""Seconds in which a daemon that lives answers."""
_SIGNALS = {130: "SIGINT", 137: "SIGKILL", 143: "SIGTERM"}
"""Exit statuses of programs that a signal has ended: 128 and its number (Docker's documentation, "Exit status")."""


def answers(api: docker.APIClient) -> bool:
    """Whether the daemon still answers."""
    try:
        knock(api)
    except FAILURES:
        return False
    return True


def knock(api: docker.APIClient) -> None:
    """Ask the daemon whether it lives. Raises one of FAILURES."""
    api.get(f"{api.base_url}/_ping", timeout=KNOCK_TIMEOUT).raise_for_status()


def fate(api: docker.APIClient, identity: str) -> str:
    """What became of a container, for the middle of a sentence. Raises Lost when it is the daemon that has gone."""
    try:
        knock(api)
        state: Mapping[str, Any] = api.inspect_container(identity)["State"]
    except NotFound:
        return "somebody has removed it"
    except requests.Timeout:
        raise Lost(f"the Docker daemon does not answer any more (for {KNOCK_TIMEOUT:.0f} s)") from None
    except FAILURES as problem:
        raise Lost(f"the Docker daemon has gone in the middle of the run ({words(problem)})") from problem
    return described(state)


def described(state: Mapping[str, Any]) -> str:
    """The state of a container as the daemon tells it (Docker Engine API, "Inspect a container"), in words."""
    if state.get("Paused"):
        return "somebody has paused it"
    if state.get("Running"):
        return "it still runs, but the connection to it broke: was the Docker daemon restarted?"
    if state.get("OOMKilled"):
        return "ended by the kernel because its memory was used up"
    status = int(state.get("ExitCode", 0))
    if status in _SIGNALS:
        return f"it was ended from outside ({_SIGNALS[status]}), by somebody or by a restart of the Docker daemon"
    return f"exit status {status}" + (f", {state['Error']}" if state.get("Error") else "")
