"""Windows' trust between a computer and its domain: no matter of TLS, and mistaken for one because of its words."""

from tlslab.model.condition import Condition
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, Prints, says
from tlslab.model.situation import Situation

SYSTEM_ERRORS = Source(
    "Microsoft, System Error Codes (1700-3999): ERROR_TRUSTED_RELATIONSHIP_FAILURE, 1789",
    "https://github.com/MicrosoftDocs/win32/blob/47e64c189dcb1c1a42c221380ccf0ec81cc82d4b/desktop-src/Debug"
    "/system-error-codes--1700-3999-.md",
)
ARTICLE = Source(
    "10Web, How to Resolve the Could Not Establish Trust Relationship Error",
    "https://10web.io/blog/could-not-establish-trust-relationship-for-the-ssl-tls/",
)


def _not_yet(situation: Situation) -> bool:
    return False


NO_DOMAIN_TRUST = Condition(
    "no-domain-trust",
    "TLS is not the cause: the computer's account in its Windows domain does not work any more",
    _not_yet,
    wrong=True,
)

LIBRARY = Library(
    "windows-domain",
    (
        *says(
            [NO_DOMAIN_TRUST],
            Phase.LOGIN,
            "The trust relationship between this workstation and the primary domain failed.",
            "ERROR_TRUSTED_RELATIONSHIP_FAILURE",
            Prints(code="0x800706FD"),
            Prints(code="-2147023107"),
            basis=Basis.AUTHORITATIVE,
            source=SYSTEM_ERRORS,
        ),
        *says(
            [NO_DOMAIN_TRUST],
            Phase.LOGIN,
            "Trust relationship between the workstation and primary domain failed.",
            basis=Basis.REPORTED,
            source=ARTICLE,
        ),
    ),
    vocabulary=True,
)
