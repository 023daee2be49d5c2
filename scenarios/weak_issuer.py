"""Weak issuer: an intermediate CA's certificate is signed with a hash that today's libraries no longer accept."""

from dataclasses import replace

from tlslab.model.certificate import LAB_ISSUING, SignatureHash
from tlslab.model.check import EVERYTHING, NOTHING
from tlslab.model.circumstances import WITH_MD5
from tlslab.model.conditions import WEAK_ISSUER_SIGNATURE
from tlslab.model.evidence import Basis, Phase
from tlslab.model.library import says, tolerates
from tlslab.model.scenario import Scenario, Side, scenario
from tlslab.model.situation import Situation
from tlslab_scenarios._rows import UNSPECIFIED, refusals
from tlslab_scenarios._sources import (  # fmt: skip
    CA_MD_TOO_WEAK,
    CURL_CERTS,
    JSSE_ALGORITHMS,
    JSSE_DISABLED,
    JSSE_WRAPS,
    KB2007728,
    NGINX_CHAINS,
    OPENSSL_LEVELS,
    WEAK_BUNDLE,
    section,
)
from tlslab_scenarios.self_signed import trust_everything


@scenario(
    form="sha1",
    title="An intermediate CA's certificate is signed with SHA-1",
    conditions=[WEAK_ISSUER_SIGNATURE],
    rows={
        **refusals(
            WEAK_ISSUER_SIGNATURE,
            openssl=("CA signature digest algorithm too weak",),
            node=(UNSPECIFIED,),
            gnutls=("The certificate chain uses insecure algorithm.",),
            status=("258",),
            wget=("was signed using an insecure algorithm",),
            go=(
                (
                    'x509: certificate signed by unknown authority (possibly because of "x509: cannot verify signature: insecure '
                    'algorithm {*}" while trying to verify candidate authority certificate '
                ),
            ),
        ),
        "jsse": (
            tolerates(
                "SHA-1 is forbidden under the CAs alone that the JDK brings",
                of=[WEAK_ISSUER_SIGNATURE],
                when=[~WITH_MD5],
                basis=Basis.AUTHORITATIVE,
                source=JSSE_DISABLED,
            ),
            *says(
                [WEAK_ISSUER_SIGNATURE],
                Phase.VERIFY,
                "PKIX path validation failed: java.security.cert.CertPathValidatorException: Algorithm constraints check failed on signature algorithm: MD5withRSA",
                when=[WITH_MD5],
                basis=Basis.AUTHORITATIVE,
                source=JSSE_ALGORITHMS,
            ),
        ),
    },
    sources=[OPENSSL_LEVELS, WEAK_BUNDLE, CA_MD_TOO_WEAK],
)
def sha1(healthy: Situation) -> Situation:
    """The server's certificate is signed with SHA-256; that of the intermediate CA above it was signed with SHA-1.

    **Symptom.** "CA signature digest algorithm too weak" (OpenSSL error 68 at depth 1, curl 60), Node code `UNSPECIFIED`,
    wget "was signed using an insecure algorithm", Go "x509: cannot verify signature: insecure algorithm" inside what it says
    of an unknown authority: whoever looks at the server's certificate finds SHA-256. pymssql, whose wheel brings OpenSSL
    1.1.1, and Java connect.

    **Cause.** The CA set its leaves to SHA-256 and kept its intermediate. The signature of a root does not count: nobody
    verifies it. OpenSSL 3 refuses SHA-1 from security level 1 on. The server here runs at level 0, or it could not load
    the chain.

    **Look.** `openssl s_client -connect HOST:443 -showcerts </dev/null`: of every certificate between "BEGIN" and "END",
    `openssl x509 -noout -text | grep "Signature Algorithm"`. "depth=1" above the error says which one is meant.

    **Fix.** Have the CA sign its intermediate again with SHA-256, and have the server send that. The server's own
    certificate can stay when the intermediate keeps its name and its key.
    """
    return _below(healthy, SignatureHash.SHA1)


@scenario(
    form="md5",
    title="An intermediate CA's certificate is signed with MD5",
    conditions=[WEAK_ISSUER_SIGNATURE],
    sources=[OPENSSL_LEVELS, CA_MD_TOO_WEAK, JSSE_WRAPS],
)
def md5(healthy: Situation) -> Situation:
    """The server's certificate is signed with SHA-256; that of the intermediate CA above it was signed with MD5.

    **Symptom.** The same words as with SHA-1: "CA signature digest algorithm too weak" (OpenSSL error 68, curl 60), Node
    code `UNSPECIFIED`, wget "was signed using an insecure algorithm". Here every client refuses, also one with OpenSSL
    1.1.1.

    **Cause.** An intermediate from before 2009, mostly of an appliance or of a CA of one's own. OpenSSL 1.1.1 refuses
    MD5 from security level 1 on, which was its default. Certificates with MD5 have been forged.

    **Look.** `openssl x509 -in intermediate.pem -noout -text | grep "Signature Algorithm"`.

    **Fix.** Have the CA sign its intermediate again with SHA-256, and have the server send that. Switching verification
    off is no way round for everybody: Java holds the algorithms against its list before it asks whoever trusts every
    server ("Certificates do not conform to algorithm constraints"), so `trustServerCertificate=true` changes nothing.
    """
    return _below(healthy, SignatureHash.MD5)


def _below(healthy: Situation, signature: SignatureHash) -> Situation:
    return healthy.with_leaf(issuer=replace(LAB_ISSUING, signature=signature)).with_server(security_level=0)


def sign_intermediate_again(broken: Situation) -> Situation:
    """Have the CA sign its intermediate again with SHA-256, and the server send that."""
    return broken.with_leaf(issuer=LAB_ISSUING)


def _declare(of: Scenario) -> None:
    of.fix(
        still_checks=EVERYTHING,
        side=Side.SERVER,
        steps=[
            "On the CA: sign the intermediate's request again with `-sha256`, with the same key and the same subject.",
            "Put the new intermediate into the file of the chain, in the place of the old one.",
            "nginx: `nginx -s reload`. SQL Server: restart the service.",
        ],
        sources=[CA_MD_TOO_WEAK, NGINX_CHAINS],
    )(sign_intermediate_again)


_declare(sha1)
_declare(md5)

# Java refuses MD5 even when it is told to trust every server, so this is for SHA-1 alone.
sha1.fix(
    still_checks=NOTHING,
    side=Side.CLIENT,
    steps=["Set the option that skips verification in the client's configuration or connection string."],
    sources=[section(KB2007728, "Resolution"), section(CURL_CERTS, "Skip verification")],
)(trust_everything)
