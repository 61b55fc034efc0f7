"""Place: file a signal under the one report of its problem, and let the report ripen."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from pydantic import BaseModel

from agents import rules
from agents.gathering.names import names_in
from agents.gathering.recurring import Reception, reception
from agents.gathering.reencoding import texts_of
from agents.gathering.returning import CAME_BACK, Returning
from agents.gathering.ripening import Ripening
from agents.gathering.rousing import slept_since
from agents.grouping.ranking import KIN, POOL
from agents.grouping.saying import LEAD_LIMIT
from agents.means import Means
from agents.ports import Checkpoint
from agents.stages.group import Unjudged, decides_alone, group
from storage.errors import Overtaken
from storage.groups import NEAR, Considered, Weighed
from storage.judgments import Grouping, Stage, Summary
from storage.records import Report, Signal
from storage.reports.filing import NewReport
from storage.searching.search import Candidate
from storage.status import CLOSED, Status

CANDIDATES = 10  # reports that the judgment sees
PLAUSIBLE = 0.05  # likelihood from which a report that came up meanwhile is worth another judgment
OFFLINE = "the offline engine"
ISSUE = re.compile(r"https?://[^\s<>|)\"']{1,300}/issues?/[\w-]+(?:\.[\w-]+)*")  # its address, up to its number


class Judged(BaseModel):
    """A judgment, and what it was made of: kept when another filing overtakes, and nothing that matters is new."""

    grouping: Grouping
    report_id: int | None  # of the candidate that was chosen
    seen: dict[int, int]  # candidates, with how many of their signals were shown
    asked: bool  # whether anybody had to judge
    refused: bool = False  # whoever was asked gave no judgment


class Filed(BaseModel):
    """Where a signal went. `report_id` is 0 when another filing overtook this one; then `judged` is what was said."""

    report_id: int = 0
    opened: bool = False
    came_back: bool = False
    judged: Judged | None = None


@dataclass(frozen=True)
class Placing:
    """The second half of a digest: where a signal belongs."""

    means: Means

    def place(self, signal_id: int, revision: int, summary: Summary, checkpoint: Checkpoint) -> None:
        """File a signal of which this revision was read, and nudge the report it went to."""
        step = f"digest:{signal_id}.{revision}"
        filed = self._settle(partial(self._file, signal_id, revision, summary), checkpoint)
        report_id = filed.report_id
        checkpoint("ripen", lambda: self._ripen(report_id, signal_id, step, came_back=filed.came_back), bool)
        self.means.messenger.publish(report_id)
        self.means.nudge.report(report_id)

    @staticmethod
    def _settle(file: Callable[[Judged | None], Filed], checkpoint: Checkpoint) -> Filed:
        """File it, as often as another filing overtakes this one. It is judged anew only if that may matter."""
        filed, attempt = Filed(), 0
        while not filed.report_id:
            attempt += 1
            filed = checkpoint(f"file:{attempt}", partial(file, filed.judged), Filed)
        return filed

    def _file(self, signal_id: int, revision: int, summary: Summary, known: Judged | None) -> Filed:
        store = self.means.store
        signal = store.signals.get(signal_id)
        epoch, keys = store.filing.epoch(), keys_of(signal)
        candidates = self._candidates(signal, summary, keys)
        judged = known if known is not None and still_holds(known, candidates) else None
        judged = judged or self._judge(signal, summary, candidates)
        chosen = store.reports.present(judged.report_id) if judged.report_id is not None else self._left(signal)
        met = self._met(chosen, signal) if chosen is not None else Reception.REOPEN
        joined = chosen.id if chosen is not None and met is not Reception.REOPEN else None
        try:
            filed = store.filing.file(
                signal_id,
                report_id=joined,
                grouping=judged.grouping,
                candidates=tuple(candidate.subject for candidate in candidates),
                epoch=epoch,
                weight=self._weight(signal),
                keys=keys,
                new_report=None if joined is not None else self._new_report(signal, summary, judged, chosen),
                step=f"digest:{signal_id}.{revision}/file",
                considered=self._considered(signal, summary, candidates, judged),
                title=_better_title(signal, judged.grouping),
                absorbed=met is Reception.ABSORB,
                revision=revision,
            )
        except Overtaken:
            return Filed(judged=judged)
        came_back = Returning(self.means).is_back(filed.report_id, signal)
        return Filed(report_id=filed.report_id, opened=filed.opened, came_back=came_back)

    def _met(self, report: Report, signal: Signal) -> Reception:
        fix = self.means.store.fixes.latest(report.id or 0) if report.status is Status.RESOLVED else None
        return reception(report, signal, fix.merged_at if fix is not None else None)

    def _left(self, signal: Signal) -> Report | None:
        """What stands today for the problem of the dismissed report that it left, because somebody asked about it."""
        left = self.means.store.signals.left(signal.id or 0) if signal.report_id is None else []
        same = next((each for each in left if each.visibility is signal.visibility), None)
        return self.means.store.reports.present(same.id or 0) if same is not None else None

    def _new_report(self, signal: Signal, summary: Summary, judged: Judged, before: Report | None) -> NewReport:
        return NewReport(
            title=judged.grouping.pull_request_title or summary.title,
            gist=summary.gist,
            subject=signal.external_id,
            channel=rules.home_of(signal, self.means.policy),
            visibility=signal.visibility,
            repository="",
            regression_of=before.id if before is not None else None,
        )

    def _weight(self, signal: Signal) -> float:
        source = rules.source_weight(signal.source, self.means.policy)
        return rules.weight(signal, source, self.means.clock())

    def _candidates(self, signal: Signal, summary: Summary, keys: tuple[str, ...]) -> tuple[Candidate, ...]:
        """Where it may belong."""
        search, title = self.means.store.search, signal.title or summary.title
        found = search.candidates(
            keys,
            (*summary.queries, title, signal.body[:LEAD_LIMIT]),
            *self._vectors(signal, summary),
            visibility_channel=signal.channel if signal.visibility == "private" else "",
            limit=POOL,
            kin=KIN,
            title=title,
            names=names_in(signal, self.means.policy),
        )
        apart = self.means.store.pairs.apart([each.report_id for each in found if each.shared_keys])
        ranked = self.means.ranking.ranked(signal, summary, undisputed(found, apart), search.rarity, CANDIDATES)
        return search.titled(ranked)

    def _vectors(self, signal: Signal, summary: Summary) -> tuple[tuple[bytes, ...], bytes]:
        """Of its queries, and its own. Those of words that changed since they were read are kept nowhere."""
        if signal.vector is not None:
            return _split(signal.query_vectors, signal.vector), signal.vector
        own, *queries = self.means.vectoriser.vectors(texts_of(signal, summary, self.means.encoder))
        return tuple(queries), own

    def _judge(self, signal: Signal, summary: Summary, candidates: tuple[Candidate, ...]) -> Judged:
        """Which of them it belongs to. An edited signal stays where it is."""
        seen = {candidate.report_id: len(candidate.signal_titles) for candidate in candidates}
        if signal.report_id is not None and signal.grouping is not None:
            return Judged(grouping=signal.grouping, report_id=signal.report_id, seen=seen, asked=False)
        grouping = group(summary, signal, candidates, self.means.model)
        named = [candidate for candidate in candidates if candidate.subject == grouping.candidate]
        named.sort(key=lambda candidate: candidate.status in CLOSED)  # a regression's report has its signal's id too
        report_id = named[0].report_id if named else None
        return Judged(
            grouping=grouping,
            report_id=report_id,
            seen=seen,
            asked=not decides_alone(candidates),
            refused=isinstance(grouping, Unjudged),
        )

    def _considered(
        self, signal: Signal, summary: Summary, candidates: tuple[Candidate, ...], judged: Judged
    ) -> Considered:
        if signal.report_id is not None:
            return Considered(stays=True)
        near = near_miss(judged, candidates)
        return Considered(
            queries=summary.queries,
            candidates=tuple(_weighed(candidate) for candidate in candidates),
            judge=self._judge_of(signal, judged) if judged.asked else "",
            refused=judged.refused,
            near_miss=near.report_id if near is not None else None,
        )

    def _judge_of(self, signal: Signal, judged: Judged) -> str:
        """Who was asked. A model that refused need not have been paid; what judges without a model refuses nothing."""
        paid = self.means.store.spending.model_of(signal.id or 0, Stage.GROUP)
        return paid or (self.means.policy.models.of(Stage.GROUP) if judged.refused else OFFLINE)

    def _ripen(self, report_id: int, signal_id: int, step: str, *, came_back: bool) -> bool:
        signal = self.means.store.signals.get(signal_id)
        if came_back:
            Returning(self.means).take_back(report_id, signal, f"{step}/came back")
        asked_by = signal.asked_by if signal.asked_by and not slept_since(self.means, report_id, signal) else ""
        return Ripening(self.means).ripen(
            report_id,
            asked_by=asked_by,
            asked=bool(asked_by) or came_back,
            because=CAME_BACK if came_back else "there is enough to look into",
            step=f"{step}/ripe",
        )


def still_holds(judged: Judged, candidates: tuple[Candidate, ...]) -> bool:
    """Whether a judgment need not be made again: no report that may be the one is new, or has grown, since.

    The likeliest leaves the others what is missing to 1. If it was rejected, that says nothing of how likely they are.
    """
    news = [each for each in candidates if judged.seen.get(each.report_id) != len(each.signal_titles)]
    known = [each for each in candidates if each not in news and each.report_id != judged.report_id]
    rejected = max((each.likelihood for each in known), default=0.0)
    plausible = PLAUSIBLE * min(1.0, 3.0 * (1.0 - rejected))
    named = any(each.is_named and each.report_id not in judged.seen for each in news)
    return not named and not any(each.shared_keys or each.likelihood >= plausible for each in news)


def near_miss(judged: Judged, candidates: tuple[Candidate, ...]) -> Candidate | None:
    """The likeliest open report that was rejected, if there is reason enough to ask people about it."""
    others = [each for each in candidates if each.report_id != judged.report_id and each.status not in CLOSED]
    best = max(others, key=lambda each: (bool(each.shared_keys), each.said_same, each.likelihood), default=None)
    return best if best is not None and (best.shared_keys or best.said_same or best.likelihood >= NEAR) else None


def undisputed(found: tuple[Candidate, ...], apart: set[frozenset[int]]) -> tuple[Candidate, ...]:
    """The candidates without the keys that two of them have although people said that they are two problems."""
    disputed: dict[int, set[str]] = {}
    for pair in apart:
        one, other = [each for each in found if each.report_id in pair]
        for each in (one, other):
            disputed.setdefault(each.report_id, set()).update(set(one.shared_keys) & set(other.shared_keys))
    return tuple(
        replace(each, shared_keys=tuple(key for key in each.shared_keys if key not in disputed[each.report_id]))
        if each.report_id in disputed
        else each
        for each in found
    )


def keys_of(signal: Signal) -> tuple[str, ...]:
    """The exact keys of a signal: those its source knows, the addresses it names, and its own words as a whole.

    People and tools write one issue's address in several forms: with a slash or a point at its end, a title, a comment.
    """
    text = f"{signal.title}\n{signal.body}"
    words = " ".join(text.lower().split())
    known = (key.removeprefix("url:") for key in signal.keys if key.startswith("url:"))
    links = [link for said in (*known, text) for link in ISSUE.findall(said)]
    digest = hashlib.sha256(words.encode()).hexdigest()[:32]
    return tuple(dict.fromkeys((*signal.keys, *(f"url:{link}" for link in links), f"text:{digest}")))


def _better_title(signal: Signal, grouping: Grouping) -> str:
    """What the report it joins is to be called; empty to leave its title as it is."""
    return grouping.pull_request_title.strip() if grouping.better_title and signal.report_id is None else ""


def _weighed(candidate: Candidate) -> Weighed:
    return Weighed(
        report_id=candidate.report_id,
        subject=candidate.subject,
        status=candidate.status,
        ranks=candidate.ranks,
        score=round(candidate.score, 5),
        similarity=round(candidate.similarity, 4),
        likelihood=candidate.likelihood,
        shared_keys=candidate.shared_keys,
    )


def _split(vectors: bytes | None, like: bytes) -> tuple[bytes, ...]:
    """Cut the queries' vectors, kept one after the other, into single ones as long as the signal's."""
    size = len(like)
    if not vectors or not size:
        return ()
    return tuple(vectors[start : start + size] for start in range(0, len(vectors), size))
