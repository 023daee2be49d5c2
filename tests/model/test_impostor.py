"""Declaring impostors."""

import pytest

from tlslab.model.check import Check
from tlslab.model.impostor import impostor
from tlslab.model.scenario import Side
from tlslab.model.situation import Route, ServerKind, Situation, TLSVersion, healthy


def old_friend(fixed: Situation) -> Situation:
    """Somebody."""
    return fixed


def silent(fixed: Situation) -> Situation:
    return fixed


def modern(fixed: Situation) -> Situation:
    """It is about its versions of TLS."""
    return fixed.with_server(tls_min=TLSVersion.TLSv1_3)


def test_an_impostor_explains_itself_and_what_it_attacks() -> None:
    with pytest.raises(ValueError, match="docstring"):
        impostor(attacks=[Check.NAME])(silent)
    with pytest.raises(ValueError, match="checks"):
        impostor(attacks=[])(old_friend)
    declared = impostor(attacks=[Check.NAME])(old_friend)
    assert (declared.id, declared.lesson) == ("old-friend", "Somebody.")
    assert declared.attacks == {Check.NAME}


def test_its_server_takes_whatever_a_client_offers_unless_that_is_what_it_is_about() -> None:
    fixed = healthy(ServerKind.HTTPS)
    server = impostor(attacks=[Check.NAME])(old_friend).against(fixed).server
    assert (server.tls_min, server.tls_max, server.security_level) == (TLSVersion.TLSv1_0, TLSVersion.TLSv1_3, 0)
    assert impostor(attacks=[Check.NAME])(modern).against(fixed).server.tls_min is TLSVersion.TLSv1_3


def test_behind_a_server_that_sends_its_clients_on_it_stands_in_the_place_of_the_other_one() -> None:
    good = healthy(ServerKind.SQLSERVER)
    fixed = good.with_server(route=Route("replica.lab.test", good.server))
    seen: list[Situation] = []

    def looks(here: Situation) -> Situation:
        """It looks at what it takes."""
        seen.append(here)
        return here.with_leaf(common_name="somebody")

    faked = impostor(attacks=[Check.NAME])(looks).against(fixed)
    assert (seen[0].client.connect_to, seen[0].server.route) == ("replica.lab.test", None)
    assert faked.client == fixed.client
    assert faked.chain == fixed.chain
    assert faked.server.route is not None
    assert faked.server.route.server.chain is not None
    assert faked.server.route.server.chain.leaf.common_name == "somebody"
    assert faked.arrival.server.security_level == 0


def test_an_impostor_in_the_clients_place_leaves_the_server_as_it_is() -> None:
    fixed = healthy(ServerKind.HTTPS)
    assert impostor(attacks=[Check.CLIENT], side=Side.CLIENT)(old_friend).against(fixed) == fixed
