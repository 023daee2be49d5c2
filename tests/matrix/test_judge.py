"""The judge can say no. Each test takes a cell that is as expected and changes one thing that must turn it red."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from tlslab.catalogue import Catalogue
from tlslab.clients.base import Client, Invocation, Machine, Request, Roots, Trust
from tlslab.matrix.judge import ActVerdict, FixVerdict, Judge, Status, Verdict, lab_failed, not_played
from tlslab.matrix.plan import Cell, make_plan
from tlslab.matrix.play import Attempt
from tlslab.model.certificate import CURRENT, LAB_ISSUING, PAST, Authority, Chain, Leaf
from tlslab.model.check import EVERYTHING, NOTHING, Check
from tlslab.model.circumstances import TRUST_EVERYTHING
from tlslab.model.condition import Condition, conditions_of
from tlslab.model.conditions import (
    CONDITIONS,
    EXPIRED,
    INCOMPLETE,
    NAME_MISMATCH,
    NOT_SERVING,
    SELF_SIGNED,
    UNTRUSTED,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.impostor import Impostor
from tlslab.model.knowledge import Knowledge
from tlslab.model.library import (
    ConnectsLate,
    Crashes,
    Does,
    Hangs,
    Library,
    Own,
    Prints,
    Row,
    Template,
    When,
    says,
    says_each,
    tolerates,
)
from tlslab.model.outcome import Completed, Outcome, Result
from tlslab.model.scenario import BOTH, Fix, Scenario, Side
from tlslab.model.situation import ClientSide, Encryption, ServerKind, Situation, healthy, options

BOOK = Source("a book", "https://example.org/book")
POST = Source("a post", "https://example.org/post")
LONGER = "certificate has expired, and so has its issuer"

OPENSSL = Library(
    "openssl",
    (
        *says_each(
            {
                EXPIRED: "certificate has expired",
                UNTRUSTED: "unable to get local issuer certificate",
                INCOMPLETE: "unable to get local issuer certificate",
                SELF_SIGNED: LONGER,
            },
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=BOOK,
        ),
        *says([NAME_MISMATCH], Phase.NAME, "hostname mismatch", basis=Basis.AUTHORITATIVE, source=BOOK),
    ),
)
POSIX = Library(
    "posix", says([NOT_SERVING], Phase.CONNECT, "Connection refused", basis=Basis.AUTHORITATIVE, source=BOOK)
)


def template(text: str = "example: {reason}", basis: Basis = Basis.AUTHORITATIVE) -> Template:
    return Template("openssl", frozenset({Phase.VERIFY, Phase.NAME}), text, basis, BOOK)


class Example(Client):
    """A client that presents OpenSSL's words, and has the rows that it is given."""

    name = "example"
    title = "An example"
    kinds = BOTH
    tls_library = "OpenSSL"
    templates: tuple[Template, ...] = ()
    default_trust = Trust(Roots.SYSTEM, "it reads the system's store", BOOK)
    needs = ()
    supports = frozenset(options(ClientSide))

    def __init__(self, *rows: Own, templates: Iterable[Template] = (template(),)) -> None:
        self.rows = rows
        self.templates = (
            *templates,
            Template("posix", frozenset({Phase.CONNECT}), "example: {reason}", Basis.AUTHORITATIVE, BOOK),
        )

    def version_probe(self, machine: Machine) -> Invocation:
        return Invocation(("true",))

    def read_version(self, completed: Completed) -> str:
        return "1"

    def options_as_typed(self, side: ClientSide) -> tuple[str, ...]:
        return ()

    def invoke(self, request: Request) -> Invocation:
        return Invocation(("true",))

    def read(self, completed: Completed, side: ClientSide) -> Outcome:
        return Outcome(Result.CONNECTED, "")


UNCHECKED = tolerates(
    "told to trust every certificate, it looks at none",
    phases=(Phase.VERIFY, Phase.NAME),
    when=(TRUST_EVERYTHING,),
    basis=Basis.AUTHORITATIVE,
    source=BOOK,
)
"""What `trust_everything` does to most clients."""
NO_NAMES = tolerates("it compares no names", of=[NAME_MISMATCH], basis=Basis.REPORTED, source=POST)
"""Of a client that verifies the chain alone."""


def does(*of: Condition, what: Does, when: tuple[When, ...] = (), phase: Phase = Phase.VERIFY) -> Row:
    """A row of the client's own."""
    (row,) = says(of, phase, what, basis=Basis.REPORTED, source=POST, when=when)
    return row


def expire(situation: Situation) -> Situation:
    return situation.with_leaf(validity=PAST)


def renew(situation: Situation) -> Situation:
    return situation.with_leaf(validity=CURRENT)


def ignore(situation: Situation) -> Situation:
    return situation.with_client(trust_everything=True)


def hope(situation: Situation) -> Situation:
    return situation.with_client(intermediates=(LAB_ISSUING,))


def stranger(situation: Situation) -> Situation:
    name = situation.client.reference_identifier
    return situation.with_server(chain=Chain(Leaf(name, (name,), Authority("Stranger"), owner="stranger")))


def neighbour(situation: Situation) -> Situation:
    return situation.with_server(chain=Chain(Leaf("n", ("n",), LAB_ISSUING, owner="neighbour")))


IMPOSTORS = (
    Impostor("neighbour", "A neighbour.", neighbour, frozenset({Check.NAME, Check.KEY})),
    Impostor("stranger", "A stranger.", stranger, frozenset({Check.CHAIN, Check.KEY})),
)
CURE = Fix("renew", "Renew.", renew, EVERYTHING, Side.SERVER, BOTH, ("renew",), (BOOK,))
BYPASS = Fix("ignore", "Ignore.", ignore, NOTHING, Side.CLIENT, BOTH, ("ignore",), (BOOK,))
USELESS = Fix("hope", "Hope.", hope, EVERYTHING, Side.CLIENT, BOTH, ("hope",), (BOOK,), clears=False)

CONNECTED = Outcome(Result.CONNECTED, "", encrypted=True)
SAYS_EXPIRED = Outcome(Result.REFUSED, "example: certificate has expired")
SAYS_UNKNOWN = Outcome(Result.REFUSED, "example: unable to get local issuer certificate")
SAYS_NAME = Outcome(Result.REFUSED, "example: hostname mismatch")

CONTROL, BROKEN, FIXED, NEIGHBOUR, STRANGER = range(5)
Played = list[Outcome]
CURED: Played = [CONNECTED, SAYS_EXPIRED, CONNECTED, SAYS_NAME, SAYS_UNKNOWN]
BYPASSED: Played = [CONNECTED, SAYS_EXPIRED, CONNECTED, CONNECTED, CONNECTED]


def cell(fix: Fix = CURE, client: Client | None = None) -> tuple[Judge, Cell]:
    """The cell of this fix and client, with its judge."""
    scenario = Scenario("expired", "Expired", "Lesson.", expire, BOTH, frozenset({EXPIRED}), {}, (BOOK,), [fix])
    return _cell_of(scenario, client or Example(UNCHECKED), ServerKind.HTTPS)


def _cell_of(scenario: Scenario, client: Client, kind: ServerKind) -> tuple[Judge, Cell]:
    knowledge = Knowledge({item.name: item for item in (OPENSSL, POSIX)}, CONDITIONS)
    plan = make_plan(Catalogue((scenario,), IMPOSTORS, knowledge), [client], stage_cannot=lambda _: None)
    return Judge.of(client, knowledge), next(item for item in plan.cells if item.kind is kind)


def judged(
    played: Played, item: tuple[Judge, Cell] | None = None, *, found: dict[int, frozenset[Condition]] | None = None
) -> Verdict:
    """The verdict of a cell of which this came. `found`: by act, what the self-check saw instead."""
    judge, asked = item or cell()
    attempts = {
        name: Attempt(
            f"a{act}",
            asked.client,
            situation,
            (found or {}).get(act, frozenset(each for each in conditions_of(situation, CONDITIONS) if each.wrong)),
            outcome,
        )
        for act, ((name, situation), outcome) in enumerate(zip(asked.acts.items(), played, strict=True))
    }
    if problem := lab_failed(attempts, CONDITIONS):
        return not_played(Status.LAB_ERROR, problem)
    return judge.cell(asked, judge.acts(attempts))


def but(played: Played, act: int, outcome: Outcome) -> Played:
    """The same, but for one act."""
    return [outcome if number == act else known for number, known in enumerate(played)]


# --- as expected


def test_a_cure_that_cures_is_as_expected() -> None:
    verdict = judged(CURED)
    assert (verdict.status, verdict.broken, verdict.fix) == (
        Status.PLAYED,
        ActVerdict.AS_DOCUMENTED,
        FixVerdict.CURE,
    )
    assert verdict.as_expected
    assert verdict.broken_judgement.why == "shows: example: certificate has expired"
    assert verdict.broken_judgement.basis is Basis.AUTHORITATIVE
    assert verdict.broken_judgement.sources == (BOOK,)


def test_a_bypass_that_lets_everybody_in_is_as_expected() -> None:
    verdict = judged(BYPASSED, cell(BYPASS))
    assert (verdict.broken, verdict.fix) == (ActVerdict.AS_DOCUMENTED, FixVerdict.BYPASS)
    assert verdict.as_expected
    assert verdict.fix_judgement.why == "connects, and so does the impostor `neighbour`, `stranger`"


# --- the broken act


def test_a_text_that_is_documented_for_something_else_is_another_error() -> None:
    verdict = judged(but(CURED, BROKEN, SAYS_NAME))
    assert verdict.broken is ActVerdict.OTHER_ERROR
    assert not verdict.as_expected
    assert "says what is documented for something else (name-mismatch)" in verdict.broken_judgement.why


def test_a_text_that_nothing_documents_is_another_error() -> None:
    verdict = judged(but(CURED, BROKEN, Outcome(Result.REFUSED, "example: out of memory")))
    assert verdict.broken is ActVerdict.OTHER_ERROR
    assert not verdict.as_expected
    assert "says nothing that is documented for this: refused: example: out of memory" in verdict.why


def test_the_right_reason_outside_the_clients_template_is_another_error() -> None:
    said = Outcome(Result.REFUSED, "somebody else: certificate has expired")
    assert judged(but(CURED, BROKEN, said)).broken is ActVerdict.OTHER_ERROR


def test_a_shorter_text_never_stands_in_for_a_longer_one_that_means_something_else() -> None:
    verdict = judged(but(CURED, BROKEN, Outcome(Result.REFUSED, f"example: {LONGER}")))
    assert verdict.broken is ActVerdict.OTHER_ERROR
    assert "(self-signed)" in verdict.broken_judgement.why


def test_the_other_conditions_that_a_text_could_mean_are_named() -> None:
    unknown = Scenario(
        "untrusted-ca",
        "Unknown",
        "Lesson.",
        stranger,
        BOTH,
        frozenset({UNTRUSTED}),
        {},
        (BOOK,),
        [replace(CURE, apply=lambda broken: healthy(broken.kind))],
    )
    verdict = judged(but(CURED, BROKEN, SAYS_UNKNOWN), _cell_of(unknown, Example(), ServerKind.HTTPS))
    assert verdict.as_expected
    assert verdict.broken_judgement.also == (INCOMPLETE,)
    assert judged(CURED).broken_judgement.also == ()


def test_what_may_be_there_beside_it_is_no_other_meaning_of_a_text() -> None:
    both = says(
        [EXPIRED, NAME_MISMATCH], Phase.VERIFY, "example: certificate has expired", basis=Basis.REPORTED, source=POST
    )
    verdict = judged(CURED, cell(client=Example(*both)))
    assert verdict.broken is ActVerdict.AS_DOCUMENTED
    assert verdict.broken_judgement.also == ()


def test_a_connection_where_a_refusal_is_due_is_a_finding() -> None:
    verdict = judged(but(CURED, BROKEN, CONNECTED))
    assert verdict.broken is ActVerdict.UNEXPECTED_CONNECTION
    assert not verdict.as_expected


def test_a_documented_connection_is_as_documented_and_its_end_is_a_finding() -> None:
    tolerant = cell(client=Example(tolerates("it has no clock", of=[EXPIRED], basis=Basis.REPORTED, source=POST)))
    verdict = judged(but(CURED, BROKEN, CONNECTED), tolerant)
    assert verdict.broken is ActVerdict.AS_DOCUMENTED
    assert verdict.as_expected
    assert (verdict.broken_judgement.why, verdict.broken_judgement.basis) == ("it has no clock", Basis.REPORTED)
    refused = judged(CURED, tolerant)
    assert refused.broken is ActVerdict.OTHER_ERROR
    assert not refused.as_expected
    assert "it should connect (it has no clock), but it fails" in refused.broken_judgement.why


def test_a_hang_is_no_answer_unless_a_row_says_that_it_hangs() -> None:
    silent = Outcome(Result.TIMEOUT, SAYS_EXPIRED.text, seconds=20)
    verdict = judged(but(CURED, BROKEN, silent))
    assert verdict.broken is ActVerdict.NO_ANSWER
    assert not verdict.as_expected
    hangs = cell(client=Example(does(EXPIRED, what=Hangs(), when=(~TRUST_EVERYTHING,))))
    assert judged(but(CURED, BROKEN, silent), hangs).as_expected
    assert judged(but(CURED, BROKEN, silent), hangs).broken_judgement.basis is Basis.REPORTED
    assert judged(CURED, hangs).broken is ActVerdict.OTHER_ERROR


def test_a_crash_is_no_reproduction_even_with_the_right_words_unless_a_row_says_that_it_crashes() -> None:
    crash = Outcome(Result.CRASHED, f"{SAYS_EXPIRED.text}\nSegmentation fault", code="signal 11")
    verdict = judged(but(CURED, BROKEN, crash))
    assert verdict.broken is ActVerdict.OTHER_ERROR
    assert not verdict.as_expected
    crashes = cell(client=Example(does(EXPIRED, what=Crashes("Segmentation fault"), when=(~TRUST_EVERYTHING,))))
    assert judged(but(CURED, BROKEN, crash), crashes).as_expected
    otherwise = replace(crash, text="Aborted")
    assert judged(but(CURED, BROKEN, otherwise), crashes).broken is ActVerdict.OTHER_ERROR


def test_a_connection_that_is_documented_to_be_late_must_be_late() -> None:
    late = cell(client=Example(does(EXPIRED, what=ConnectsLate(5), when=(~TRUST_EVERYTHING,))))
    verdict = judged(but(CURED, BROKEN, replace(CONNECTED, seconds=5.2)), late)
    assert verdict.as_expected
    assert verdict.broken_judgement.why == "connects after 5 s"
    at_once = judged(but(CURED, BROKEN, replace(CONNECTED, seconds=0.1)), late)
    assert at_once.broken is ActVerdict.OTHER_ERROR
    assert not at_once.as_expected


def test_an_observed_text_is_marked_as_such() -> None:
    observed = cell(client=Example(UNCHECKED, templates=[template(basis=Basis.OBSERVED)]))
    assert judged(CURED, observed).broken_judgement.basis is Basis.OBSERVED


def test_the_text_that_was_shown_is_told_with_the_names_of_the_situation() -> None:
    named = cell(client=Example(templates=[template("{host}:{*}: {reason}")]))
    said = Outcome(Result.REFUSED, "shop.lab.test:443: certificate has expired")
    assert judged(but(CURED, BROKEN, said), named).broken_judgement.why == (
        "shows: shop.lab.test:{*}: certificate has expired"
    )


def test_a_code_and_a_trace_are_part_of_what_is_documented() -> None:
    with_both = Prints("no", code="60", trace="status 1026")
    strict = cell(client=Example(does(EXPIRED, what=with_both, when=(~TRUST_EVERYTHING,))))
    said = Outcome(Result.REFUSED, "no", code="60", trace="... status 1026 ...")
    assert judged(but(CURED, BROKEN, said), strict).broken is ActVerdict.AS_DOCUMENTED
    for other in (replace(said, code="61"), replace(said, trace="status 66"), replace(said, text="yes")):
        assert judged(but(CURED, BROKEN, other), strict).broken is ActVerdict.OTHER_ERROR


# --- the control act


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome(Result.REFUSED, "anything"),
        Outcome(Result.TIMEOUT, ""),
        Outcome(Result.CRASHED, "", code="signal 11"),
        replace(CONNECTED, encrypted=False),
    ],
    ids=["refuses", "hangs", "crashes", "does not encrypt"],
)
def test_a_client_that_does_not_connect_when_nothing_is_wrong_never_connects(outcome: Outcome) -> None:
    verdict = judged(but(CURED, CONTROL, outcome))
    assert (verdict.status, verdict.broken, verdict.fix) == (Status.PLAYED, ActVerdict.NEVER_CONNECTS, None)
    assert not verdict.as_expected
    assert "nothing is wrong, and it" in verdict.why


def test_a_release_that_is_documented_to_connect_to_nothing_is_as_documented() -> None:
    broken_release = cell(client=Example(does(what=Prints("example: no ciphers available"), phase=Phase.NEGOTIATION)))
    said = Outcome(Result.REFUSED, "example: no ciphers available")
    verdict = judged([said] * 5, broken_release)
    assert verdict.broken is ActVerdict.NEVER_CONNECTS
    assert verdict.as_expected
    assert (verdict.broken_judgement.basis, verdict.broken_judgement.sources) == (Basis.REPORTED, (POST,))
    assert not judged([Outcome(Result.REFUSED, "example: something else")] * 5, broken_release).as_expected


# --- the fix


def test_a_fix_that_does_nothing_is_not_cleared() -> None:
    verdict = judged(but(CURED, FIXED, SAYS_EXPIRED))
    assert verdict.fix is FixVerdict.NOT_CLEARED
    assert not verdict.as_expected


def test_a_fix_by_an_option_that_a_release_is_documented_not_to_know_is_not_cleared_as_documented() -> None:
    unknown = Prints("example: unknown option")
    old = cell(BYPASS, Example(does(what=unknown, when=(TRUST_EVERYTHING,), phase=Phase.NEGOTIATION)))
    said = Outcome(Result.REFUSED, "example: unknown option")
    verdict = judged([CONNECTED, SAYS_EXPIRED, said, said, said], old)
    assert (verdict.broken, verdict.fix) == (ActVerdict.AS_DOCUMENTED, FixVerdict.NOT_CLEARED)
    assert verdict.as_expected
    assert verdict.fix_judgement.sources == (POST,)
    assert not judged([CONNECTED, SAYS_EXPIRED, SAYS_EXPIRED, said, said], old).as_expected


def test_an_impostor_that_gets_in_although_nothing_says_so_is_a_finding() -> None:
    verdict = judged(but(CURED, STRANGER, CONNECTED))
    assert verdict.fix is FixVerdict.PARTIAL_BYPASS
    assert not verdict.as_expected
    assert verdict.why == "the impostor `stranger` gets in, and nothing says that it would"
    both = judged(but(but(CURED, STRANGER, CONNECTED), NEIGHBOUR, CONNECTED))
    assert both.fix is FixVerdict.BYPASS
    assert not both.as_expected


def test_a_client_that_is_documented_to_compare_no_names_makes_a_cure_a_partial_bypass() -> None:
    verdict = judged(but(CURED, NEIGHBOUR, CONNECTED), cell(client=Example(NO_NAMES)))
    assert verdict.fix is FixVerdict.PARTIAL_BYPASS
    assert verdict.as_expected
    assert verdict.fix_judgement.why == "connects, and so does the impostor `neighbour`: it compares no names"
    assert (verdict.fix_judgement.basis, verdict.fix_judgement.sources) == (Basis.REPORTED, (POST,))


def test_an_impostor_that_is_kept_out_although_it_is_documented_to_get_in_proves_nothing() -> None:
    verdict = judged(CURED, cell(client=Example(NO_NAMES)))
    assert verdict.fix is FixVerdict.UNPROVEN
    assert not verdict.as_expected


def test_a_bypass_that_keeps_impostors_out_is_a_finding_too() -> None:
    checks_all_the_same = Example(
        tolerates("expired is fine", of=[EXPIRED], when=(TRUST_EVERYTHING,), basis=Basis.REPORTED, source=POST)
    )
    verdict = judged(CURED, cell(BYPASS, checks_all_the_same))
    assert verdict.fix is FixVerdict.CURE
    assert not verdict.as_expected
    assert "although the fix is documented to leave nothing; `neighbour` is refused" in verdict.why


@pytest.mark.parametrize(
    "failure",
    [
        Outcome(Result.REFUSED, "example: Connection refused"),
        Outcome(Result.REFUSED, "example: certificate has expired"),
        Outcome(Result.TIMEOUT, "no answer"),
        Outcome(Result.CRASHED, "", code="signal 11"),
    ],
    ids=["down", "another reason", "hang", "crash"],
)
def test_an_impostor_that_fails_for_another_reason_proves_nothing(failure: Outcome) -> None:
    verdict = judged(but(CURED, STRANGER, failure))
    assert verdict.fix is FixVerdict.UNPROVEN
    assert not verdict.as_expected


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        (does(UNTRUSTED, what=Hangs()), Outcome(Result.TIMEOUT, "", seconds=20)),
        (does(UNTRUSTED, what=Prints("nobody there"), phase=Phase.CONNECT), Outcome(Result.REFUSED, "nobody there")),
        (does(UNTRUSTED, what=Prints("no TLS"), phase=Phase.NO_TLS), Outcome(Result.REFUSED, "no TLS there")),
        (does(UNTRUSTED, what=Prints("Login failed"), phase=Phase.LOGIN), Outcome(Result.REFUSED, "Login failed")),
        (
            does(UNTRUSTED, what=Prints("400 Bad"), phase=Phase.RESPONSE),
            Outcome(Result.REFUSED, "HTTP 400 Bad Request"),
        ),
    ],
    ids=["hangs", "reaches nobody", "meets no TLS", "has sent the password", "has sent the request"],
)
def test_an_impostor_that_fails_as_documented_but_not_for_trust_proves_nothing(row: Row, outcome: Outcome) -> None:
    judge, item = cell(client=Example(row))
    assert judge.act(item.acts["impostor:stranger"], outcome).verdict is ActVerdict.AS_DOCUMENTED
    assert judged(but(CURED, STRANGER, outcome), (judge, item)).fix is FixVerdict.UNPROVEN


def test_what_a_client_says_to_every_server_does_not_prove_that_it_keeps_impostors_out() -> None:
    unknown = Prints("example: unknown option")
    old = cell(BYPASS, Example(does(what=unknown, when=(TRUST_EVERYTHING,), phase=Phase.NEGOTIATION)))
    said = Outcome(Result.REFUSED, "example: unknown option")
    verdict = judged([CONNECTED, SAYS_EXPIRED, CONNECTED, said, said], old)
    assert verdict.fix is FixVerdict.UNPROVEN
    assert not verdict.as_expected


def test_a_fixed_session_without_the_promised_encryption_is_a_finding() -> None:
    verdict = judged(but(CURED, FIXED, replace(CONNECTED, encrypted=False)))
    assert verdict.fix is FixVerdict.BROKEN_PROMISE
    assert not verdict.as_expected


def test_a_fix_that_gives_encryption_up_must_not_be_encrypted() -> None:
    def give_up(situation: Situation) -> Situation:
        return situation.with_client(encryption=Encryption.OPTIONAL, trust_everything=True)

    scenario = Scenario("expired", "Expired", "Lesson.", expire, BOTH, frozenset({EXPIRED}), {}, (BOOK,))
    scenario.fixes.append(replace(BYPASS, apply=give_up))
    without = _cell_of(scenario, Example(UNCHECKED), ServerKind.SQLSERVER)
    assert judged(BYPASSED, without).fix is FixVerdict.BROKEN_PROMISE
    assert judged(but(BYPASSED, FIXED, replace(CONNECTED, encrypted=False)), without).as_expected


# --- what impostors show


def test_an_impostor_that_gets_in_weighs_more_than_one_that_proves_nothing() -> None:
    hangs = Outcome(Result.TIMEOUT, "", seconds=20)
    verdict = judged(but(but(CURED, NEIGHBOUR, hangs), STRANGER, CONNECTED))
    assert verdict.fix is FixVerdict.BYPASS
    assert not verdict.as_expected
    documented = judged(but(but(CURED, STRANGER, hangs), NEIGHBOUR, CONNECTED), cell(client=Example(NO_NAMES)))
    assert documented.fix is FixVerdict.BYPASS
    assert not documented.as_expected
    assert "`neighbour` gets in, and the impostor `stranger` fails, but not for" in documented.fix_judgement.why


def test_the_checks_that_remain_and_those_that_are_gone_are_measured() -> None:
    cured = judged(CURED)
    assert cured.remaining == {Check.CHAIN, Check.NAME}
    assert cured.gone == NOTHING
    partial = judged(but(CURED, NEIGHBOUR, CONNECTED), cell(client=Example(NO_NAMES)))
    assert partial.remaining == {Check.CHAIN}
    assert partial.gone == {Check.NAME}
    bypass = judged(BYPASSED, cell(BYPASS))
    assert bypass.remaining == NOTHING
    assert bypass.gone == {Check.CHAIN, Check.NAME}


def test_a_fix_that_is_documented_to_drop_a_check_lets_in_whom_that_check_keeps_out() -> None:
    """`validate_host=False`: the chain is still verified, the name is not."""
    partial = replace(CURE, still_checks=frozenset({Check.CHAIN, Check.DATE}))
    verdict = judged(but(CURED, NEIGHBOUR, CONNECTED), cell(partial))
    assert verdict.fix is FixVerdict.PARTIAL_BYPASS
    assert verdict.as_expected
    assert not judged(but(CURED, STRANGER, CONNECTED), cell(partial)).as_expected


def test_a_client_that_still_checks_what_a_fix_drops_needs_a_row_of_its_own() -> None:
    partial = replace(CURE, still_checks=frozenset({Check.CHAIN, Check.DATE}))
    assert not judged(CURED, cell(partial)).as_expected
    own = does(NAME_MISMATCH, what=Prints("example's own: hostname mismatch"), phase=Phase.NAME)
    said = Outcome(Result.REFUSED, "example's own: hostname mismatch")
    verdict = judged(but(CURED, NEIGHBOUR, said), cell(partial, Example(own)))
    assert verdict.fix is FixVerdict.CURE
    assert verdict.as_expected
    assert (verdict.fix_judgement.basis, verdict.fix_judgement.sources) == (Basis.REPORTED, (POST,))


def test_a_pin_knows_the_server_by_its_key_alone() -> None:
    pin = replace(CURE, still_checks=frozenset({Check.KEY}))
    verdict = judged(CURED, cell(pin))
    assert verdict.fix is FixVerdict.CURE
    assert verdict.as_expected
    assert verdict.remaining == {Check.KEY}
    assert not judged(but(CURED, STRANGER, CONNECTED), cell(pin)).as_expected


def test_a_fix_that_nobody_attacked_is_unproven_and_no_finding() -> None:
    judge, item = cell()
    verdict = judged([CONNECTED, SAYS_EXPIRED, CONNECTED], (judge, replace(item, impostors=())))
    assert verdict.fix is FixVerdict.UNPROVEN
    assert verdict.as_expected


# --- fixes that documents advise and that do not clear


FUTILE: Played = [CONNECTED, SAYS_EXPIRED, SAYS_EXPIRED]


def test_a_fix_that_is_documented_not_to_clear_must_fail_as_documented() -> None:
    verdict = judged(FUTILE, cell(USELESS))
    assert (verdict.broken, verdict.fix) == (ActVerdict.AS_DOCUMENTED, FixVerdict.NOT_CLEARED)
    assert verdict.as_expected
    assert not judged(but(FUTILE, FIXED, SAYS_NAME), cell(USELESS)).as_expected


def test_a_fix_that_clears_although_it_is_documented_not_to_is_a_finding() -> None:
    verdict = judged(but(FUTILE, FIXED, CONNECTED), cell(USELESS))
    assert verdict.fix is FixVerdict.UNPROVEN
    assert not verdict.as_expected
    assert "although the fix is documented not to clear the error" in verdict.why


def test_a_client_that_does_not_notice_the_error_connects_after_a_fix_that_clears_nothing_too() -> None:
    tolerant = Example(tolerates("it has no clock", of=[EXPIRED], basis=Basis.REPORTED, source=POST))
    verdict = judged([CONNECTED, CONNECTED, CONNECTED], cell(USELESS, tolerant))
    assert (verdict.broken, verdict.fix) == (ActVerdict.AS_DOCUMENTED, FixVerdict.UNPROVEN)
    assert verdict.as_expected
    assert "it has no clock" in verdict.fix_judgement.why


def test_nobody_attacks_a_fix_that_clears_nothing() -> None:
    _, item = cell(USELESS)
    assert list(item.acts) == ["control", "broken", "fixed"]


# --- a server that is down


def down(*rows: Row) -> tuple[Judge, Cell]:
    """The cell of a server that does not come up."""
    scenario = Scenario(
        "unreadable-key",
        "Down",
        "Lesson.",
        lambda healthy: healthy.with_server(key_readable=False),
        BOTH,
        frozenset({NOT_SERVING}),
        {},
        (BOOK,),
        [replace(CURE, apply=lambda broken: broken.with_server(key_readable=True))],
    )
    return _cell_of(scenario, Example(*rows), ServerKind.SQLSERVER)


REACHES_NOBODY = Outcome(Result.REFUSED, "example: Connection refused")
STARTED: Played = [CONNECTED, REACHES_NOBODY, CONNECTED, SAYS_NAME, SAYS_UNKNOWN]


def test_a_server_that_must_be_down_is_reproduced_by_the_refused_connection_and_cured_by_its_start() -> None:
    verdict = judged(STARTED, down())
    assert (verdict.broken, verdict.fix) == (ActVerdict.AS_DOCUMENTED, FixVerdict.CURE)
    assert verdict.as_expected


def test_an_impostor_that_is_down_proves_nothing_even_where_being_down_is_the_failure() -> None:
    verdict = judged(but(STARTED, STRANGER, REACHES_NOBODY), down())
    assert verdict.fix is FixVerdict.UNPROVEN
    assert not verdict.as_expected


def test_who_looks_at_no_certificate_is_not_documented_to_connect_to_a_server_that_is_down() -> None:
    looks_at_nothing = tolerates(
        "it looks at no certificate", phases=(Phase.VERIFY, Phase.NAME), basis=Basis.AUTHORITATIVE, source=BOOK
    )
    verdict = judged(but(STARTED, BROKEN, CONNECTED), down(looks_at_nothing))
    assert verdict.broken is ActVerdict.UNEXPECTED_CONNECTION
    assert not verdict.broken_judgement.as_expected


def test_a_fixed_server_that_is_still_down_is_not_cleared() -> None:
    verdict = judged(but(STARTED, FIXED, REACHES_NOBODY), down())
    assert verdict.fix is FixVerdict.NOT_CLEARED
    assert not verdict.as_expected


# --- the lab's own errors are a status, never a verdict


@pytest.mark.parametrize(
    ("act", "name", "found"),
    [
        (CONTROL, "control", frozenset({NAME_MISMATCH})),
        (BROKEN, "broken", frozenset[Condition]()),
        (FIXED, "fixed", frozenset({EXPIRED})),
        (STRANGER, "impostor:stranger", frozenset[Condition]()),
    ],
)
def test_a_situation_that_is_not_as_it_is_meant_to_be_is_the_labs_error(
    act: int, name: str, found: frozenset[Condition]
) -> None:
    verdict = judged(CURED, found={act: found})
    assert (verdict.status, verdict.broken, verdict.fix) == (Status.LAB_ERROR, None, None)
    assert not verdict.as_expected
    assert f"self-check of the act {name}: found" in verdict.why


@pytest.mark.parametrize("act", range(5))
def test_an_error_of_the_lab_in_any_act_says_nothing_about_the_client(act: int) -> None:
    verdict = judged(but(CURED, act, Outcome(Result.LAB_ERROR, "nginx has died")))
    assert (verdict.status, verdict.broken, verdict.fix) == (Status.LAB_ERROR, None, None)
    assert not verdict.as_expected
    assert "nginx has died" in verdict.broken_judgement.why
