"""Revocation unknown: the certificate is in order, and a client that is told to look cannot find out."""

from tlslab.model.certificate import FRESH, LAB_ISSUING, LAB_ROOT, STALE, Responder, RevocationList
from tlslab.model.check import EVERYTHING
from tlslab.model.conditions import REVOCATION_STALE, REVOCATION_UNKNOWN, STAPLE_MISSING
from tlslab.model.scenario import Side, scenario
from tlslab.model.situation import RevocationCheck, ServerKind, Situation
from tlslab_scenarios._sources import (  # fmt: skip
    CURL_CERT_STATUS,
    GNUTLS_OCSP,
    NGINX_STAPLING,
    OCSP,
    OCSP_ENDED,
    OPENSSL_CRL_DOWNLOAD,
    REVOCATION_LISTS,
    STATUS_REQUEST,
    TLS_FEATURE,
)
from tlslab_scenarios.revoked import AND_REVOCATION, LISTS, listed

_STOP = [
    "Take the option that looks at revocation out of the client's configuration.",
    "A certificate that was revoked is accepted from then on.",
]


@scenario(
    form="responder-down",
    title="The client asks the responder (OCSP), and nobody listens there",
    conditions=[REVOCATION_UNKNOWN],
    sources=[OCSP, GNUTLS_OCSP],
)
def responder_down(healthy: Situation) -> Situation:
    """The certificate is in order. The client is told to ask the responder whose address stands in it, and nobody listens
    there.

    **Symptom.** "Unable to determine revocation status due to network error" (Java), "Could not connect to " (gnutls-cli).
    Both fail hard: what cannot be found out counts as no. Browsers fail softly, and go on.

    **Cause.** The responder is down or has moved, or a firewall lets clients out to the server and not to the CA: OCSP
    goes by plain HTTP, port 80, to another host.

    **Look.** `openssl x509 -in server.pem -noout -ocsp_uri`, then `curl -v` of that address from the client's machine.

    **Fix.** Let the client reach the responder, or have the responder run again. A server that sends the answer itself
    (stapling) spares its clients the question.
    """
    return listed(healthy).with_leaf(ocsp=Responder.REFUSES).with_client(revocation=RevocationCheck.OCSP)


@scenario(
    form="responder-silent",
    title="The client asks the responder (OCSP), and gets no answer",
    conditions=[REVOCATION_UNKNOWN],
    sources=[OCSP, GNUTLS_OCSP],
)
def responder_silent(healthy: Situation) -> Situation:
    """The certificate is in order. The client is told to ask the responder whose address stands in it: there connections are
    accepted, or vanish in a firewall, and nothing is said.

    **Symptom.** Seconds. gnutls-cli waits for ever, without a word; Java 15 seconds for each certificate, then
    "Unable to determine revocation status due to network error", unless the login timeout of the application comes
    first.

    **Cause.** As where nobody listens; but a firewall that drops packets costs time, where one that refuses costs none.

    **Look.** `time curl -m 20 ADDRESS` from the client's machine, with the address that `openssl x509 -in server.pem
    -noout -ocsp_uri` prints.

    **Fix.** Let the client reach the responder.
    """
    return listed(healthy).with_leaf(ocsp=Responder.SILENT).with_client(revocation=RevocationCheck.OCSP)


for _ocsp in (responder_down, responder_silent):

    @_ocsp.fix(
        still_checks=AND_REVOCATION,
        side=Side.SERVER,
        steps=[
            "Have the responder of the CA run again, under the address that stands in certificates.",
            "Let clients through to it: it is plain HTTP, usually port 80.",
        ],
        sources=[OCSP],
    )
    def reach_the_responder(broken: Situation) -> Situation:
        """Have the responder answer the client."""
        return broken.with_leaf(ocsp=Responder.ANSWERS)


@scenario(
    form="list-unreachable",
    title="The client fetches the list of revoked certificates (CRL), and nobody listens there",
    conditions=[REVOCATION_UNKNOWN],
    sources=[REVOCATION_LISTS, OPENSSL_CRL_DOWNLOAD],
)
def list_unreachable(healthy: Situation) -> Situation:
    """The certificate is in order. The client is told to fetch the list from the address in it, and nobody listens there.

    **Symptom.** "Unable to determine revocation status due to network error" (Java). s_client with
    -crl_download tries again and again, and says nothing.

    **Cause.** The server of the lists is down or has moved, or a firewall lets clients out to the server and not to
    the CA.

    **Look.** `openssl x509 -in server.pem -noout -ext crlDistributionPoints`, then `curl -v` of that address from the
    client's machine.

    **Fix.** Let the client reach the list.
    """
    return listed(healthy).with_leaf(crl=Responder.REFUSES).with_client(revocation=RevocationCheck.CRL)


@list_unreachable.fix(
    still_checks=AND_REVOCATION,
    side=Side.SERVER,
    steps=[
        "Have the list served again under the address that stands in certificates, and renewed before its nextUpdate.",
        "Let clients through to it: it is plain HTTP, usually port 80.",
    ],
    sources=[REVOCATION_LISTS],
)
def reach_the_list(broken: Situation) -> Situation:
    """Have the list served to the client."""
    return broken.with_leaf(crl=Responder.ANSWERS)


@scenario(
    form="other-list",
    title="The client is given a list of revoked certificates (CRL), and not that of the server's CA",
    conditions=[REVOCATION_UNKNOWN],
    sources=[REVOCATION_LISTS],
)
def other_list(healthy: Situation) -> Situation:
    """The certificate is in order. The client is given the list of the root alone; the server's certificate was issued by an
    intermediate, which has a list of its own.

    **Symptom.** "unable to get certificate CRL" (OpenSSL error 3, curl 60), Node `UNABLE_TO_GET_CRL`: every server is
    refused. GnuTLS (wget, FreeTDS) connects: without a list of this CA it takes the certificate for not revoked.

    **Cause.** A list says nothing of the certificates of another CA. The intermediate is new, or the list of one of them
    was left out of the file. Node reads the first list of a text alone: give it an array.

    **Look.** `openssl crl -in crl.pem -noout -issuer`, and the issuer of the server's certificate.

    **Fix.** Give the client the list of every CA below the root, and that of the root.
    """
    return healthy.with_client(crls=(RevocationList(LAB_ROOT),))


@scenario(
    form="list-expired",
    title="The list of revoked certificates (CRL) that the client is given is out of date",
    conditions=[REVOCATION_STALE],
    sources=[REVOCATION_LISTS],
)
def list_expired(healthy: Situation) -> Situation:
    """The certificate is in order. The time until which the list was to be replaced (nextUpdate) has passed.

    **Symptom.** "CRL has expired" (OpenSSL error 12, curl 60), Node `CRL_HAS_EXPIRED`: every server of this CA is
    refused. GnuTLS (wget, FreeTDS) connects: of a list in a file it looks at the serial numbers alone.

    **Cause.** The job that fetches the list has stopped, or the CA has: a list is good for days, its file for ever.

    **Look.** `openssl crl -in crl.pem -noout -lastupdate -nextupdate`.

    **Fix.** Have the CA make a new list, fetch it, and see to it that somebody does so before each nextUpdate.
    """
    return healthy.with_client(crls=(RevocationList(LAB_ISSUING, STALE), RevocationList(LAB_ROOT, STALE)))


for _listed in (other_list, list_expired):

    @_listed.fix(
        still_checks=AND_REVOCATION,
        side=Side.CLIENT,
        steps=[
            "Fetch the current list of every CA in the chain from the addresses in the certificates.",
            "`openssl crl -inform DER -in list.crl >> crl.pem` for each: programs want PEM.",
            "Do it again before each nextUpdate.",
        ],
        sources=[REVOCATION_LISTS],
    )
    def give_current_lists(broken: Situation) -> Situation:
        """Give the client the current list of every CA in the chain."""
        return broken.with_client(crls=LISTS)


@scenario(
    form="no-staple",
    title="The client demands an answer of OCSP with the handshake, and the server sends none",
    kinds={ServerKind.HTTPS},
    conditions=[STAPLE_MISSING],
    sources=[STATUS_REQUEST, CURL_CERT_STATUS, OCSP_ENDED],
)
def no_staple(healthy: Situation) -> Situation:
    """The certificate is in order. The client is told to demand an answer of OCSP with the handshake (stapling), and the server
    does not send any.

    **Symptom.** "curl: (91) No OCSP response received" (with --cert-status).

    **Cause.** Stapling is off, which is the default of nginx; or nginx has no answer yet: it fetches one after the first
    connection that asks, and has none after each start; or the CA answers no questions any more, as Let's Encrypt since
    2025: then no server can send an answer.

    **Look.** `openssl s_client -connect HOST:443 -status </dev/null`: "OCSP response: no response sent". `openssl x509 -in
    server.pem -noout -ocsp_uri` prints nothing where the certificate names no responder; nginx then says "ssl_stapling"
    ignored, no OCSP responder URL in the certificate.

    **Fix.** Switch stapling on and let the server reach the responder, or give it the answer in a file. Where the CA has no
    responder, the client must not demand an answer.
    """
    return healthy.with_client(revocation=RevocationCheck.STAPLE)


@scenario(
    form="must-staple",
    title="The certificate demands an answer of OCSP with the handshake, and the server sends none",
    kinds={ServerKind.HTTPS},
    conditions=[STAPLE_MISSING],
    sources=[TLS_FEATURE, STATUS_REQUEST, OCSP_ENDED],
)
def must_staple(healthy: Situation) -> Situation:
    """The certificate says that its server sends an answer of OCSP with the handshake (must-staple, TLS feature), and the
    server does not.

    **Symptom.** Of GnuTLS: "The certificate requires the server to include an OCSP status in its response, but the OCSP
    status is missing." (gnutls-cli). curl with OpenSSL, Python, Node and Go connect: they do not know the extension.

    **Cause.** The certificate was asked for with must-staple (`certbot --must-staple`), and stapling is off, or nginx has
    no answer yet after its start. Let's Encrypt has issued no such certificate since May 2025.

    **Look.** `openssl x509 -in server.pem -noout -ext tlsfeature`: "status_request". Then `openssl s_client -connect
    HOST:443 -status </dev/null`.

    **Fix.** Have the server send the answer, or have the certificate issued again without the extension.
    """
    return healthy.with_leaf(must_staple=True)


@must_staple.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    steps=["Have the certificate issued again without must-staple.", "nginx: `nginx -s reload`."],
    sources=[TLS_FEATURE],
)
def reissue_without_must_staple(broken: Situation) -> Situation:
    """Have the certificate issued again without must-staple."""
    return broken.with_leaf(must_staple=False)


@scenario(
    form="staple-expired",
    title="The answer of OCSP that the server sends is out of date",
    kinds={ServerKind.HTTPS},
    conditions=[REVOCATION_STALE],
    sources=[STATUS_REQUEST, NGINX_STAPLING],
)
def staple_expired(healthy: Situation) -> Situation:
    """The certificate is in order. The server sends an answer of OCSP whose nextUpdate has passed.

    **Symptom.** Of GnuTLS: "The revocation or OCSP data are old and have been superseded." (gnutls-cli). wget says no more
    than that the certificate is not trusted. OpenSSL, Python, Node and Go connect: they do not look.

    **Cause.** The answer stands in a file (`ssl_stapling_file`) that nobody renews: nginx sends it as it is. Or the clock
    of the server or of the client is wrong.

    **Look.** `openssl s_client -connect HOST:443 -status </dev/null`: "Next Update".

    **Fix.** Renew the file, by a job that runs more often than answers expire, or let the server fetch answers itself.
    """
    return healthy.with_server(staple=STALE)


for _stapling in (no_staple, must_staple, staple_expired):

    @_stapling.fix(
        still_checks=AND_REVOCATION if _stapling is no_staple else EVERYTHING,
        side=Side.SERVER,
        steps=[
            "nginx: `ssl_stapling on;`, a `resolver`, and a way out to the responder; or `ssl_stapling_file`, renewed by a job.",
            "`nginx -s reload`, and look with `openssl s_client -status`.",
        ],
        sources=[NGINX_STAPLING],
    )
    def send_current_answer(broken: Situation) -> Situation:
        """Have the server send a current answer of OCSP."""
        return broken.with_server(staple=FRESH)


for _told in (responder_down, responder_silent, list_unreachable, other_list, list_expired, no_staple):

    @_told.fix(still_checks=EVERYTHING, side=Side.CLIENT, steps=_STOP, sources=[REVOCATION_LISTS])
    def stop_looking(broken: Situation) -> Situation:
        """Have the client no longer look at revocation."""
        return broken.with_client(crls=(), revocation=None)
