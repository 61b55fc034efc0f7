"""A world in which signals are placed: vectors by words, judges that were told what to say."""

from __future__ import annotations

import hashlib
import itertools
import struct
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agents.exchange import About, Turn, TurnRequest
from agents.gathering.placing import Placing
from agents.means import Means
from agents.people.correcting import Correcting
from agents.redaction.redact import Redactor
from agents.rules import Person
from agents.stages.group import AboutGroup
from agents.terms import Policy, Repository
from storage.judgments import Grouping, Screening, Stage
from storage.records import Report, Signal
from storage.status import Dismissal, Mover, Status
from storage.store import Store
from tests.factories import a_raw_signal, a_summary
from tests.fake_code_host import FakeCodeHost
from tests.fake_workspaces import FakeWorkspaces
from tests.fakes import PlainCheckpoint

ADA = Person("U01ADA", "T1")


POLICY = Policy(approvers=("U01ADA",), repositories=(Repository(name="acme/app"),), ripe_weight=1_000)


FAULTS = (
    "export of reports ends with a server error after thirty seconds",
    "login page keeps spinning on the old tablet browser",
    "invoice totals are rounded to the wrong cent in euro",
    "calendar invitations show yesterday for people in Auckland",
    "upload of avatars loses the transparency of png pictures",
    "search finds nothing when a query holds an apostrophe",
)


_NUMBERS = itertools.count(100)


def words(text: str) -> bytes:
    """A vector by which texts with the same words are alike."""
    sums = [0.0] * 64
    for word in text.lower().split():
        sums[hashlib.sha256(word.encode()).digest()[0] % 64] += 1.0
    length = sum(each * each for each in sums) ** 0.5 or 1.0
    return struct.pack("<64f", *(each / length for each in sums))


class ByWords:
    def vectors(self, texts: Sequence[str]) -> list[bytes]:
        return [words(text) for text in texts]


@dataclass
class Judge:
    """Says that two are one problem if they end with the same words; counts how often it is asked."""

    seconds: float = 0.0
    answers: dict[str, Any] = field(default_factory=dict)  # what a grouping also says
    asked: list[AboutGroup] = field(default_factory=list)
    refuses: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    can_research = True

    def judge(self, stage: Stage, about: About, returns: type[Any]) -> Any:  # noqa: ARG002 of the port
        assert stage is Stage.GROUP
        assert isinstance(about, AboutGroup)
        with self.lock:
            self.asked.append(about)
        time.sleep(self.seconds)
        said = about.summary.gist
        same = [each.subject for each in about.choices if each.gist == said and not self.refuses]
        if not same:
            return Grouping(reason="None fits.", ranking=tuple(each.subject for each in about.choices))
        return Grouping(candidate=same[0], **{"pull_request_title": "Mend it", "reason": "One cause.", **self.answers})

    def turn(self, request: TurnRequest) -> Turn:
        raise AssertionError(request)


class Silent:
    def publish(self, report_id: int) -> None: ...
    def signal(self, signal_id: int) -> None: ...
    def report(self, report_id: int) -> None: ...


@dataclass
class World:
    store: Store
    judge: Judge
    folder: Path

    def __post_init__(self) -> None:
        self.means = Means(
            store=self.store, policy=POLICY, model=self.judge, workspaces=FakeWorkspaces(self.folder),
            code_host=FakeCodeHost(), vectoriser=ByWords(), redactor=Redactor(b"key"), messenger=Silent(),
            nudge=Silent(),
        )  # fmt: skip

    def take(self, fault: str, **raw: Any) -> Signal:
        """A signal that was read."""
        number = raw.pop("number", next(_NUMBERS))
        raw = {"body": f"{fault}, met as case {number}", "title": f"{fault} {number}", **raw}
        signal_id = self.store.signals.remember(a_raw_signal(**raw)).signal_id
        summary = a_summary(title=raw["title"], gist=fault, queries=(fault,))
        self.store.signals.describe(signal_id, Screening(), summary, words(raw["title"]), words(fault))
        return self.store.signals.get(signal_id)

    def place(self, signal: Signal) -> Report:
        assert signal.summary is not None
        Placing(self.means).place(signal.id or 0, signal.revision, signal.summary, PlainCheckpoint())
        return self.of(signal)

    def comes(self, fault: str, **raw: Any) -> Report:
        return self.place(self.take(fault, **raw))

    def of(self, signal: Signal) -> Report:
        return self.store.reports.get(self.store.signals.get(signal.id or 0).report_id or 0)

    def dismiss(self, report: Report, why: Dismissal | None) -> None:
        self.store.reports.move(
            report.id or 0, Status.DISMISSED, mover=Mover.HUMAN, who="U01ADA", because="no", dismissal=why
        )

    @property
    def correcting(self) -> Correcting:
        return Correcting(self.means, "T1")
