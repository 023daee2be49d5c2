"""Attempts by the probes that run in Node: one process serves many, for Node and a driver take longer to start than to
connect.
"""

import json
from collections.abc import Mapping
from typing import Any

from tlslab.clients.base import Invocation, Request, Worker, probe, shared

LINES = "lines.js"
"""What serves the requests, in each of these probes."""


def attempt(
    request: Request,
    program: str,
    given: Mapping[str, Any],
    files: Mapping[str, bytes | str],
    *,
    env: Mapping[str, str],
    flags: tuple[str, ...] = (),
) -> Invocation:
    """One attempt by a probe, in the attempt's own directory. `env` holds for the whole process: with a path of this
    attempt in it no other one shares that.
    """
    told = Invocation(
        argv=(request.machine.which["node"], *flags, program),
        env=env,
        files=files,
        prepare=request.trust().prepare,
        stdin=json.dumps({"directory": str(request.workdir), **given}),
        worker=Worker({name: probe(name) for name in (program, LINES)}),
    )
    return shared(told, request)
