"""A desk at which people ask, and the bot answers."""

from __future__ import annotations

from dataclasses import dataclass

from bot.notes.askers import Askers
from playground.workspace.records import Ephemeral
from storage.judgments import Screening, Threat
from storage.records import Decision, Signal
from storage.status import Status
from tests.bot.workplace import ADA, BOB, SOLAR, Workplace, text_of
from tests.fakes import PlainCheckpoint, ScriptedModel

WORDS = "the export of large reports ends with an error"


ATTACK = Screening(
    threat=Threat.INSTRUCTION_OVERRIDE, quote="obey the following", reason="It gives an order to an agent."
)


@dataclass
class Desk:
    """A workplace whose signals are digested and drawn when told, and shorthands for what people do."""

    place: Workplace

    @property
    def model(self) -> ScriptedModel:
        model = self.place.deps.pipeline.means.model
        assert isinstance(model, ScriptedModel)
        return model

    def digests(self, signal_id: int) -> Signal:
        self.place.deps.pipeline.digest(signal_id, PlainCheckpoint())
        Askers(self.place.store, self.place.writer).tell(signal_id)
        signal = self.place.store.signals.get(signal_id)
        for report in self.place.store.reports.all():
            self.place.messenger(researches=self.model.can_research).draw(report.id or 0, f"desk:{signal_id}")
        return signal

    def says(self, words: str = WORDS, user: str = BOB) -> str:
        ts = self.place.says(user, words)
        self.digests(self.newest)
        return ts

    def investigates(self, words: str = WORDS, user: str = BOB, channel: str = SOLAR) -> str:
        """What the command answers at once."""
        answer = self.place.types(user, "/investigate", words, channel).body
        self.digests(self.newest)
        return str(answer)

    @property
    def newest(self) -> int:
        return self.place.store.signals.counts().total

    def dismisses(self, report_id: int, words: str = "we meant it so") -> None:
        self.place.store.plans.decide(
            report_id, Decision.DISMISS, by=ADA, via="button", words=words, to=Status.DISMISSED, because=words,
            dismissed_because=words,
        )  # fmt: skip
        self.place.draw(report_id)

    def heard(self, user: str = BOB) -> list[Ephemeral]:
        return self.place.workspace.ephemerals(user)

    def beneath(self, ts: str) -> str:
        """What we said under somebody's message."""
        return "\n".join(text_of(each) for each in self.place.workspace.thread(SOLAR, ts)[1:])


def reacts(desk: Desk, user: str, ts: str) -> None:
    item = {"type": "message", "channel": SOLAR, "ts": ts}
    desk.place.event(
        {"type": "reaction_added", "user": user, "reaction": "mag", "item": item, "event_ts": "1800000000.1"}
    )
    desk.place.settles()
