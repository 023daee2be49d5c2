"""The lists in the documents."""

import pytest

from tlslab.report.lists import filled


def test_a_list_is_put_between_its_comments_and_nothing_else_changes() -> None:
    document = "Before.\n<!-- clients: ./tlslab refresh -->\nan old list\n<!-- end of clients -->\nAfter.\n"
    assert filled(document, {"clients": "- curl."}) == document.replace("an old list", "- curl.")


def test_a_list_without_a_name_that_is_known_is_an_error() -> None:
    with pytest.raises(ValueError, match="no list is called 'client'"):
        filled("<!-- client: ./tlslab refresh -->\n<!-- end of client -->", {"clients": "- curl."})


def test_a_list_without_an_end_is_an_error() -> None:
    with pytest.raises(ValueError, match="has no end"):
        filled("<!-- clients: ./tlslab refresh -->\n- curl.\n", {"clients": "- curl."})


def test_a_list_that_is_measured_stays_where_nothing_was_measured() -> None:
    document = "<!-- defaults: ./tlslab refresh -->\nmeasured before\n<!-- end of defaults -->\n"
    assert filled(document, {"clients": "- curl."}) == document
    assert "measured now" in filled(document, {"defaults": "measured now"})
