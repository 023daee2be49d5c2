"""A played cell: what a test gets back from the engine, as data for reports and in words for people."""

import io

from pydantic import BaseModel, ConfigDict

from tlslab.matrix.fault import Fault, faults, together
from tlslab.model.record import AttemptEntry, CellEntry, ClientEntry, Record, ShownEntry, TrustProcedureEntry
from tlslab.report.printable import printable

STAND_IN = "stands in for the real server"
"""The property of a test that a stand-in for the real server played."""
CLIENT, VERSION = "client", "client version"
"""The properties of a test that name the client; its version where the session asks for it."""
Properties = list[tuple[str, str]]


class Played(BaseModel):
    """A cell, its attempts and the trust procedures that were followed for it.

    `client`: the client and its version, where the session asks for it. `deviation`: what is not as in the baseline
    that the session is held against; `deviation_cause`: the same for two cells with the same deviation. `lacking`: what
    the session demands (`--lab-require`) and this machine does not have, in a sentence.
    `last_words`: the log of a server that must not come up in the broken act.
    `stand_in`: what answered in place of the real server, "" when that was the real one. `record`: the part of the
    run's record that tells the whole story of a cell that is not as expected.
    """

    model_config = ConfigDict(frozen=True)

    cell: CellEntry
    attempts: list[AttemptEntry]
    trust_procedures: list[TrustProcedureEntry] = []
    stand_in: str = ""
    last_words: list[str] = []
    lacking: str = ""
    deviation: str = ""
    deviation_cause: str = ""
    client: ClientEntry | None = None
    record: Record | None = None

    @property
    def as_expected(self) -> bool:
        """Whether every act and every trust procedure came out as documented and as in the baseline, and nothing that
        the session demands is lacking.
        """
        return self.cell.as_expected and not self._unexpected and not self.lacking and not self.deviation

    @property
    def _unexpected(self) -> list[ShownEntry]:
        """What was shown of a trust procedure and is not as documented."""
        return [item for procedure in self.trust_procedures for item in procedure.shown if not item.as_expected]

    @property
    def missing(self) -> str:
        """What is lacking on this machine and how to get it, or "" when the client is here."""
        return self.cell.broken_judgement.why if self.cell.status == "missing" else ""

    @property
    def lab_failed(self) -> bool:
        """Whether the lab itself failed, so that nothing can be said about the client."""
        return self.cell.status == "lab-error" or any(item.status == "lab-error" for item in self._unexpected)

    @property
    def fault(self) -> Fault | None:
        """What is wrong, in a sentence; None when everything is as expected."""
        if self.lacking:
            return Fault(self.lacking, "missing here", self.lacking)
        if self.cell.as_expected and self.deviation:
            return Fault(self.deviation_cause, "not as in the baseline", "as documented, but not as in the baseline")
        found = faults(self.cell, self.attempts, self.record.servers if self.record else ())
        for item in self._unexpected:
            verdict = f"trust procedure {item.word}"
            found.append(Fault(f"{verdict}: {item.judgement.why}", verdict, f"{verdict}: {item.judgement.why}"))
        return together(found) if found else None

    def properties(self) -> Properties:
        """The verdicts and the words of each act, for JUnit XML: verbatim but for control characters."""
        cell = self.cell
        found = [("scenario", cell.scenario), ("fix", cell.fix), (CLIENT, cell.client), ("server", cell.kind)]
        found += [(VERSION, self.client.version)] if self.client else []
        found += [("broken verdict", cell.verdict), ("broken verdict: why", cell.broken_judgement.why)]
        if cell.fix_verdict:
            found += [("fix verdict", cell.fix_verdict), ("fix verdict: why", cell.fix_judgement.why)]
        found += [("fault", fault.words)] if (fault := self.fault) else []
        known = {attempt.id: attempt for attempt in self.attempts}
        for act, identity in cell.acts.items():
            found += _act(act, known[identity])
        found += [("server's last words", "\n".join(self.last_words))] if self.last_words else []
        found += [(STAND_IN, self.stand_in)] if self.stand_in else []
        for procedure in self.trust_procedures:
            for item in procedure.shown:
                named = f"trust procedure {procedure.way}"
                found += [(f"{named}: verdict", item.word), (f"{named}: why", item.judgement.why)]
                found += [(f"{named}: {step.command}", step.output) for step in procedure.steps]
                changes = "\n".join(f"{change.change} {change.path}" for change in procedure.changes)
                found.append((f"{named}: changes", changes))
        return [(printable(name), printable(words)) for name, words in found]

    def story(self) -> str:
        """The cell for a person who wants to know why it is not as expected: what is wrong in the first line, below it
        what was said; of each certificate one line.
        """
        words = " ".join(fault.words.split()) if (fault := self.fault) else ""
        headline = printable("\n\n".join(filter(None, [words, self.deviation])))
        if self.record is None:
            return headline
        # Both are slow to import, and most sessions have no such cell.
        from tlslab.report.cell import show_cell
        from tlslab.report.console import console

        page = io.StringIO()
        show_cell(self.record, self.cell, console(page, colour=False), folded=True)
        return f"{headline}\n\n{page.getvalue().rstrip()}"


def _act(act: str, attempt: AttemptEntry) -> Properties:
    ended: list[str] = [attempt.result]
    ended += [f"code {attempt.code}"] if attempt.code else []
    ended += [] if attempt.exit_status is None else [f"exit status {attempt.exit_status}"]
    return [
        (f"{act}: result", ", ".join(ended)),
        (f"{act}: client side", "\n".join(attempt.options)),
        (f"{act}: client says", attempt.text),
        (f"{act}: server says", "\n".join(attempt.server_log)),
    ]
