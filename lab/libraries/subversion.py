"""Subversion: several reasons may stand behind one another, and where it asks, one in a line."""

from tlslab.model.conditions import EXPIRED, INCOMPLETE, NAME_MISMATCH, NOT_YET_VALID, SELF_SIGNED, UNTRUSTED
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import ANY, Library, says, stands_for

_SVN = "https://github.com/apache/subversion/blob/33bbc9853714e0a0c8a0c5af1250d4c49179aac8/subversion"
SERF = Source("Subversion, subversion/libsvn_ra_serf/util.c, ssl_server_cert", f"{_SVN}/libsvn_ra_serf/util.c")
PROMPT = Source(
    "Subversion, subversion/libsvn_subr/prompt.c, svn_cmdline_auth_ssl_server_trust_prompt",
    f"{_SVN}/libsvn_subr/prompt.c",
)
_FAILED = "Server SSL certificate verification failed:"
_UNKNOWN = (UNTRUSTED, SELF_SIGNED, INCOMPLETE)

LIBRARY = Library(
    "subversion",
    (
        *stands_for(
            {
                f"{_FAILED}{{*}}issuer is not trusted": _UNKNOWN,
                f"{_FAILED}{{*}}certificate has expired": (EXPIRED,),
                f"{_FAILED}{{*}}certificate is not yet valid": (NOT_YET_VALID,),
            },
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=SERF,
        ),
        *says(
            [NAME_MISMATCH],
            Phase.NAME,
            f"{_FAILED}{{*}}certificate issued for a different hostname",
            basis=Basis.AUTHORITATIVE,
            source=SERF,
        ),
        *stands_for(
            {
                "The certificate is not issued by a trusted authority. Use the fingerprint": _UNKNOWN,
                "- The certificate is not yet valid.": (NOT_YET_VALID,),
                "- The certificate has expired.": (EXPIRED,),
            },
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=PROMPT,
        ),
        *says(
            [NAME_MISMATCH],
            Phase.NAME,
            "The certificate hostname does not match.",
            basis=Basis.AUTHORITATIVE,
            source=PROMPT,
        ),
        *says(ANY, Phase.VERIFY, "The certificate has an unknown error.", basis=Basis.AUTHORITATIVE, source=PROMPT),
    ),
    vocabulary=True,
)
