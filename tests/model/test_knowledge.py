"""The answering rule: what a client must do where several things are wrong at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tlslab.model.condition import Condition
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.knowledge import Answer, Knowledge, KnowledgeError, answer
from tlslab.model.library import (
    ANY,
    Any,
    Hangs,
    Library,
    Own,
    Prints,
    Row,
    Template,
    When,
    says,
    says_like,
    tolerates,
    where,
)
from tlslab.model.release import Versions

MANUAL = Source("A manual", "https://manual.example/")
OTHER = Source("A post", "https://post.example/")


def condition(name: str, *, wrong: bool = True) -> Condition:
    return Condition(name, name, lambda situation: False, wrong=wrong)


EXPIRED, UNTRUSTED, OTHER_NAME = condition("expired"), condition("untrusted"), condition("other-name")
DEMANDS = condition("demands", wrong=False)
STRICT, INSECURE = When("strict", lambda situation: True), When("insecure", lambda situation: True)


def say(
    *of: Condition,
    text: str = "no",
    phase: Phase = Phase.VERIFY,
    when: tuple[When, ...] = (),
    versions: dict[str, str] | None = None,
) -> Row:
    (row,) = says(of, phase, text, basis=Basis.AUTHORITATIVE, source=MANUAL, when=when, versions=versions)
    return row


def say_of_any(text: str) -> Row:
    (row,) = says(ANY, Phase.VERIFY, text, basis=Basis.AUTHORITATIVE, source=MANUAL)
    return row


def tolerate(
    *of: Condition,
    phases: tuple[Phase, ...] = (),
    when: tuple[When, ...] = (),
    versions: dict[str, str] | None = None,
) -> Row:
    return tolerates(
        "it does not look", basis=Basis.AUTHORITATIVE, source=MANUAL, of=of, phases=phases, when=when, versions=versions
    )


def answered(
    *rows: Own,
    present: set[Condition],
    holding: frozenset[When] | set[When] = frozenset(),
    release: dict[str, str] | None = None,
) -> Answer:
    table = Knowledge({}, ()).table((), rows)
    return answer(table, frozenset(present), lambda when: when in holding, release)


def texts(found: Answer) -> set[str]:
    return {item.does.text for item in found.says if isinstance(item.does, Prints)}


def test_a_healthy_situation_connects() -> None:
    assert answered(say(EXPIRED), present=set()).connects


def test_a_defect_is_answered_by_its_own_text() -> None:
    found = answered(say(EXPIRED, text="expired"), say(UNTRUSTED, text="unknown"), present={EXPIRED})
    assert texts(found) == {"expired"}
    assert not found.connects


def test_two_defects_may_be_answered_by_the_text_of_either() -> None:
    found = answered(say(EXPIRED, text="expired"), say(UNTRUSTED, text="unknown"), present={EXPIRED, UNTRUSTED})
    assert texts(found) == {"expired", "unknown"}


def test_a_text_for_both_stands_before_the_texts_for_each() -> None:
    rows = (say(EXPIRED, text="expired"), say(UNTRUSTED, text="unknown"), say(EXPIRED, UNTRUSTED, text="both"))
    assert texts(answered(*rows, present={EXPIRED, UNTRUSTED})) == {"both"}
    assert texts(answered(*rows, present={EXPIRED})) == {"expired"}


def test_a_second_defect_can_turn_a_refusal_into_a_connection() -> None:
    """SqlClient up to 5.1: a name that is not in the SAN switches off the check of the chain."""
    rows = (say(UNTRUSTED, text="unknown"), say(OTHER_NAME, text="name"), tolerate(UNTRUSTED, OTHER_NAME))
    assert answered(*rows, present={UNTRUSTED, OTHER_NAME}).connects
    assert not answered(*rows, present={UNTRUSTED}).connects


def test_a_row_with_a_circumstance_stands_before_one_without() -> None:
    rows = (say(EXPIRED, text="expired"), tolerate(EXPIRED, when=(INSECURE,)))
    assert answered(*rows, present={EXPIRED}, holding={INSECURE}).connects
    assert not answered(*rows, present={EXPIRED}).connects


def test_a_negated_circumstance_holds_when_it_does_not() -> None:
    rows = (say(EXPIRED, when=(~STRICT,), text="loose"), say(EXPIRED, when=(STRICT,), text="strict"))
    assert texts(answered(*rows, present={EXPIRED}, holding={STRICT})) == {"strict"}
    assert texts(answered(*rows, present={EXPIRED})) == {"loose"}


def test_who_does_not_look_at_certificates_says_nothing_of_them_and_still_fails_before_them() -> None:
    rows = (
        say(EXPIRED, text="expired"),
        say(OTHER_NAME, text="handshake", phase=Phase.HANDSHAKE),
        tolerate(phases=(Phase.VERIFY,), when=(INSECURE,)),
    )
    assert answered(*rows, present={EXPIRED}, holding={INSECURE}).connects
    assert texts(answered(*rows, present={EXPIRED, OTHER_NAME}, holding={INSECURE})) == {"handshake"}


def test_a_condition_can_keep_a_client_from_looking_further() -> None:
    """SqlClient from 6.0 on compares a pin and nothing else."""
    rows = (say(EXPIRED), say(UNTRUSTED), tolerate(DEMANDS, phases=(Phase.VERIFY,)))
    assert answered(*rows, present={EXPIRED, UNTRUSTED, DEMANDS}).connects
    assert not answered(*rows, present={EXPIRED, UNTRUSTED}).connects


def test_what_is_said_in_a_phase_that_is_not_reached_is_not_said_of_two_defects_either() -> None:
    """.NET appends its text about the name to the one about the chain, unless it finds the name in the CN."""
    rows = (
        say(UNTRUSTED, text="unknown"),
        say(OTHER_NAME, phase=Phase.NAME, text="name"),
        say(UNTRUSTED, OTHER_NAME, phase=Phase.NAME, text="unknown, name"),
        tolerate(DEMANDS, phases=(Phase.NAME,)),
    )
    assert texts(answered(*rows, present={UNTRUSTED, OTHER_NAME})) == {"unknown, name"}
    assert texts(answered(*rows, present={UNTRUSTED, OTHER_NAME, DEMANDS})) == {"unknown"}
    assert answered(*rows, present={OTHER_NAME, DEMANDS}).connects


def test_what_is_said_in_every_act_is_not_said_in_a_phase_that_is_not_reached() -> None:
    rows = (say(text="no"), tolerate(phases=(Phase.VERIFY,), when=(INSECURE,)))
    assert texts(answered(*rows, present=set())) == {"no"}
    assert answered(*rows, present=set(), holding={INSECURE}).connects


def test_a_tolerance_of_phases_does_not_tolerate_what_it_is_about() -> None:
    rows = (say(EXPIRED, phase=Phase.PIN, text="pin"), tolerate(EXPIRED, phases=(Phase.VERIFY,)), say(UNTRUSTED))
    assert texts(answered(*rows, present={EXPIRED, UNTRUSTED})) == {"pin"}


def test_a_row_may_hold_only_without_a_condition_that_it_is_not_about() -> None:
    rows = (say(EXPIRED, text="expired"), tolerate(EXPIRED, when=(~where(DEMANDS),)))
    assert answered(*rows, present={EXPIRED}).connects
    assert not answered(*rows, present={EXPIRED}, holding={where(DEMANDS)}).connects


def test_the_one_text_for_everything_answers_only_what_no_other_text_names() -> None:
    rows = (say_of_any("refused"), say(EXPIRED, text="expired"))
    assert texts(answered(*rows, present={UNTRUSTED})) == {"refused"}
    assert texts(answered(*rows, present={EXPIRED})) == {"expired"}


def test_the_one_text_for_everything_is_not_said_of_what_is_not_wrong() -> None:
    assert answered(say_of_any("refused"), present={DEMANDS}).connects


def test_a_condition_that_is_not_wrong_can_be_refused() -> None:
    assert not answered(say(DEMANDS, text="not asked for"), present={DEMANDS}).connects
    assert answered(say(EXPIRED), present={DEMANDS}).connects


def test_a_row_about_nothing_answers_in_every_act() -> None:
    """A release that connects to nothing."""
    assert not answered(say(text="AttributeError"), present=set()).connects


def test_a_row_of_other_releases_has_no_part() -> None:
    rows = (say(EXPIRED, text="expired"), tolerate(EXPIRED, when=(INSECURE,), versions={"driver": "<5.2"}))
    assert answered(*rows, present={EXPIRED}, holding={INSECURE}, release={"driver": "5.1.9"}).connects
    assert not answered(*rows, present={EXPIRED}, holding={INSECURE}, release={"driver": "5.2.2"}).connects
    assert not answered(*rows, present={EXPIRED}, holding={INSECURE}, release={"driver": "main"}).connects


def test_a_defect_of_which_nothing_is_known_is_named() -> None:
    found = answered(say(EXPIRED), present={UNTRUSTED})
    assert found.unanswered == {UNTRUSTED}
    assert not found.connects


def test_rows_of_equal_rank_that_contradict_each_other_are_an_error() -> None:
    with pytest.raises(KnowledgeError, match=r"expired: of rows of equal rank some tolerate and some speak"):
        answered(say(EXPIRED), tolerate(EXPIRED), present={EXPIRED})


def test_what_a_client_says_itself_goes_before_what_its_library_tolerates_of_equal_rank() -> None:
    library = Library("openssl", (tolerate(EXPIRED),))
    known = Knowledge({"openssl": library}, ())
    wrapped = Template("openssl", frozenset(Phase), "{reason}", Basis.OBSERVED, MANUAL)
    table = known.table((wrapped,), (say(EXPIRED, text="expired"),))
    assert not answer(table, frozenset({EXPIRED}), lambda when: True).connects


def test_a_hang_can_be_an_answer() -> None:
    (row,) = says([EXPIRED], Phase.CLOSED, Hangs(), basis=Basis.OBSERVED, source=MANUAL)
    (statement,) = answered(row, present={EXPIRED}).says
    assert statement.does == Hangs()


def test_a_client_presents_what_its_library_says_in_its_own_words_and_on_the_weaker_basis() -> None:
    rows = says([EXPIRED], Phase.VERIFY, "has expired", basis=Basis.AUTHORITATIVE, source=MANUAL)
    knowledge = Knowledge({"tls": Library("tls", rows)}, (EXPIRED,))
    template = Template("tls", frozenset({Phase.VERIFY}), "curl: (60) {reason}", Basis.REPORTED, OTHER)
    (statement,) = knowledge.table([template])
    assert statement.does == Prints("curl: (60) has expired")
    assert statement.basis is Basis.REPORTED
    assert statement.sources == (MANUAL, OTHER)


def test_a_template_is_the_words_of_some_releases_and_circumstances() -> None:
    rows = says(
        [EXPIRED], Phase.VERIFY, "has expired", basis=Basis.AUTHORITATIVE, source=MANUAL, versions={"driver": ">=2"}
    )
    phases = frozenset({Phase.VERIFY})
    templates = [
        Template("tls", phases, "old: {reason}", Basis.AUTHORITATIVE, MANUAL, versions=Versions.of({"driver": "<5"})),
        Template(
            "tls", phases, "new: {reason}", Basis.AUTHORITATIVE, MANUAL, "", (~STRICT,), Versions.of({"driver": ">=5"})
        ),
        Template("tls", phases, "strict: {reason}", Basis.AUTHORITATIVE, MANUAL, when=(STRICT,)),
    ]
    table = Knowledge({"tls": Library("tls", rows)}, (EXPIRED,)).table(templates)

    def printed(version: str, *holding: When) -> set[str]:
        return texts(answer(table, frozenset({EXPIRED}), lambda when: when in holding, {"driver": version}))

    assert printed("4") == {"old: has expired"}
    assert printed("5") == {"new: has expired"}
    assert printed("5", STRICT) == {"strict: has expired"}
    assert printed("1") == set()


def test_the_circumstances_of_a_template_do_not_put_a_row_first() -> None:
    rows = (
        *says([EXPIRED], Phase.VERIFY, "no", basis=Basis.AUTHORITATIVE, source=MANUAL),
        tolerate(EXPIRED, when=(INSECURE,)),
    )
    template = Template("tls", frozenset({Phase.VERIFY}), "{reason}", Basis.AUTHORITATIVE, MANUAL, when=(~STRICT,))
    table = Knowledge({"tls": Library("tls", rows)}, (EXPIRED,)).table([template])
    assert answer(table, frozenset({EXPIRED}), lambda when: when == INSECURE).connects


def test_a_template_of_a_library_that_is_not_there_is_named() -> None:
    with pytest.raises(KnowledgeError, match="no library is called 'opensll'; there are openssl"):
        Knowledge({"openssl": Library("openssl")}, ()).table(
            [Template("opensll", frozenset(Phase), "{reason}", Basis.AUTHORITATIVE, MANUAL)]
        )


def test_a_tolerance_names_conditions_or_phases() -> None:
    with pytest.raises(ValueError, match="names conditions or phases"):
        tolerates("it does not look", basis=Basis.AUTHORITATIVE, source=MANUAL)


KNOWN = (EXPIRED, UNTRUSTED, OTHER_NAME, DEMANDS)
SETS = st.frozensets(st.sampled_from(KNOWN))


@given(st.lists(SETS), SETS)
def test_without_tolerance_it_connects_exactly_when_nothing_present_is_said_and_nothing_is_wrong(
    tables: list[frozenset[Condition]], present: frozenset[Condition]
) -> None:
    rows = [say(*of, text=str(number)) for number, of in enumerate(tables)]
    found = answered(*rows, present=set(present))
    applying = [of for of in tables if of <= present]
    assert found.connects == (not applying and not any(item.wrong for item in present))
    assert found.unanswered == {item for item in present if item.wrong and not any(item in of for of in applying)}


@given(st.lists(SETS, min_size=1), SETS)
def test_every_answer_is_a_row_about_what_is_present(
    tables: list[frozenset[Condition]], present: frozenset[Condition]
) -> None:
    rows = [say(*of, text=str(number)) for number, of in enumerate(tables)]
    for statement in answered(*rows, present=set(present)).says:
        assert not isinstance(statement.of, Any)
        assert statement.of <= present


def test_what_is_no_defect_may_be_said_in_the_words_of_one() -> None:
    """A client whose file takes the place of the default store says of other hosts what it says of an unknown CA."""
    library = Library("openssl", says([UNTRUSTED], Phase.VERIFY, "unknown", basis=Basis.AUTHORITATIVE, source=MANUAL))
    template = Template("openssl", frozenset({Phase.VERIFY}), "client: {reason}", Basis.AUTHORITATIVE, MANUAL)
    row = says_like(UNTRUSTED, [DEMANDS], "its file alone", basis=Basis.REPORTED, source=OTHER, when=[STRICT])
    table = Knowledge({"openssl": library}, ()).table([template], [row])

    found = answer(table, frozenset({DEMANDS}), lambda when: when == STRICT)
    assert texts(found) == {"client: unknown"}
    (said,) = found.says
    assert (said.basis, said.sources, said.why) == (Basis.REPORTED, (OTHER, MANUAL), "its file alone")
    assert answer(table, frozenset({DEMANDS}), lambda when: False).connects
    assert texts(answer(table, frozenset({UNTRUSTED}), lambda when: False)) == {"client: unknown"}
