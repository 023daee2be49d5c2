"""The variables of a client side, as a stage sets them: with the files that they name."""

from dataclasses import replace

from tlslab.clients.base import Invocation, Request
from tlslab.model.environment import SSL_CERT_DIR, Variable
from tlslab.model.situation import HASHED_DIRECTORY, PEM_FILE
from tlslab.pki.mint import Mint
from tlslab.truststores import all_kinds
from tlslab.truststores.kind import Laid


def with_environment(invocation: Invocation, request: Request, mint: Mint) -> Invocation:
    """The invocation, in whose environment the variables of the client side are set.

    Raises ValueError where the adapter has set one of them itself: then the client would be told one of the two.
    """
    for variable in request.side.environment:
        if variable.name in invocation.env:
            raise ValueError(f"the client is told {variable.name} twice")
        laid = _laid(variable, mint)
        invocation = replace(
            invocation,
            env={**invocation.env, variable.name: str(request.workdir / laid.path) if laid.path else variable.value},
            files={**invocation.files, **laid.files},
            prepare=(*invocation.prepare, *laid.prepare),
        )
    return invocation


def _laid(variable: Variable, mint: Mint) -> Laid:
    """What a variable names."""
    if variable.limits is not None:
        return Laid(variable.path, {variable.path: variable.limits.text})
    if variable.anchors is None:
        return Laid("")
    kind = HASHED_DIRECTORY if variable.name == SSL_CERT_DIR else PEM_FILE
    return all_kinds()[kind].lay(mint.pem(*variable.anchors) or mint.public_root, path=variable.path)
