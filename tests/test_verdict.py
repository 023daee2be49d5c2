"""The judge can say no. Each test takes a cell that is as expected and changes one thing that must turn it red."""

from dataclasses import replace

import pytest

from tlslab.clients.base import Acceptance, Client, Endpoint, Invocation, Login, Machine, Material, Roots, Trust
from tlslab.matrix.choice import LOCAL, Choice
from tlslab.matrix.judge import BrokenVerdict, FixVerdict, judge_broken
from tlslab.matrix.plan import Cell, make_plan
from tlslab.matrix.play import Attempt
from tlslab.matrix.run import verdict_of
from tlslab.model.evidence import Level, Phase, Reason, Source, Wrapper
from tlslab.model.outcome import Completed, Outcome, Result
from tlslab.model.scenario import BOTH, Claim, Defect, Fix, Impostor, Scenario, Side
from tlslab.model.situation import (
    CURRENT,
    PAST,
    Authority,
    Chain,
    ClientSide,
    Leaf,
    ServerKind,
    Situation,
    healthy,
    options,
)

BOOK = Source("a book", "https://example.org/book")
EXPIRED = Reason("openssl", Phase.VERIFY, "certificate has expired", Level.VENDOR, BOOK)
UNKNOWN = Reason("openssl", Phase.VERIFY, "unable to get local issuer certificate", Level.VENDOR, BOOK)


class Example(Client):
    """A client that wraps OpenSSL's reasons in two words, and accepts what it is told to."""

    name = "example"
    title = "An example"
    kinds = BOTH
    tls_library = "OpenSSL"
    wrappers: tuple[Wrapper, ...] = (
        Wrapper("openssl", frozenset({Phase.VERIFY}), "example: {reason}", Level.VENDOR, BOOK),
    )
    templates = ()
    default_trust = Trust(Roots.SYSTEM, "it reads the system's store", BOOK)
    needs = ()
    supports = frozenset(options(ClientSide))
    acceptance: Acceptance | None = None

    def version_probe(self, machine: Machine) -> Invocation:
        return Invocation(("true",))

    def read_version(self, completed: Completed) -> str:
        return "1"

    def accepts(self, situation: Situation) -> Acceptance | None:
        return self.acceptance

    def options_as_typed(self, side: ClientSide) -> tuple[str, ...]:
        return ()

    def invoke(
        self,
        machine: Machine,
        side: ClientSide,
        endpoint: Endpoint,
        material: Material,
        login: Login,
        room: object,
    ) -> Invocation:
        return Invocation(("true",))

    def read(self, completed: Completed, side: ClientSide) -> Outcome:
        return Outcome(Result.CONNECTED, "")


def expire(situation: Situation) -> Situation:
    return situation.with_leaf(validity=PAST)


def renew(situation: Situation) -> Situation:
    return situation.with_leaf(validity=CURRENT)


def ignore(situation: Situation) -> Situation:
    return situation.with_client(trust_everything=True)


def stranger(situation: Situation) -> Situation:
    return situation.with_server(chain=Chain(Leaf("s", ("s",), Authority("Stranger"), owner="stranger")))


ATTACK = Impostor("stranger", "A stranger.", stranger, (UNKNOWN,))
CURE = Fix("renew", "Renew.", renew, Claim.CURE, Side.SERVER, BOTH, ("renew",), (BOOK,))
SILENCER = Fix("ignore", "Ignore.", ignore, Claim.SILENCER, Side.CLIENT, BOTH, ("ignore",), (BOOK,))

CONNECTED = Outcome(Result.CONNECTED, "", encrypted=True)
SAYS_EXPIRED = Outcome(Result.REFUSED, "example: certificate has expired")
SAYS_UNKNOWN = Outcome(Result.REFUSED, "example: unable to get local issuer certificate")

Played = list[tuple[Outcome, frozenset[Defect]]]


def cell(fix: Fix = CURE, client: Client | None = None) -> Cell:
    scenario = Scenario(
        "expired", "Expired", "Lesson.", expire, BOTH, frozenset({Defect.EXPIRED}), (EXPIRED,), (BOOK,), [fix]
    )
    plan = make_plan([scenario], [ATTACK], [client or Example()], stage_cannot=LOCAL.cannot)
    return next(item for item in plan.cells if item.kind is ServerKind.HTTPS)


def cure() -> Played:
    return [
        (CONNECTED, frozenset()),
        (SAYS_EXPIRED, frozenset({Defect.EXPIRED})),
        (CONNECTED, frozenset()),
        (SAYS_UNKNOWN, frozenset({Defect.UNTRUSTED})),
    ]


def silencer() -> Played:
    played = cure()
    played[2] = (CONNECTED, frozenset({Defect.EXPIRED}))
    played[3] = (CONNECTED, frozenset({Defect.UNTRUSTED}))
    return played


def judged(played: Played, item: Cell | None = None):  # type: ignore[no-untyped-def]
    item = item or cell()
    attempts = tuple(
        Attempt(f"a{number}", item.client, situation, defects, outcome)
        for number, (situation, (outcome, defects)) in enumerate(zip(item.situations, played, strict=True))
    )
    return verdict_of(item, attempts)


def changed(played: Played, act: int, **changes: object) -> Played:
    outcome, defects = played[act]
    played[act] = (replace(outcome, **changes), defects)  # type: ignore[arg-type]
    return played


def test_a_cure_that_cures_is_as_expected() -> None:
    verdict = judged(cure())
    assert (verdict.broken, verdict.fix) == (BrokenVerdict.REPRODUCED, FixVerdict.CURES)
    assert verdict.as_expected
    assert verdict.broken_judgement.level is Level.VENDOR
    assert verdict.broken_judgement.sources == (BOOK,)


def test_a_silencer_that_silences_is_as_expected() -> None:
    verdict = judged(silencer(), cell(SILENCER))
    assert (verdict.broken, verdict.fix) == (BrokenVerdict.REPRODUCED, FixVerdict.SILENCES)
    assert verdict.as_expected


def test_a_wrong_text_is_another_error_and_red() -> None:
    verdict = judged(changed(cure(), 1, text="example: unable to get local issuer certificate"))
    assert verdict.broken is BrokenVerdict.OTHER_ERROR
    assert not verdict.as_expected


def test_the_right_reason_outside_the_clients_wrapper_is_another_error() -> None:
    verdict = judged(changed(cure(), 1, text="somebody else: certificate has expired"))
    assert verdict.broken is BrokenVerdict.OTHER_ERROR
    assert not verdict.as_expected


def test_a_success_where_a_failure_is_due_is_red() -> None:
    verdict = judged(changed(cure(), 1, result=Result.CONNECTED, encrypted=True))
    assert verdict.broken is BrokenVerdict.ACCEPTED
    assert not verdict.as_expected


def test_a_documented_acceptance_is_as_expected_and_its_end_is_red() -> None:
    client = Example()
    client.acceptance = Acceptance("verifies nothing here", Level.VENDOR, BOOK)
    played = changed(cure(), 1, result=Result.CONNECTED, encrypted=True)
    assert judged(played, cell(client=client)).broken_judgement.as_expected
    refused = judged(cure(), cell(client=client))
    assert not refused.as_expected
    assert "documented to connect" in refused.broken_judgement.why


def test_a_healthy_server_in_the_broken_act_is_the_labs_error() -> None:
    played = cure()
    played[1] = (CONNECTED, frozenset())
    verdict = judged(played)
    assert verdict.lab_failed
    assert not verdict.as_expected
    assert "self-check of the broken act" in verdict.broken_judgement.why


def test_a_fix_that_does_nothing_is_not_cleared() -> None:
    played = cure()
    played[2] = (SAYS_EXPIRED, frozenset())
    verdict = judged(played)
    assert verdict.fix is FixVerdict.NOT_CLEARED
    assert not verdict.as_expected


def test_a_cure_whose_situation_still_has_the_defect_is_the_labs_error() -> None:
    played = cure()
    played[2] = (CONNECTED, frozenset({Defect.EXPIRED}))
    verdict = judged(played)
    assert verdict.lab_failed
    assert "self-check of the fixed act" in verdict.broken_judgement.why


def test_an_accepted_impostor_makes_a_cure_red() -> None:
    verdict = judged(changed(cure(), 3, result=Result.CONNECTED, encrypted=True))
    assert verdict.fix is FixVerdict.SILENCES
    assert not verdict.as_expected


def test_a_silencer_that_keeps_the_impostor_out_is_red_too() -> None:
    played = silencer()
    played[3] = (SAYS_UNKNOWN, frozenset({Defect.UNTRUSTED}))
    verdict = judged(played, cell(SILENCER))
    assert verdict.fix is FixVerdict.CURES
    assert not verdict.as_expected


@pytest.mark.parametrize(
    "failure",
    [
        Outcome(Result.REFUSED, "example: connection refused"),
        Outcome(Result.TIMEOUT, "no answer"),
        Outcome(Result.CRASHED, "", code="signal 11"),
    ],
    ids=["down", "hang", "crash"],
)
def test_an_impostor_that_fails_for_another_reason_proves_nothing(failure: Outcome) -> None:
    played = cure()
    played[3] = (failure, frozenset({Defect.UNTRUSTED}))
    verdict = judged(played)
    assert verdict.fix is FixVerdict.UNPROVEN
    assert not verdict.as_expected


DOWN = Reason("posix", Phase.CONNECT, "Connection refused", Level.VENDOR, BOOK)


class Reaching(Example):
    """One that also says when it reaches nobody."""

    wrappers = (
        *Example.wrappers,
        Wrapper("posix", frozenset({Phase.CONNECT}), "example: {reason}", Level.VENDOR, BOOK),
    )


def down() -> Cell:
    """The cell of a server that does not come up."""
    scenario = Scenario(
        "unreadable-key",
        "Down",
        "Lesson.",
        lambda healthy: healthy.with_server(key_readable=False),
        BOTH,
        frozenset({Defect.NOT_SERVING}),
        (DOWN,),
        (BOOK,),
        [replace(CURE, apply=lambda broken: broken.with_server(key_readable=True))],
    )
    plan = make_plan([scenario], [ATTACK], [Reaching()], stage_cannot=Choice("docker").cannot)
    return next(item for item in plan.cells if item.kind is ServerKind.SQLSERVER)


def reaches_nobody() -> Played:
    refused = Outcome(Result.REFUSED, "example: Connection refused")
    return [
        (CONNECTED, frozenset()),
        (refused, frozenset({Defect.NOT_SERVING})),
        (CONNECTED, frozenset()),
        (SAYS_UNKNOWN, frozenset({Defect.UNTRUSTED})),
    ]


def test_a_server_that_must_be_down_is_reproduced_by_the_refused_connection_and_cured_by_its_start() -> None:
    verdict = judged(reaches_nobody(), down())
    assert (verdict.broken, verdict.fix) == (BrokenVerdict.REPRODUCED, FixVerdict.CURES)
    assert verdict.as_expected


def test_an_impostor_that_is_down_proves_nothing_even_where_being_down_is_the_failure() -> None:
    played = reaches_nobody()
    played[3] = (Outcome(Result.REFUSED, "example: Connection refused"), frozenset({Defect.UNTRUSTED}))
    verdict = judged(played, down())
    assert verdict.fix is FixVerdict.UNPROVEN
    assert not verdict.as_expected


def test_nobody_is_documented_to_connect_to_a_server_that_is_down() -> None:
    item = down()
    client = Reaching()
    client.acceptance = Acceptance("verifies nothing here", Level.VENDOR, BOOK)
    verdict, judgement = judge_broken(client, (DOWN,), item.broken, Outcome(Result.CONNECTED, "", encrypted=True))
    assert verdict is BrokenVerdict.ACCEPTED
    assert not judgement.as_expected


def test_a_fixed_server_that_is_still_down_is_not_cleared() -> None:
    played = reaches_nobody()
    played[2] = (Outcome(Result.REFUSED, "example: Connection refused"), frozenset())
    assert judged(played, down()).fix is FixVerdict.NOT_CLEARED


def test_an_impostor_with_nothing_wrong_is_the_labs_error() -> None:
    played = cure()
    played[3] = (CONNECTED, frozenset())
    assert judged(played).lab_failed


def test_a_fixed_session_without_the_promised_encryption_is_red() -> None:
    verdict = judged(changed(cure(), 2, encrypted=False))
    assert verdict.fix is FixVerdict.BROKEN_PROMISE
    assert not verdict.as_expected


def test_a_fix_that_gives_encryption_up_must_not_be_encrypted() -> None:
    without = replace(SILENCER, encrypted=False)
    assert judged(silencer(), cell(without)).fix is FixVerdict.BROKEN_PROMISE
    assert judged(changed(silencer(), 2, encrypted=False), cell(without)).as_expected


@pytest.mark.parametrize("result", [Result.REFUSED, Result.TIMEOUT, Result.CRASHED])
def test_a_control_that_does_not_connect_is_the_labs_error(result: Result) -> None:
    verdict = judged(changed(cure(), 0, result=result, text="anything"))
    assert verdict.lab_failed
    assert not verdict.as_expected


def test_a_control_without_encryption_is_the_labs_error() -> None:
    assert judged(changed(cure(), 0, encrypted=False)).lab_failed


def test_a_control_with_a_defect_is_the_labs_error() -> None:
    played = cure()
    played[0] = (CONNECTED, frozenset({Defect.NAME_MISMATCH}))
    assert judged(played).lab_failed


def test_a_hang_in_the_broken_act_is_a_timeout_and_red() -> None:
    verdict = judged(changed(cure(), 1, result=Result.TIMEOUT, text=""))
    assert verdict.broken is BrokenVerdict.TIMEOUT
    assert not verdict.as_expected


def test_a_crash_is_not_a_reproduction_even_with_the_right_words() -> None:
    verdict = judged(changed(cure(), 1, result=Result.CRASHED))
    assert verdict.broken is BrokenVerdict.OTHER_ERROR
    assert not verdict.as_expected


def test_an_error_of_the_lab_in_any_act_says_nothing_about_the_client() -> None:
    for act in range(4):
        verdict = judged(changed(cure(), act, result=Result.LAB_ERROR, text="nginx has died"))
        assert verdict.lab_failed
        assert "nginx has died" in verdict.broken_judgement.why


def test_an_observed_text_is_marked_as_such() -> None:
    client = Example()
    client.wrappers = (replace(Example.wrappers[0], level=Level.OBSERVED),)
    assert judged(cure(), cell(client=client)).broken_judgement.level is Level.OBSERVED


def test_the_text_that_was_shown_is_told_with_the_names_of_the_situation() -> None:
    class Named(Example):
        wrappers = (Wrapper("openssl", frozenset({Phase.VERIFY}), "{host}:{*}: {reason}", Level.VENDOR, BOOK),)

    broken = expire(healthy(ServerKind.HTTPS))
    said = Outcome(Result.REFUSED, "shop.lab.test:443: certificate has expired")
    verdict, judgement = judge_broken(Named(), (EXPIRED,), broken, said)
    assert verdict is BrokenVerdict.REPRODUCED
    assert judgement.why == "shows: shop.lab.test:{*}: certificate has expired"
