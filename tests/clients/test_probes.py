"""The probes show what a user sees: the errors behind an error, without the places in the code."""

import json
import subprocess
import sys
from pathlib import Path

from tlslab.clients.base import PROBES

SHOWN = """
import json, runpy
shown = runpy.run_path({probe!r})["shown"]
try:
    try:
        raise ConnectionRefusedError(111, "Connection refused")
    except OSError as refused:
        raise TimeoutError() from refused
except TimeoutError as error:
    print(json.dumps([shown(error), shown(ValueError("alone"))]))
"""


def test_an_error_that_was_raised_from_another_is_shown_as_python_shows_it(tmp_path: Path) -> None:
    command = [sys.executable, "-I", "-c", SHOWN.format(probe=str(PROBES / "python_tds.py"))]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=True)
    chained, alone = json.loads(done.stdout)
    assert chained == (
        "ConnectionRefusedError: [Errno 111] Connection refused\n\n"
        "The above exception was the direct cause of the following exception:\n\n"
        "TimeoutError"
    )
    assert alone == "ValueError: alone"
