"""What a fix changes is told, whatever it is: also where the client's options are the same before and after."""

from collections.abc import Sequence

from tests.report.invented import attempt, server, trusted
from tlslab.model.record import AttemptEntry, ServerEntry
from tlslab.report.fix_changes import Change, fix_changes

SERVERS = {"s1": server("s1", "sqlserver", real=False)}
BEFORE = attempt("a1")


def changes(after: AttemptEntry, servers: Sequence[ServerEntry] = ()) -> list[Change]:
    return list(fix_changes(BEFORE, after, SERVERS | {item.id: item for item in servers}))


def test_equal_attempts_differ_in_nothing() -> None:
    assert changes(attempt("a2")) == []


def test_a_certificate_that_the_client_trusts_now_is_told_although_its_options_are_the_same() -> None:
    own = trusted("db.lab.test", "server-certificate")
    assert changes(attempt("a2", trusts=[*BEFORE.trusts, own])) == [
        ("what the client trusts", (), ("CN=db.lab.test (the server's own; sha256 cdcdcdcdcdcdcdcd...)",))
    ]


def test_what_the_system_trusts_is_told_apart() -> None:
    root = trusted("Root", place="system")
    (change,) = changes(attempt("a2", trusts=[*BEFORE.trusts, root]))
    assert change[0] == "the system's trust store"


def test_options_go_and_come() -> None:
    options = [*BEFORE.options[:2], "Encrypt=yes", "TrustServerCertificate=yes"]
    assert changes(attempt("a2", options=options)) == [
        ("the client's options", ("ServerCertificate=ca.pem",), ("TrustServerCertificate=yes",))
    ]


def test_another_name_and_another_clock() -> None:
    found = list(fix_changes(attempt("a1", clock=17280000), attempt("a2", connects_to="www.lab.test"), SERVERS))
    assert found == [
        ("the client connects to", ("db.lab.test",), ("www.lab.test",)),
        ("the client's clock is", ("200 days ahead",), ("right",)),
    ]


def test_of_the_clients_own_certificate_the_facts_that_differ_although_its_options_are_the_same() -> None:
    leaf = SERVERS["s1"].presented[0]
    renewed = leaf.model_copy(update={"not_after": "2027-01-01T10:00:00Z", "sha256": "ef" * 32})
    found = list(fix_changes(attempt("a1", own=[leaf]), attempt("a2", own=[renewed]), SERVERS))
    valid = tuple((f"2026-01-01T10:00:00Z to {end}",) for end in ("2026-04-01T10:00:00Z", "2027-01-01T10:00:00Z"))
    assert found == [("certificate 0 of the client, valid", *valid)]


def test_of_a_certificate_at_the_same_depth_only_the_facts_that_differ() -> None:
    leaf, issuing = SERVERS["s1"].presented
    renewed = leaf.model_copy(update={"not_after": "2027-01-01T10:00:00Z", "sha256": "ef" * 32})
    other = SERVERS["s1"].model_copy(update={"id": "s3", "presented": [renewed, issuing]})
    assert changes(attempt("a2", server="s3"), [other]) == [
        (
            "certificate 0 as presented, valid",
            ("2026-01-01T10:00:00Z to 2026-04-01T10:00:00Z",),
            ("2026-01-01T10:00:00Z to 2027-01-01T10:00:00Z",),
        )
    ]


def test_a_certificate_that_is_presented_now() -> None:
    leaf, issuing = SERVERS["s1"].presented
    short = SERVERS["s1"].model_copy(update={"id": "s3", "presented": [leaf]})
    found = list(fix_changes(attempt("a1", server="s3"), attempt("a2"), SERVERS | {"s3": short}))
    assert found == [("certificate 1 as presented", (), (f"{issuing.subject}, issued by {issuing.issuer}",))]
