"""Variables of the environment: what can be said with one, and what a situation is with it."""

import pytest

from tlslab.catalogue import load
from tlslab.model.certificate import LAB_ROOT, PUBLIC_ROOT
from tlslab.model.circumstances import ALLOWS_OLD_VERSIONS
from tlslab.model.condition import conditions_of
from tlslab.model.environment import (
    NODE_TLS_REJECT_UNAUTHORIZED,
    OPENSSL_CONF,
    REQUESTS_CA_BUNDLE,
    SSL_CERT_DIR,
    SSL_CERT_FILE,
    OpenSSLLimits,
    Variable,
)
from tlslab.model.situation import ServerKind, Situation, TLSVersion, healthy

KNOWN = load().knowledge.conditions
GOOD = healthy(ServerKind.HTTPS)


def names(situation: Situation) -> set[str]:
    return {condition.name for condition in conditions_of(situation, KNOWN)}


def test_a_variable_is_typed_with_what_it_names() -> None:
    assert Variable(SSL_CERT_FILE, anchors=(LAB_ROOT,)).as_typed == ("SSL_CERT_FILE=company-ca.pem",)
    assert Variable(SSL_CERT_DIR, anchors=(LAB_ROOT,)).as_typed == ("SSL_CERT_DIR=company-cas",)
    assert Variable(REQUESTS_CA_BUNDLE, anchors=()).as_typed == ("REQUESTS_CA_BUNDLE=public-roots.pem",)
    assert Variable(OPENSSL_CONF, limits=OpenSSLLimits("TLSv1")).as_typed == (
        "OPENSSL_CONF=openssl.cnf",
        "MinProtocol = TLSv1",
    )
    assert Variable(NODE_TLS_REJECT_UNAUTHORIZED, value="0").as_typed == ("NODE_TLS_REJECT_UNAUTHORIZED=0",)


@pytest.mark.parametrize("name", ["SSLKEYLOGFILE", "LD_PRELOAD", "PATH"])
def test_other_variables_are_never_set(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        Variable(name, value="/tmp/keys")


def test_a_variable_does_not_take_what_another_one_takes() -> None:
    for given in ({"value": "0"}, {"limits": OpenSSLLimits("TLSv1")}, {}, {"anchors": (), "value": "0"}):
        with pytest.raises(ValueError, match=SSL_CERT_FILE):
            Variable(SSL_CERT_FILE, **given)


def test_the_configuration_of_openssl_names_both_limits_or_one() -> None:
    assert OpenSSLLimits("TLSv1", 0).text.splitlines()[-2:] == [
        "MinProtocol = TLSv1",
        "CipherString = DEFAULT@SECLEVEL=0",
    ]
    assert "CipherString" not in OpenSSLLimits("TLSv1").text


def test_the_ca_in_a_variable_alone_is_told_from_the_ca_in_an_option() -> None:
    named = Variable(SSL_CERT_FILE, anchors=(LAB_ROOT,))
    assert names(GOOD.with_client(trust_anchors=())) == {"untrusted"}
    assert names(GOOD.with_client(trust_anchors=(), environment=(named,))) == {"in-a-variable"}
    assert names(GOOD.with_client(environment=(named,))) == set()


def test_a_variable_that_names_other_roots_stands_beside_the_option_and_beside_the_default_store() -> None:
    public = Variable(REQUESTS_CA_BUNDLE, anchors=())
    assert names(GOOD.with_client(environment=(public,))) == {"beside-a-variable"}
    assert names(GOOD.with_client(trust_anchors=(), environment=(public,))) == {"untrusted"}
    by_default = GOOD.with_client(trust_anchors=(), default_trust_anchors=(LAB_ROOT,))
    assert names(by_default.with_client(environment=(Variable(SSL_CERT_FILE, anchors=(PUBLIC_ROOT,)),))) == {
        "beside-a-variable"
    }


def test_a_configuration_gives_versions_and_takes_them() -> None:
    def configured(limits: OpenSSLLimits) -> set[str]:
        return names(old.with_client(environment=(Variable(OPENSSL_CONF, limits=limits),)))

    level_0 = Variable(OPENSSL_CONF, limits=OpenSSLLimits("TLSv1", 0))
    old = GOOD.with_server(tls_min=TLSVersion.TLSv1_0, tls_max=TLSVersion.TLSv1_1, security_level=0)
    assert configured(OpenSSLLimits("TLSv1.2")) == {"no-common-version"}
    assert configured(OpenSSLLimits("TLSv1")) == {"versions-in-a-configuration", "weak-handshake-signature"}
    assert configured(OpenSSLLimits("TLSv1", 0)) == configured(OpenSSLLimits("TLSv1"))
    assert ALLOWS_OLD_VERSIONS.holds(old.with_client(environment=(level_0,)))
    assert not ALLOWS_OLD_VERSIONS.holds(old)
