"""Mono's TLS (BoringSSL, "btls") with its own check of names: one text for every certificate that it refuses.

Only the lab has seen these rows: mono 6.8 of Debian. A name is found in the CN as well; an anchor is a self-signed CA
certificate.
"""

from tlslab.model.circumstances import RESETS
from tlslab.model.conditions import (
    BELOW_THE_ROOT,
    CN_ALONE,
    FORGED,
    IP_ADDRESS,
    LEAF_TRUSTED,
    NAME_MISMATCH,
    NAME_NOT_PERMITTED,
    NO_COMMON_CIPHER,
    NO_COMMON_VERSION,
    NOT_LOADED,
    WEAK_ISSUER_SIGNATURE,
    WEAK_KEY,
    WEAK_SIGNATURE,
    leaf_of,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import ANY, Library, Offers, When, says, says_alike, tolerates, where
from tlslab.model.names import (
    ADDRESS_AS_CN_ALONE,
    ADDRESS_AS_DNS_NAME,
    DOT_AT_THE_END,
)
from tlslab.model.path import anchors, chain_of
from tlslab.model.situation import Situation, TLSVersion

OBSERVED = Source("observed by the lab of mono 6.8", "")
REJECTED = "MonoBtlsException: Ssl error:1000007d:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED"


def _is_its_own_anchor(situation: Situation) -> bool:
    leaf = leaf_of(situation)
    return leaf.issuer is None and leaf in anchors(situation) and not leaf.is_ca


def _leads_to_an_expired_root(situation: Situation) -> bool:
    above = [item.issuer for item in chain_of(situation).presented[1:] if item.issuer is not None]
    return any(item.issuer is None and item.validity.ends <= situation.client.clock for item in above)


NO_CA_TRUSTED = When("what is trusted is the server's own certificate, and no CA's", _is_its_own_anchor)
SENT_PATH = When("the chain that the server sends leads to a root that has expired", _leads_to_an_expired_root)

LIBRARY = Library(
    "mono",
    (
        *says(ANY, Phase.VERIFY, REJECTED, basis=Basis.OBSERVED, source=OBSERVED),
        *says([NAME_MISMATCH], Phase.NAME, REJECTED, basis=Basis.OBSERVED, source=OBSERVED),
        *says_alike([BELOW_THE_ROOT, LEAF_TRUSTED], Phase.VERIFY, REJECTED, basis=Basis.OBSERVED, source=OBSERVED),
        *says_alike([IP_ADDRESS, DOT_AT_THE_END], Phase.NAME, REJECTED, basis=Basis.OBSERVED, source=OBSERVED),
        *says([], Phase.VERIFY, REJECTED, basis=Basis.OBSERVED, source=OBSERVED, when=[NO_CA_TRUSTED]),
        *says([], Phase.VERIFY, REJECTED, basis=Basis.OBSERVED, source=OBSERVED, when=[SENT_PATH]),
        *says(
            [FORGED],
            Phase.VERIFY,
            "MonoBtlsException: Ssl error:{*}:RSA routines:OPENSSL_internal:",
            REJECTED,
            basis=Basis.OBSERVED,
            source=OBSERVED,
        ),
        # Also where nothing is verified: mono has no word for this status.
        *(
            row
            for of, when in (([NAME_NOT_PERMITTED], []), ([], [where(NAME_NOT_PERMITTED)]))
            for row in says(
                of,
                Phase.HANDSHAKE,
                "CryptographicException: Unrecognized X509VerifyStatusCode:",
                basis=Basis.OBSERVED,
                source=OBSERVED,
                when=when,
            )
        ),
        *(
            tolerates(why, of=of, basis=Basis.OBSERVED, source=OBSERVED)
            for why, of in (
                ("the hash of a signature is not looked at", [WEAK_SIGNATURE]),
                ("the hash of a CA's signature is not looked at", [WEAK_ISSUER_SIGNATURE]),
                ("the length of a key is not looked at", [WEAK_KEY]),
                ("an address is looked for among the DNS names", [NAME_MISMATCH, ADDRESS_AS_DNS_NAME]),
            )
        ),
        *(
            tolerates(
                "the name is looked for in the common name, too",
                of=[item],
                phases=[Phase.NAME],
                basis=Basis.OBSERVED,
                source=OBSERVED,
            )
            for item in (
                CN_ALONE,
                ADDRESS_AS_CN_ALONE,
            )
        ),
        *says_alike(
            [NO_COMMON_VERSION, NO_COMMON_CIPHER, NOT_LOADED],
            Phase.CLOSED,
            "IOException: Unable to read data from the transport connection: Connection reset by peer.",
            basis=Basis.OBSERVED,
            source=OBSERVED,
            when=[RESETS],
        ),
    ),
    offers=(
        Offers(TLSVersion.TLSv1_0, TLSVersion.TLSv1_2, "mono's TLS library ends at TLS 1.2", Basis.OBSERVED, OBSERVED),
    ),
)
