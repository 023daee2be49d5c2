"""The two articles that people find by the sentences of .NET Framework, line by line: what the lab plays of each."""

from tlslab.model.article import Advice, Sentence
from tlslab_scenarios._sources import KINSTA, TENWEB, section

FRAMEWORK = ".NET Framework"
BROWSERS = "browsers"
OF_THE_CHAIN = ("untrusted-ca", "self-signed", "missing-intermediate", "expired", "name-mismatch")

_COMMON = section(KINSTA, "Common Causes of the Could Not Establish Trust Relationship Error")
_REASONS = section(TENWEB, "Reasons why this error occurs")

SENTENCES = (
    Sentence(
        "Could not establish trust relationship for the SSL/TLS secure channel with authority",
        [TENWEB, KINSTA],
        OF_THE_CHAIN,
        FRAMEWORK,
        "TrustFailure",
    ),
    Sentence(
        "The underlying connection was closed: Could not establish trust relationship for the SSL/TLS secure channel.",
        [TENWEB],
        OF_THE_CHAIN,
        FRAMEWORK,
        "TrustFailure",
    ),
    Sentence(
        "Could not establish a trust relationship for the SSL/TLS secure channel with authority",
        [TENWEB],
        OF_THE_CHAIN,
        FRAMEWORK,
        "TrustFailure",
    ),
    Sentence(
        "The request was aborted: Could not create SSL/TLS secure channel.",
        [TENWEB],
        [
            "tls-version-mismatch.server-newer",
            "tls-version-mismatch.server-older",
            "handshake-parameters.no-common-cipher",
            "client-certificate.required",
        ],
        FRAMEWORK,
        "SecureChannelFailure",
    ),
    Sentence(
        "unable to get local issuer certificate",
        [TENWEB],
        ["untrusted-ca", "untrusted-ca.direct", "missing-intermediate", "company-proxy.connect"],
    ),
    Sentence(
        "Trust relationship between the workstation and primary domain failed.",
        [TENWEB],
        whose="Windows",
        otherwise="no matter of TLS: the computer's account in its domain; `./tlslab explain` says so",
    ),
    Sentence("Your connection is not private", [KINSTA], whose=BROWSERS),
)

ADVICE = (
    Advice(
        "the certificate has expired",
        "renew it, and install the new one",
        [_REASONS, section(TENWEB, "Expired SSL certificate"), section(KINSTA, "Your Certificate Has Expired")],
        ["expired/renew"],
    ),
    Advice(
        "the certificate is self-signed",
        "put one that a CA has signed in its place",
        [
            section(TENWEB, "Transitioning to a CA-signed certificate"),
            section(KINSTA, "You're Using a Self-Signed Certificate"),
        ],
        ["self-signed/replace-by-ca-signed", "self-signed.end-entity/replace-by-ca-signed"],
    ),
    Advice(
        "the certificate is self-signed",
        "add it to the store of what is trusted",
        [section(TENWEB, "Add certificate to trusted store")],
        ["self-signed/trust-certificate", "self-signed.end-entity/trust-certificate"],
    ),
    Advice(
        "the names differ: with and without www",
        "have a certificate made for both",
        [
            section(TENWEB, "Name mismatch"),
            section(KINSTA, "Your Domain Name Doesn't Match the Name on the Certificate"),
        ],
        ["name-mismatch.www/reissue-with-all-names"],
    ),
    Advice(
        "the names differ",
        "add the name to the SAN",
        [
            section(TENWEB, "Aligning your SSL Certificate with your domain"),
            section(KINSTA, "Your Domain Name Doesn't Match the Name on the Certificate"),
        ],
        ["name-mismatch/reissue-with-all-names", "name-mismatch.common-name-alone/reissue-with-san"],
    ),
    Advice(
        "the CA is not trusted: one's own, or one that is little known",
        "add it to the store of what is trusted",
        [
            _COMMON,
            section(TENWEB, "Add certificate to trusted store"),
            section(KINSTA, "Your Certificate Root Authority Can't Be Trusted"),
        ],
        ["untrusted-ca/install-ca", "untrusted-ca.direct/install-ca"],
    ),
    Advice(
        "an intermediate certificate is missing",
        "have the server send the whole chain",
        [_REASONS, _COMMON],
        ["missing-intermediate/present-whole-chain"],
    ),
    Advice(
        "an intermediate certificate is missing",
        "none: a client may fetch it by itself (they name Internet Explorer, which does, and Firefox, which does not)",
        [_COMMON],
        ["missing-intermediate.published/have-client-fetch"],
    ),
    Advice(
        "the client's clock is wrong",
        "set it",
        [
            section(TENWEB, "Correct date and time settings"),
            section(KINSTA, "Step 2: Try General Troubleshooting Tips"),
        ],
        ["wrong-clock.ahead/set-the-clock", "wrong-clock.behind/set-the-clock"],
    ),
    Advice(
        "the program is out of date: its roots",
        "update it",
        [section(TENWEB, "System and browser updates"), section(KINSTA, "Step 2: Try General Troubleshooting Tips")],
        ["expired-root/install-renewed-root", "cross-signed.left-out/install-new-root"],
    ),
    Advice(
        "the program is out of date: the versions of TLS that it knows",
        "update it",
        [section(TENWEB, "System and browser updates"), section(KINSTA, "Step 2: Try General Troubleshooting Tips")],
        ["tls-version-mismatch.server-newer/allow-newer-on-client"],
    ),
    Advice(
        "whatever is wrong",
        "look at less for a while",
        [section(TENWEB, "Adjust your browser's security settings")],
        ["untrusted-ca/trust-everything", "self-signed/trust-everything"],
    ),
    Advice(
        "a self-signed certificate cannot be revoked",
        "none",
        [section(TENWEB, "Self-signed certificate"), section(KINSTA, "You're Using a Self-Signed Certificate")],
        otherwise="true, and few clients look at all: see `revoked.unnoticed`",
    ),
    Advice(
        "the cause is not known",
        "look at the certificate in Safari or in Chrome",
        [section(TENWEB, "Identifying the error cause"), section(KINSTA, "Step 1: Check the Certificate Errors")],
        waits=BROWSERS,
    ),
    Advice(
        "the CA is not trusted by the browser",
        "trust it in the Keychain of macOS, or in the certificates of Windows (mmc)",
        [
            section(TENWEB, "Add certificate to trusted store"),
            section(KINSTA, "Your Certificate Root Authority Can't Be Trusted"),
        ],
        waits=f"{BROWSERS}, and other systems than Linux",
    ),
)
