"""What reaches the bot in the demo: two bugs as people and tools tell of them, and what else is said on such a day."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from playground.codehost import CodeHost
from playground.sentry import Sentry
from playground.sentry_records import Crumb, ErrorSeen, Frame

SIGNALS = Path(__file__).with_name("demo_signals.json")


class Kind(StrEnum):
    """What a line of chatter is."""

    ORDINARY = "ordinary"  # nothing to report
    INJECTION = "injection"  # tries to command the bot
    DUPLICATE = "duplicate"  # the words of a report once more, by the same person


@dataclass(frozen=True)
class Chatter:
    """One message in Slack; `ts` makes its external id the same in every run."""

    kind: Kind
    channel: str
    user: str
    ts: str
    text: str

    @property
    def external_id(self) -> str:
        return f"{self.channel}/{self.ts}"


@dataclass(frozen=True)
class Said:
    """A message in Slack or an issue on the code host; `user` is a Slack id or a login."""

    external_id: str
    user: str
    title: str
    body: str
    url: str


@dataclass(frozen=True)
class Case:
    """One bug, as it shows itself in three places. `id` is for the playground alone: the bot never sees it."""

    id: str
    reporter: str
    slack: Said
    sentry: ErrorSeen
    lasted: timedelta  # between the error's first and last event
    github: Said

    def add_to_sentry(self, sentry: Sentry, at: datetime | None = None) -> str:
        """Let Sentry have the error, last seen at `at` (now by default); returns the issue's id."""
        last = at or datetime.now(UTC)
        return sentry.add_issue(self.sentry, first_seen=last - self.lasted, last_seen=last)

    def add_to_code_host(self, host: CodeHost, at: datetime | None = None) -> int:
        """File the issue on the code host, under its own number; returns the number."""
        repository, _, number = self.github.external_id.partition("#")
        return host.open_issue(
            repository, int(number), self.github.title, self.github.body, user=self.github.user, created_at=at
        )


def demo_cases() -> tuple[Case, Case]:
    """The two bugs of the demo."""
    first, second = map(_case, _signals()["cases"])
    return first, second


def chatter() -> tuple[Chatter, ...]:
    """What people say besides, in order; one message of it is an attack."""
    return tuple(line for line in _chatter() if line.kind is not Kind.DUPLICATE)


def duplicate() -> Chatter:
    """The first case's message, posted a second time by the same person a few seconds later."""
    return next(line for line in _chatter() if line.kind is Kind.DUPLICATE)


def _signals() -> dict[str, Any]:
    return dict(json.loads(SIGNALS.read_text(encoding="utf-8")))


def _chatter() -> list[Chatter]:
    return [Chatter(**{**line, "kind": Kind(line["kind"])}) for line in _signals()["chatter"]]


def _case(given: Mapping[str, Any]) -> Case:
    error = dict(given["sentry"])
    lasted = timedelta(seconds=error.pop("lasted_seconds"))
    error["frames"] = [Frame(**frame) for frame in error["frames"]]
    error["breadcrumbs"] = [Crumb(**crumb) for crumb in error["breadcrumbs"]]
    return Case(
        id=given["id"],
        reporter=given["reporter"],
        slack=Said(**given["slack"]),
        sentry=ErrorSeen(**error),
        lasted=lasted,
        github=Said(**given["github"]),
    )
