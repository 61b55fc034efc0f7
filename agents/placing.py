"""Place: file a signal under the one report of its problem, and let the report ripen."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from pydantic import BaseModel

from agents import rules
from agents.likeness import LEAD_LIMIT
from agents.means import Means
from agents.ports import Checkpoint
from agents.ranking import KIN, POOL
from agents.stages.group import group
from agents.terms import Autonomy
from storage.errors import Overtaken
from storage.filing import NewReport
from storage.judgments import Grouping, Summary
from storage.records import Signal
from storage.search import Candidate
from storage.status import CLOSED, Mover, Status

CANDIDATES = 10  # reports that the judgment sees


class Filed(BaseModel):
    """Where a signal went. `report_id` is 0 when another filing overtook this one and it must be judged again."""

    report_id: int = 0
    opened: bool = False
    came_back: bool = False


@dataclass(frozen=True)
class Placing:
    """The second half of a digest: where a signal belongs."""

    means: Means

    def place(self, signal_id: int, summary: Summary, checkpoint: Checkpoint) -> None:
        """File a signal that was read, and nudge the report it went to."""
        filed = self._settle(signal_id, summary, checkpoint)
        report_id = filed.report_id
        checkpoint("ripen", lambda: self._ripen(report_id, signal_id, came_back=filed.came_back), bool)
        self.means.messenger.publish(report_id)
        self.means.nudge.report(report_id)

    def _settle(self, signal_id: int, summary: Summary, checkpoint: Checkpoint) -> Filed:
        """File it, judging it anew as often as another filing overtakes this one."""
        filed, attempt = Filed(), 0
        while not filed.report_id:
            attempt += 1
            filed = checkpoint(f"file:{attempt}", lambda: self._file(signal_id, summary), Filed)
        return filed

    def _file(self, signal_id: int, summary: Summary) -> Filed:
        store, policy = self.means.store, self.means.policy
        signal = store.signals.get(signal_id)
        epoch = store.filing.epoch()
        keys = keys_of(signal)
        candidates = self._candidates(signal, summary, keys)
        chosen, grouping = self._choose(signal, summary, candidates)
        closed = chosen is not None and chosen.status is Status.RESOLVED
        new_report = NewReport(
            title=grouping.pull_request_title or summary.title,
            gist=summary.gist,
            subject=signal.external_id,
            channel=rules.home_of(signal, policy),
            visibility=signal.visibility,
            repository="",
            regression_of=chosen.report_id if chosen is not None and closed else None,
        )
        try:
            filed = store.filing.file(
                signal_id,
                report_id=chosen.report_id if chosen is not None and not closed else None,
                grouping=grouping,
                candidates=tuple(candidate.subject for candidate in candidates),
                epoch=epoch,
                weight=rules.weight(signal, rules.source_weight(signal.source, policy), self.means.clock()),
                keys=keys,
                new_report=None if chosen is not None and not closed else new_report,
                step=f"digest:{signal_id}.{signal.revision}/file",
            )
        except Overtaken:
            return Filed()
        return Filed(report_id=filed.report_id, opened=filed.opened, came_back=self._came_back(filed.report_id, signal))

    def _candidates(self, signal: Signal, summary: Summary, keys: tuple[str, ...]) -> tuple[Candidate, ...]:
        """Where it may belong. An edited signal stays where it is."""
        search, title = self.means.store.search, signal.title or summary.title
        found = search.candidates(
            keys,
            (*summary.queries, title, signal.body[:LEAD_LIMIT]),
            _split(signal.query_vectors, signal.vector),
            signal.vector or b"",
            visibility_channel=signal.channel if signal.visibility == "private" else "",
            limit=POOL,
            kin=KIN,
            title=title,
        )
        if signal.report_id is None:
            return self.means.ranking.ranked(signal, summary, found, search.rarity, CANDIDATES)
        return tuple(candidate for candidate in found if candidate.report_id == signal.report_id)

    def _choose(
        self, signal: Signal, summary: Summary, candidates: tuple[Candidate, ...]
    ) -> tuple[Candidate | None, Grouping]:
        if signal.report_id is not None and signal.grouping is not None and candidates:
            return candidates[0], signal.grouping
        grouping = group(summary, signal, candidates, self.means.model)
        named = [candidate for candidate in candidates if candidate.subject == grouping.candidate]
        named.sort(key=lambda candidate: candidate.status in CLOSED)  # a regression's report has its signal's id too
        return next(iter(named), None), grouping

    def _came_back(self, report_id: int, signal: Signal) -> bool:
        report = self.means.store.reports.get(report_id)
        if report.status is not Status.AWAITING_PROOF:
            return False
        fix = self.means.store.fixes.latest(report_id)
        return fix is not None and fix.merged_at is not None and signal.happened_at > fix.merged_at

    def _ripen(self, report_id: int, signal_id: int, *, came_back: bool) -> bool:
        store, policy = self.means.store, self.means.policy
        signal = store.signals.get(signal_id)
        step = f"digest:{signal_id}.{signal.revision}"
        if came_back:
            store.reports.move(
                report_id,
                Status.GATHERING,
                mover=Mover.WORLD,
                who="world",
                because=f"it came back after the merge ({signal.external_id}); reverting may be the quick way",
                step=f"{step}/came back",
                expect=Status.AWAITING_PROOF,
            )
        report = store.reports.get(report_id)
        if report.status is not Status.GATHERING:
            return False
        signals = store.signals.of_report(report_id)
        asked = bool(signal.asked_by) or came_back
        if not rules.is_ripe(report, len(signals), asked=asked, autonomy=self._autonomy(report_id), policy=policy):
            return False
        repository = rules.repository_of(signals, policy)
        store.reports.move(
            report_id,
            Status.AWAITING_RESEARCH,
            mover=Mover.HUMAN if signal.asked_by else Mover.WORLD,
            who=signal.asked_by or "world",
            because="somebody asked for an investigation" if signal.asked_by else "there is enough to look into",
            step=f"{step}/ripe",
            expect=Status.GATHERING,
            repository=repository.name if repository else "",
        )
        return True

    def _autonomy(self, report_id: int) -> Autonomy:
        report = self.means.store.reports.get(report_id)
        return rules.autonomy_of(report, self.means.store.signals.of_report(report_id), self.means.policy)


def keys_of(signal: Signal) -> tuple[str, ...]:
    """The exact keys of a signal: those its source knows, the addresses it names, and its own words as a whole."""
    text = f"{signal.title}\n{signal.body}"
    words = " ".join(text.lower().split())
    links = re.findall(r"https?://[^\s<>|)\"']+/(?:issues?|issue)/[\w.#-]+", text)
    digest = hashlib.sha256(words.encode()).hexdigest()[:32]
    return tuple(dict.fromkeys((*signal.keys, *(f"url:{link}" for link in links), f"text:{digest}")))


def _split(vectors: bytes | None, like: bytes | None) -> tuple[bytes, ...]:
    """Cut the queries' vectors, kept one after the other, into single ones as long as the signal's."""
    size = len(like or b"")
    if not vectors or not size:
        return ()
    return tuple(vectors[start : start + size] for start in range(0, len(vectors), size))
