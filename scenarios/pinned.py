"""Pinned: the client was told of one certificate of the server, and the server has another."""

from dataclasses import replace

from tlslab.model.check import EVERYTHING, Check
from tlslab.model.conditions import OTHER_PIN
from tlslab.model.scenario import Side, scenario
from tlslab.model.situation import Encryption, ServerKind, Situation
from tlslab_scenarios._sources import GO_CERTIFICATES, ODBC_TROUBLESHOOTING, TDS_8  # fmt: skip


@scenario(
    title="The server's certificate was renewed, and the client was told to accept the one before",
    kinds={ServerKind.SQLSERVER},
    conditions=[OTHER_PIN],
    sources=[ODBC_TROUBLESHOOTING, GO_CERTIFICATES],
)
def pinned(healthy: Situation) -> Situation:
    """The client has the server's certificate in a file (`ServerCertificate`), which it compares with what the server
    shows. Nothing is wrong with the new certificate: it is another.

    **Symptom.** From one moment to the next, when the server was restarted with its new certificate: ODBC "Provided certificate
    doesn't match with server/peer certificate", go-mssqldb "server certificate doesn't match the provided certificate",
    JDBC "Error validating Server Certificate", SqlClient "The certificate provided by the server does not match the
    certificate provided by the ServerCertificate option." Clients without the option go on.

    **Cause.** The whole certificate is compared, not its name or its issuer. The new one differs, also where its key was
    kept. And it is what an attacker in the server's place would cause: ask before you replace the file.

    **Look.** Compare the two: `openssl x509 -in FILE -noout -fingerprint -sha256` for the client's file, and on the server
    for the file that `network.tlscert` names.

    **Fix.** Bring the new certificate to every client; or take the option away, and let the clients trust the CA that
    issued it, which survives the next renewal.
    """
    before = replace(healthy.chain.leaf, owner="the server before")
    return healthy.with_client(encryption=Encryption.STRICT, pin=before)


@pinned.fix(
    still_checks={Check.KEY},
    side=Side.CLIENT,
    steps=[
        "Copy the server's new certificate, not its key, to the client, from the server itself and not over the connection that fails.",
        "Name it in `ServerCertificate`, beside `Encrypt=strict`.",
    ],
    sources=[ODBC_TROUBLESHOOTING],
)
def bring_the_new_certificate(broken: Situation) -> Situation:
    """Tell the client of the new certificate."""
    return broken.with_client(pin=broken.chain.leaf)


@pinned.fix(
    still_checks=EVERYTHING,
    side=Side.CLIENT,
    steps=[
        "Take `ServerCertificate` out of the connection string.",
        "Let the client trust the CA that issued the server's certificate; strict connections verify it.",
    ],
    sources=[TDS_8],
)
def trust_the_ca_instead(broken: Situation) -> Situation:
    """Verify the certificate by its CA, and compare it with no other."""
    return broken.with_client(pin=None)
