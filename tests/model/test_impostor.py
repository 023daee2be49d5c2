"""Declaring impostors."""

import pytest

from tlslab.model.check import Check
from tlslab.model.impostor import impostor
from tlslab.model.scenario import Side
from tlslab.model.situation import ServerKind, Situation, TLSVersion, healthy


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


def test_an_impostor_in_the_clients_place_leaves_the_server_as_it_is() -> None:
    fixed = healthy(ServerKind.HTTPS)
    assert impostor(attacks=[Check.CLIENT], side=Side.CLIENT)(old_friend).against(fixed) == fixed
