"""Ansible (get_url, uri, apt_key, winrm): the sentences of its own, behind which the reason of Python's ssl is gone."""

from tlslab.model.conditions import NAME_MISMATCH
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import ANY, Library, says

REDIRECTED = Source(
    "ansible/ansible issue 11579: a name behind a redirect", "https://github.com/ansible/ansible/issues/11579"
)
URI = Source("ansible/ansible issue 14979: the module uri, a name", "https://github.com/ansible/ansible/issues/14979")
FAILED = Source(
    "ansible/ansible issue 6904: the same sentence where no version of TLS is common",
    "https://github.com/ansible/ansible/issues/6904",
)

LIBRARY = Library(
    "ansible",
    (
        *says(
            [NAME_MISMATCH],
            Phase.NAME,
            "SSL Certificate does not belong to {name}",
            basis=Basis.REPORTED,
            source=REDIRECTED,
        ),
        *says(
            [NAME_MISMATCH],
            Phase.NAME,
            "The server's certificate does not match with its hostname.",
            basis=Basis.REPORTED,
            source=URI,
        ),
        *says(
            ANY,
            Phase.VERIFY,
            "Failed to validate the SSL certificate for",
            basis=Basis.REPORTED,
            source=FAILED,
        ),
    ),
    vocabulary=True,
)
