"""What people correct: two reports are one problem, or one is two; and why something was dismissed.

Any full member of the workspace who is in the channel of every report concerned may merge, split and undo: that opens
nothing, approves nothing and can be undone. Why a report was dismissed decides what becomes of later signals, so that
is for those who may decide about it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from agents import rules
from agents.gathering.left_over import ripen_corrected
from agents.means import Means
from agents.people.assent import Answer
from agents.rules import Person
from storage.errors import IllegalMove
from storage.groups import Correction, CorrectionKind
from storage.records import Report
from storage.status import Dismissal

Rooms = Callable[[str], bool]  # whether the person is in a channel

_MEANS = {
    Dismissal.WONT_FIX: "Later signals of it are counted here and change nothing.",
    Dismissal.NOT_A_PROBLEM: "Later signals of it are counted here and change nothing.",
    Dismissal.FIXED_ELSEWHERE: "If it happens again, I open a report that says it may have come back.",
    Dismissal.ANALYSIS_WRONG: (
        "If it is heard of again, I open a report of it, and look for another cause than the one that I found."
    ),
    Dismissal.UNCLEAR: "Later signals of it are counted here until it weighs twice as much; they may say more.",
    Dismissal.NOT_NOW: "Later signals of it are counted here until it weighs twice as much.",
}


@dataclass(frozen=True)
class Correcting:
    """Carries out corrections, or says why not."""

    means: Means
    home_team: str

    def merge(self, report_id: int, into: int, person: Person, is_in: Rooms) -> Answer:
        """Merge a report into another one. Raises NotFound."""
        away, heir = self._report(report_id), self.means.store.reports.heir(into)
        if refusal := self._refusal((away, heir), person, is_in):
            return _no(refusal)
        try:
            correction = self.means.store.corrections.merge(report_id, into, by=person.user_id)
        except IllegalMove as error:
            return _no(str(error))
        self._follow(correction)
        part = f", of which SB-{into} is a part" if correction.other_id != into else ""
        return _yes(f"{away.ref} was merged into SB-{correction.other_id}{part}. “Undo” in the thread takes that back.")

    def same(self, report_id: int, other_id: int, person: Person, is_in: Rooms) -> Answer:
        """Two reports are one problem: the younger goes into the older, or the other way if only that is allowed."""
        younger, older = max(report_id, other_id), min(report_id, other_id)
        answer = self.merge(younger, older, person, is_in)
        if answer.ok or self._refusal((self._report(younger), self._report(older)), person, is_in):
            return answer
        other_way = self.merge(older, younger, person, is_in)
        return other_way if other_way.ok else answer

    def different(self, report_id: int, other_id: int, person: Person, is_in: Rooms) -> Answer:
        """Two reports are two problems, and nobody is asked again. Raises NotFound."""
        reports = (self._report(report_id), self._report(other_id))
        if refusal := self._refusal(reports, person, is_in):
            return _no(refusal)
        try:
            if not self.means.store.pairs.differ(report_id, other_id, by=person.user_id):
                return _no("Somebody said so before; nothing was changed.")
        except IllegalMove as error:
            return _no(str(error))
        self._show(report_id, other_id)
        return _yes(f"Thanks. I keep {reports[0].ref} and {reports[1].ref} apart.")

    def split(self, report_id: int, signals: Collection[int], person: Person, is_in: Rooms) -> Answer:
        """Make some of a report's signals a report of their own. Raises NotFound."""
        report = self._report(report_id)
        if refusal := self._refusal((report,), person, is_in):
            return _no(refusal)
        try:
            correction = self.means.store.corrections.split(report_id, signals, by=person.user_id)
        except IllegalMove as error:
            return _no(str(error))
        self._follow(correction)
        many = f"{len(correction.signals)} of its signals"
        return _yes(f"{many} became SB-{correction.other_id}, and the two are kept apart. “Undo” takes that back.")

    def undo(self, correction_id: int, person: Person, is_in: Rooms) -> Answer:
        """Take a merge or a split back. Raises NotFound."""
        correction = self.means.store.corrections.get(correction_id)
        reports = tuple(map(self._report, (correction.report_id, correction.other_id)))
        heirs = tuple(self.means.store.reports.heir(report.id or 0) for report in reports)
        concerned = (reports[0], heirs[1]) if correction.kind is CorrectionKind.MERGE else (heirs[0], reports[1])
        if refusal := self._refusal(concerned, person, is_in):
            return _no(refusal)
        try:
            correction = self.means.store.corrections.undo(correction_id, by=person.user_id)
        except IllegalMove as error:
            return _no(str(error))
        self._follow(correction)
        what = "merge" if correction.kind is CorrectionKind.MERGE else "split"
        return _yes(f"The {what} of {reports[0].ref} was undone.")

    def explain(self, report_id: int, dismissal: Dismissal, person: Person) -> Answer:
        """Say why a report was dismissed. Raises NotFound."""
        report = self._report(report_id)
        repository = self.means.policy.repository(report.repository)
        if refusal := rules.may_decide(person, repository, self.means.policy, self.home_team):
            return _no(refusal)
        if dismissal not in _MEANS:
            return _no(f"Say of which report it is one: `/signalbox merge {report.ref} into SB-…`.")
        if not self.means.store.reports.explain(report_id, dismissal, by=person.user_id):
            return _no(f"Nothing was changed: {report.ref} has that reason already, or is not dismissed any more.")
        self._show(report_id)
        return _yes(f"Thanks. {_MEANS[dismissal]}")

    def may_correct(self, report: Report, person: Person, is_in: Rooms) -> str:
        """Empty when this person may correct what is in a report, else the sentence that says why not."""
        return self._refusal((report,), person, is_in)

    def _refusal(self, reports: tuple[Report, ...], person: Person, is_in: Rooms) -> str:
        if refusal := rules.may_ask(person, self.home_team):
            return refusal
        absent = next((report for report in reports if not is_in(report.channel)), None)
        return f"{absent.ref} lives in <#{absent.channel}>, and you are not in there." if absent is not None else ""

    def _report(self, report_id: int) -> Report:
        return self.means.store.reports.get(report_id)

    def _follow(self, correction: Correction) -> None:
        """Have what has grown looked into, and both drawn. If we die here, clock and sweep do it."""
        ripen_corrected(self.means, correction)
        for report_id in (correction.report_id, correction.other_id):
            self.means.nudge.report(self.means.store.reports.present(report_id).id or 0)
        self._show(correction.report_id, correction.other_id)

    def _show(self, *report_ids: int) -> None:
        for report_id in report_ids:
            self.means.messenger.publish(report_id)


def _yes(sentence: str) -> Answer:
    return Answer(ok=True, sentence=sentence)


def _no(sentence: str) -> Answer:
    return Answer(ok=False, sentence=sentence)
