"""No AKI: the certificate does not say which key signed it. Nothing else is wrong; strict clients refuse."""

from tlslab.model.check import EVERYTHING
from tlslab.model.circumstances import STRICT_X509
from tlslab.model.conditions import NO_AUTHORITY_KEY_IDENTIFIER
from tlslab.model.evidence import Basis, Phase
from tlslab.model.library import says
from tlslab.model.scenario import Side, scenario
from tlslab.model.situation import ServerKind, Situation
from tlslab_scenarios._sources import (  # fmt: skip
    AUTHORITY_KEY_IDENTIFIER,
    EXTENSIONS_NOT_COPIED,
    NO_AKI_AND_PYTHON,
    STRICT_FLAGS,
    STRICT_IN_PYTHON,
    X509_TEXTS,
)


@scenario(
    title="The certificate has no authority key identifier, and the client is strict",
    kinds={ServerKind.HTTPS},
    conditions=[NO_AUTHORITY_KEY_IDENTIFIER],
    rows={
        "openssl": says(
            [NO_AUTHORITY_KEY_IDENTIFIER],
            Phase.VERIFY,
            "Missing Authority Key Identifier",
            when=[STRICT_X509],
            basis=Basis.AUTHORITATIVE,
            source=X509_TEXTS,
        )
    },
    sources=[AUTHORITY_KEY_IDENTIFIER, STRICT_FLAGS, STRICT_IN_PYTHON, NO_AKI_AND_PYTHON],
)
def no_aki(healthy: Situation) -> Situation:
    """The server's certificate lacks the authority key identifier (AKI), which RFC 5280 wants in every certificate that
    somebody else signed. Issuer, dates and name are in order. The client is told to check strictly, as Python does by
    itself since 3.13; here the flag is set, so that older Pythons show the same.

    **Symptom.** "Missing Authority Key Identifier" (OpenSSL error 85), in Python behind "certificate verify failed:". It
    begins with an upgrade of Python, and clients that are not strict connect: curl, wget, Node, Go.

    **Cause.** A script for a private CA that writes no AKI. `openssl x509 -req` and `openssl ca` put into a certificate what
    their configuration says, and before OpenSSL 3.2 they add no key identifiers by themselves. Python 3.13 put VERIFY_X509_STRICT
    into the flags of `ssl.create_default_context()`; strict are also the subject key identifier of CAs, their key usage and
    more.

    **Look.** `openssl s_client -connect HOST:443 </dev/null | openssl x509 -noout -ext authorityKeyIdentifier`: there must be
    one. `openssl verify -x509_strict -CAfile root.pem -untrusted intermediate.pem server.pem` says what else is strict.

    **Fix.** Have the certificate issued again with an AKI. Until then Python can be told to be as it was before 3.13; chain,
    name and dates are verified all the same.
    """
    return healthy.with_leaf(authority_key_identifier=False).with_client(strict_x509=True)


@no_aki.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    steps=[
        "Have the CA sign the request again with `authorityKeyIdentifier = keyid` in the file of `-extfile`.",
        "`openssl verify -x509_strict -CAfile root.pem -untrusted intermediate.pem server.pem` must say OK.",
        "nginx: `nginx -s reload`.",
    ],
    sources=[AUTHORITY_KEY_IDENTIFIER, EXTENSIONS_NOT_COPIED],
)
def reissue_with_aki(broken: Situation) -> Situation:
    """Have the certificate issued again with an authority key identifier."""
    return broken.with_leaf(authority_key_identifier=True)


@no_aki.fix(
    still_checks=EVERYTHING,
    side=Side.CLIENT,
    steps=[
        "Python: `context = ssl.create_default_context()`, then `context.verify_flags &= ~ssl.VERIFY_X509_STRICT`.",
        "openssl: leave `-x509_strict` out.",
    ],
    sources=[STRICT_IN_PYTHON, STRICT_FLAGS],
)
def be_less_strict(broken: Situation) -> Situation:
    """Tell the client not to be strict."""
    return broken.with_client(strict_x509=False)
