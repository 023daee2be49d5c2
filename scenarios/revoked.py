"""Revoked: the CA took the certificate back before its time. Who notices depends on whether anybody looks, and where."""

from dataclasses import replace

from tlslab.model.certificate import FRESH, LAB_ISSUING, LAB_ROOT, Responder, RevocationList
from tlslab.model.check import EVERYTHING, Check
from tlslab.model.conditions import REVOKED
from tlslab.model.scenario import Scenario, Side, scenario
from tlslab.model.situation import RevocationCheck, ServerKind, Situation
from tlslab_scenarios._sources import (  # fmt: skip
    CURL_CERT_STATUS,
    GNUTLS_OCSP,
    NGINX_STAPLING,
    OCSP,
    OPENSSL_CRL_DOWNLOAD,
    REVOCATION_LISTS,
    STATUS_REQUEST,
)

LISTED = replace(LAB_ISSUING, crl=Responder.ANSWERS, ocsp=Responder.ANSWERS)
"""The intermediate, whose own certificate names a list and a responder as well."""
LISTS = (RevocationList(LAB_ISSUING), RevocationList(LAB_ROOT))
"""What a client that looks at the whole chain has to be given."""
AND_REVOCATION = EVERYTHING | {Check.REVOCATION}


def listed(healthy: Situation) -> Situation:
    """The healthy situation with certificates that say where to look, which answers."""
    return healthy.with_leaf(issuer=LISTED, crl=Responder.ANSWERS, ocsp=Responder.ANSWERS)


@scenario(
    form="unnoticed",
    title="The server's certificate was revoked, and nobody looks",
    conditions=[REVOKED],
    sources=[REVOCATION_LISTS, OCSP],
)
def unnoticed(healthy: Situation) -> Situation:
    """The CA has revoked the certificate, and says so in its list and by OCSP, at the addresses in the certificate. Nobody has
    told the client to look there.

    **Symptom.** None. "SSL certificate verify ok." (curl): no program on the command line, no driver of SQL Server and no
    runtime here looks by itself. Browsers and Windows may: that somebody else is refused is how it comes to light.

    **Cause.** Looking costs a connection before each connection, and fails where the responder does. So libraries leave
    it to the program, and programs leave it to who configures them.

    **Look.** `openssl x509 -in server.pem -noout -ext crlDistributionPoints,authorityInfoAccess` prints the addresses. Then
    `openssl ocsp -issuer issuing.pem -cert server.pem -url ADDRESS -CAfile root.pem`: "revoked".

    **Fix.** Put a new certificate with a new key on the server. Until then whoever has the old key can pass for it, to
    every client that does not look.
    """
    return listed(healthy).with_leaf(revoked=True)


@scenario(
    form="list",
    title="The server's certificate was revoked, and stands in the list that the client is given",
    conditions=[REVOKED],
    sources=[REVOCATION_LISTS],
)
def by_list(healthy: Situation) -> Situation:
    """The CA has revoked the certificate. The client is given the lists of the CAs (CRL) in a file and holds certificates
    against them.

    **Symptom.** "certificate revoked" (OpenSSL error 23, curl 60), Node `CERT_REVOKED`, wget "has been revoked". FreeTDS
    says no more than that it does not connect.

    **Cause.** The key was lost or replaced, or the service has ended; the CA was told. The server goes on with the old
    certificate: its dates are in order, and it does not know.

    **Look.** `openssl crl -in crl.pem -noout -text` prints the serial numbers, `openssl x509 -in server.pem -noout -serial`
    that of the server. OpenSSL and Node want a list for each CA that they look at. gnutls-cli takes only lists whose CA
    stands in its file of CAs: "Error in the CRL verification."

    **Fix.** Put a new certificate with a new key on the server. Taking the list away from the client lets the old key in.
    """
    return healthy.with_leaf(revoked=True).with_client(crls=LISTS)


@scenario(
    form="fetched-list",
    title="The server's certificate was revoked, and the client fetches the list",
    conditions=[REVOKED],
    sources=[REVOCATION_LISTS, OPENSSL_CRL_DOWNLOAD],
)
def by_fetched_list(healthy: Situation) -> Situation:
    """The CA has revoked the certificate. The client is told to fetch the list (CRL) from the address in it.

    **Symptom.** "certificate revoked" (s_client with -crl_check -crl_download), "Certificate has been revoked,
    reason: " (Java with com.sun.security.enableCRLDP).

    **Cause.** The CA was told that the key was lost, or that the certificate is not to be used any more. The server goes
    on with it.

    **Look.** `openssl x509 -in server.pem -noout -ext crlDistributionPoints` prints the address; fetch it, and
    `openssl crl -inform DER -in list.crl -noout -text` prints the serial numbers.

    **Fix.** Put a new certificate with a new key on the server.
    """
    return listed(healthy).with_leaf(revoked=True).with_client(revocation=RevocationCheck.CRL)


@scenario(
    form="ocsp",
    title="The server's certificate was revoked, and the client asks the responder",
    conditions=[REVOKED],
    sources=[OCSP, GNUTLS_OCSP],
)
def by_ocsp(healthy: Situation) -> Situation:
    """The CA has revoked the certificate. The client is told to ask the responder whose address stands in it (OCSP).

    **Symptom.** "*** Certificate was revoked at " (gnutls-cli with --ocsp), "Certificate has been revoked, reason: " (Java
    with ocsp.enable).

    **Cause.** The CA was told that the key was lost, or that the certificate is not to be used any more. The server goes
    on with it.

    **Look.** `openssl ocsp -issuer issuing.pem -cert server.pem -url ADDRESS -CAfile root.pem`. "good" may be an old
    answer: it is good until its "Next Update".

    **Fix.** Put a new certificate with a new key on the server.
    """
    return listed(healthy).with_leaf(revoked=True).with_client(revocation=RevocationCheck.OCSP)


@scenario(
    form="staple",
    title="The server's certificate was revoked, and the server sends the answer that says so",
    kinds={ServerKind.HTTPS},
    conditions=[REVOKED],
    sources=[STATUS_REQUEST, NGINX_STAPLING],
)
def by_staple(healthy: Situation) -> Situation:
    """The CA has revoked the certificate, and the server sends the answer of OCSP with the handshake (stapling), as it got it.
    The client is told nothing of revocation.

    **Symptom.** Of GnuTLS: "The certificate chain is revoked." (gnutls-cli), wget "has been revoked". OpenSSL, and with it
    curl, Python and Node, and Go connect all the same: they do not look.

    **Cause.** nginx fetches the answer, or reads it from a file (`ssl_stapling_file`), and sends it whatever it says.

    **Look.** `openssl s_client -connect HOST:443 -status </dev/null`: "Cert Status: revoked".

    **Fix.** Put a new certificate with a new key on the server. Switching stapling off hides it from the clients that
    look, and mends nothing.
    """
    return healthy.with_leaf(revoked=True).with_server(staple=FRESH)


@scenario(
    form="staple-demanded",
    title="The server's certificate was revoked, and the client demands the answer with the handshake",
    kinds={ServerKind.HTTPS},
    conditions=[REVOKED],
    sources=[STATUS_REQUEST, CURL_CERT_STATUS],
)
def by_demanded_staple(healthy: Situation) -> Situation:
    """The CA has revoked the certificate, and the server sends the answer of OCSP with the handshake. The client was told to
    demand one.

    **Symptom.** "curl: (91) SSL certificate revocation reason: " (with --cert-status).

    **Cause.** The CA was told that the key was lost, or that the certificate is not to be used any more.

    **Look.** `openssl s_client -connect HOST:443 -status </dev/null`: "Cert Status: revoked".

    **Fix.** Put a new certificate with a new key on the server.
    """
    return healthy.with_leaf(revoked=True).with_server(staple=FRESH).with_client(revocation=RevocationCheck.STAPLE)


def _declare(revoked: Scenario, told: bool) -> None:
    @revoked.fix(
        still_checks=AND_REVOCATION if told else EVERYTHING,
        side=Side.SERVER,
        steps=[
            "Make a new key and a new signing request: the old key may be in other hands.",
            "Have the CA sign it, and install certificate and key.",
            "nginx: `nginx -s reload`. SQL Server: restart the service.",
        ],
        sources=[REVOCATION_LISTS],
    )
    def new_certificate(broken: Situation) -> Situation:
        """Put a new certificate with a new key on the server."""
        return broken.with_leaf(revoked=False)

    if told:

        @revoked.fix(
            still_checks=EVERYTHING,
            side=Side.CLIENT,
            steps=[
                "Take the option that looks at revocation out of the client's configuration.",
                "Whoever has the old key can pass for the server from then on.",
            ],
            sources=[REVOCATION_LISTS],
        )
        def stop_looking(broken: Situation) -> Situation:
            """Have the client no longer look at revocation."""
            return broken.with_client(crls=(), revocation=None)


for _revoked in (by_list, by_fetched_list, by_ocsp, by_demanded_staple):
    _declare(_revoked, told=True)
for _revoked in (unnoticed, by_staple):
    _declare(_revoked, told=False)
