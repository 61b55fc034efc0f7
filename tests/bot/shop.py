"""A Sentry over HTTP with as many issues as a test wants, the source that reads it, and what pulls that."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import SecretStr

from agents.redaction.redact import Redactor
from agents.terms import SourceTerms
from bot.pulling.backfill import Reader
from bot.pulling.pulls import Puller
from bot.settings import Settings
from bot.sources import open_sources
from bot.views import condition
from bot.views.limits import within
from playground.case import demo_cases
from playground.faults import Fault, Faults, Kind, Moment
from playground.sentry import Sentry
from storage.plumbing import Cursor, Switch
from storage.signals.keeping import SignalCounts
from storage.spending import Spent
from storage.store import Store

NAME = "errors"
START = dt.datetime.now(dt.UTC).replace(microsecond=0)


@dataclass
class Told:
    """The port Nudge, which remembers what it was told."""

    signals: list[int] = field(default_factory=list)

    def signal(self, signal_id: int) -> None:
        self.signals.append(signal_id)

    def report(self, report_id: int) -> None:
        raise AssertionError(report_id)


@dataclass
class Shop:
    """A Sentry, a store, and the pull machinery between them. Its clock stands still until it is moved."""

    sentry: Sentry
    faults: Faults
    store: Store
    first_day: int = 20
    at: dt.datetime = START
    told: Told = field(default_factory=Told)
    slept: list[float] = field(default_factory=list)

    def issues(self, *numbers: int, level: str = "error", **ago: float) -> None:
        """New issues of these numbers, each a second later than the one before."""
        error = demo_cases()[0].sentry
        for number in numbers:
            at = START - dt.timedelta(**(ago or {"hours": 12})) + dt.timedelta(seconds=number)
            self.sentry.add_issue(
                replace(error, short_id=f"S-{number}", permalink="", level=level),
                first_seen=at,
                last_seen=at,
            )

    def fails(self, call: str = "sentry:issues.list", nth: int = 1, **how: Any) -> None:
        self.faults.plan(Fault(call, Moment.RECEIPT, Kind.REFUSE, nth=nth, **how))

    @property
    def terms(self) -> SourceTerms:
        return SourceTerms(
            kind="sentry", report_to="C01", first_day=self.first_day, options={"organization": "acme", "lookback": "1d"}
        )

    @property
    def puller(self) -> Puller:
        settings = Settings(_env_file=None, sentry_url=self.sentry.address or "", sentry_token=SecretStr("right"))
        terms = {NAME: self.terms}
        sources = open_sources(terms, settings)
        return Puller(self.store, sources, terms, Redactor(b"key"), self.told, clock=lambda: self.at)

    @property
    def reader(self) -> Reader:
        puller = self.puller
        return Reader(
            NAME,
            puller.sources[NAME],
            self.terms,
            self.store,
            puller.redactor,
            self.told,
            self.slept.append,
            lambda: self.at,
        )

    def pull(self, after: float = 0.0) -> list[str]:
        """Pull once, so many seconds later; the issues that are known then."""
        self.at += dt.timedelta(seconds=after)
        self.puller.pull(NAME, lambda _, work, __: work())
        return self.known()

    def known(self) -> list[str]:
        """The external ids of all signals, in the order they were kept."""
        return [self.store.signals.get(number + 1).external_id for number in range(self.store.signals.counts().total)]


def status_of(cursor: Cursor, at: dt.datetime) -> str:
    """What people are shown of how a source is."""
    how = condition.Condition(
        paused=Switch(name="paused"),
        counts=SignalCounts(total=0, held=0, dropped=0, filed=0, duplicates=0, waiting=0),
        open_reports=0,
        today=Spent(usd=0, calls=0, seconds=0),
        cursors=[cursor],
        at=at,
    )
    return json.dumps(within(condition.condition(how)), default=lambda block: block.to_dict())
