"""The environment: variables tell programs what to trust and how to speak TLS. Which program reads which, what it adds and
what it takes away, is nowhere written in one place.
"""

from tlslab.model.certificate import LAB_ROOT, PUBLIC_ROOT
from tlslab.model.check import EVERYTHING, NOTHING
from tlslab.model.conditions import NO_COMMON_VERSION, UNTRUSTED
from tlslab.model.environment import (
    CURL_CA_BUNDLE,
    NODE_EXTRA_CA_CERTS,
    NODE_TLS_REJECT_UNAUTHORIZED,
    OPENSSL_CONF,
    REQUESTS_CA_BUNDLE,
    SSL_CERT_DIR,
    SSL_CERT_FILE,
    OpenSSLLimits,
    Variable,
)
from tlslab.model.scenario import BOTH, Change, Scenario, Side, scenario
from tlslab.model.situation import ServerKind, Situation, TLSVersion, healthy
from tlslab.model.variables import BESIDE_A_VARIABLE
from tlslab_scenarios._sources import (  # fmt: skip
    CURL_CA_OPTION,
    NGINX_PROTOCOLS,
    NODE_CLI_VARIABLES,
    OPENSSL_3_1,
    OPENSSL_CHANGES_3,
    OPENSSL_CONFIGURATION,
    OPENSSL_VARIABLES,
    OVERRULED_VERIFY,
    PYTHON_SUITES,
    REQUESTS_VERIFICATION,
    SIGALG_LEVEL,
)
from tlslab_scenarios.self_signed import trust_everything

HTTPS = frozenset({ServerKind.HTTPS})


@scenario(
    form="unknown-ca",
    title="The CA is not trusted, and the program is told by variables of its environment",
    conditions=[UNTRUSTED],
    sources=[OPENSSL_VARIABLES, CURL_CA_OPTION, REQUESTS_VERIFICATION, NODE_CLI_VARIABLES],
)
def unknown_ca(healthy: Situation) -> Situation:
    """A private CA, and a program whose options nobody can reach: it runs in a container, behind another program, in
    somebody else's code. What is left is its environment.

    **Symptom.** "unable to get local issuer certificate" (OpenSSL, curl, Python, Node), and often in one program of two
    although the variable is set.

    **Cause.** Each library reads variables of its own. OpenSSL, and what leaves the store to it, reads SSL_CERT_FILE and
    SSL_CERT_DIR; curl those, and CURL_CA_BUNDLE before them; requests REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE and none of
    OpenSSL's; httpx OpenSSL's and none of requests'; Node NODE_EXTRA_CA_CERTS; Go OpenSSL's two; GnuTLS none.

    **Look.** `env | grep -E 'CERT|CA_BUNDLE|NODE_|OPENSSL'` inside the container. For OpenSSL `openssl version -d` names the
    directory of its defaults.

    **Fix.** Set the variable that this program reads, and know what becomes of its other roots: NODE_EXTRA_CA_CERTS adds,
    REQUESTS_CA_BUNDLE takes the place of certifi's list, SSL_CERT_FILE that of one file. NODE_TLS_REJECT_UNAUTHORIZED=0
    is no way to trust a CA: it lets everybody in.
    """
    return healthy.with_client(trust_anchors=())


def _names_the_ca(variable: str) -> Change:
    def change(broken: Situation) -> Situation:
        return broken.with_client(environment=(Variable(variable, anchors=(LAB_ROOT,)),))

    change.__doc__ = f"Name the CA's root certificate in {variable}."
    return change


_GET = "Get the root certificate of the CA (a public document; never its key), and check its fingerprint."
_SERVICE = "Set it where the program starts: a service does not read the profile of a shell."
for _variable, _step, _source, _kinds in (
    (SSL_CERT_FILE, "`SSL_CERT_FILE=/path/company-ca.pem`, a file in PEM.", OPENSSL_VARIABLES, BOTH),
    (
        SSL_CERT_DIR,
        "`SSL_CERT_DIR=/path/company-cas`, a directory after `openssl rehash /path/company-cas`.",
        OPENSSL_VARIABLES,
        BOTH,
    ),
    (CURL_CA_BUNDLE, "`CURL_CA_BUNDLE=/path/company-ca.pem`.", CURL_CA_OPTION, HTTPS),
    (
        REQUESTS_CA_BUNDLE,
        "`REQUESTS_CA_BUNDLE=/path/company-ca.pem`. It takes the place of the public roots: put those into the file, too.",
        REQUESTS_VERIFICATION,
        HTTPS,
    ),
    (NODE_EXTRA_CA_CERTS, "`NODE_EXTRA_CA_CERTS=/path/company-ca.pem`.", NODE_CLI_VARIABLES, BOTH),
):
    unknown_ca.fix(
        name=f"set-{_variable.lower().replace('_', '-')}",
        still_checks=EVERYTHING,
        side=Side.CLIENT,
        steps=[_GET, _step, _SERVICE],
        sources=[_source],
        kinds=_kinds,
    )(_names_the_ca(_variable))


@unknown_ca.fix(
    still_checks=NOTHING,
    side=Side.CLIENT,
    steps=[
        "`NODE_TLS_REJECT_UNAUTHORIZED=0`. It is for every connection of the process, those to the public sites as well."
    ],
    sources=[NODE_CLI_VARIABLES],
)
def switch_verification_off_in_node(broken: Situation) -> Situation:
    """Switch verification off for the whole of a Node process (NODE_TLS_REJECT_UNAUTHORIZED=0)."""
    return broken.with_client(environment=(Variable(NODE_TLS_REJECT_UNAUTHORIZED, value="0"),))


def _overruled(variable: str, form: str) -> Scenario:
    def change(healthy: Situation) -> Situation:
        return healthy.with_client(environment=(Variable(variable, anchors=()),))

    change.__doc__ = f"""The program is given the CA's file by its option, and the machine sets {variable} to the public roots: images,
    profiles and CI systems do that. The certificate is in order, and the option names the right file.

    **Symptom.** "unable to get local issuer certificate", of a CA that was given. It works on one machine and not on
    another. To set session.verify to False does not help.

    **Cause.** requests takes what the variable names for what the *call* was given, and that goes before the session:
    session.verify is overruled, be it a file or False. `requests.get(url, verify=...)` is not. With curl the option goes
    before the variable; urllib and httpx read other variables, or none beside a context of one's own.

    **Look.** `env | grep CA_BUNDLE` where the program runs. In Python
    `requests.Session().merge_environment_settings(url, {{}}, None, None, None)["verify"]` says what counts.

    **Fix.** Take the variable away, or let the file that it names hold the CA, too. `session.trust_env = False` reads no
    variables at all, those of a proxy neither.
    """
    # Two scenarios are made of this one function, so each says which module it is of.
    change.__module__ = __name__
    made = scenario(
        form=form,
        title=f"{variable} names another file than the program's option",
        kinds=HTTPS,
        conditions=[BESIDE_A_VARIABLE],
        sources=[OVERRULED_VERIFY, REQUESTS_VERIFICATION, CURL_CA_OPTION],
    )(change)
    made.fix(
        still_checks=EVERYTHING,
        side=Side.CLIENT,
        steps=[f"`unset {variable}`, in the service or the image that sets it."],
        sources=[OVERRULED_VERIFY],
    )(take_the_variable_away)
    made.fix(
        still_checks=EVERYTHING,
        side=Side.CLIENT,
        steps=["Add the CA's root certificate to the file that the variable names, and leave the public roots in it."],
        sources=[REQUESTS_VERIFICATION],
    )(put_the_ca_into_its_file)
    made.fix(
        still_checks=NOTHING,
        side=Side.CLIENT,
        steps=["`session.verify = False`, `--insecure`: what people try next."],
        sources=[OVERRULED_VERIFY],
    )(trust_everything)
    return made


def take_the_variable_away(broken: Situation) -> Situation:
    """Take the variable away."""
    return broken.with_client(environment=())


def put_the_ca_into_its_file(broken: Situation) -> Situation:
    """Put the CA into the file that the variable names."""
    return broken.with_client(
        environment=tuple(Variable(item.name, anchors=(PUBLIC_ROOT, LAB_ROOT)) for item in broken.client.environment)
    )


requests_ca_bundle = _overruled(REQUESTS_CA_BUNDLE, "overruled-by-requests-ca-bundle")
curl_ca_bundle = _overruled(CURL_CA_BUNDLE, "overruled-by-curl-ca-bundle")


def _limits(version: TLSVersion, level: int | None = None) -> Change:
    def change(situation: Situation) -> Situation:
        return situation.with_client(environment=(Variable(OPENSSL_CONF, limits=OpenSSLLimits(version.label, level)),))

    return change


@scenario(
    form="openssl-conf",
    title="The server is older than OpenSSL's configuration allows",
    kinds=HTTPS,
    conditions=[NO_COMMON_VERSION],
    sources=[OPENSSL_CONFIGURATION, OPENSSL_CHANGES_3, SIGALG_LEVEL, OPENSSL_3_1, PYTHON_SUITES],
)
def openssl_conf(healthy: Situation) -> Situation:
    """The server knows TLS 1.0 and 1.1. The file that OPENSSL_CONF names, or the system's openssl.cnf, begins at TLS 1.2
    for every program that leaves it to OpenSSL.

    **Symptom.** "tlsv1 alert protocol version" or "unsupported protocol".

    **Cause.** Two settings stand between: MinProtocol, and the security level. From OpenSSL 3.0 on SHA-1, with which TLS
    1.0 and 1.1 sign, is below level 1: who lowers MinProtocol alone reads "legacy sigalg disallowed or unsupported" with
    3.0, and what he read before with newer releases, which offer the old versions at level 0 alone.

    **Look.** `openssl s_client -connect HOST:443 -tls1_1 -cipher DEFAULT@SECLEVEL=0`. `openssl version -d` names the directory
    of openssl.cnf; a program with an OpenSSL of its own (Node) reads another file, or a section of its own.

    **Fix.** Enable TLS 1.2 on the server. Where that takes time, set both, `MinProtocol = TLSv1` and `CipherString =
    DEFAULT@SECLEVEL=0`, in a file of its own that OPENSSL_CONF names for this one program. Python as python.org builds it
    begins at TLS 1.2 by itself: the file does not reach it, `context.minimum_version` does. Debian's Python leaves it to
    OpenSSL, and to the file.
    """
    old = healthy.with_server(tls_min=TLSVersion.TLSv1_0, tls_max=TLSVersion.TLSv1_1, security_level=0)
    return _limits(TLSVersion.TLSv1_2)(old)


@openssl_conf.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    steps=["nginx: `ssl_protocols TLSv1.2 TLSv1.3;`, then reload."],
    sources=[NGINX_PROTOCOLS],
)
def enable_on_server(broken: Situation) -> Situation:
    """Enable TLS 1.2 on the server."""
    return broken.with_server(tls_max=healthy(broken.kind).server.tls_max)


@openssl_conf.fix(
    still_checks=EVERYTHING,
    side=Side.CLIENT,
    clears=False,
    steps=["`MinProtocol = TLSv1` in the file that OPENSSL_CONF names.", "It is needed and not enough with OpenSSL 3."],
    sources=[OPENSSL_CONFIGURATION],
)
def lower_min_protocol(broken: Situation) -> Situation:
    """Lower MinProtocol alone."""
    return _limits(TLSVersion.TLSv1_0)(broken)


@openssl_conf.fix(
    still_checks=EVERYTHING,
    side=Side.CLIENT,
    steps=[
        "`MinProtocol = TLSv1` and `CipherString = DEFAULT@SECLEVEL=0` in a file of its own.",
        "`OPENSSL_CONF=/path/openssl.cnf` for this one program.",
    ],
    sources=[OPENSSL_CONFIGURATION, OPENSSL_CHANGES_3],
)
def lower_min_protocol_and_level(broken: Situation) -> Situation:
    """Lower MinProtocol and the security level."""
    return _limits(TLSVersion.TLSv1_0, level=0)(broken)
