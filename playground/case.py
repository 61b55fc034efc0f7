"""What reaches the bot in the demo: two bugs as people and tools tell of them, and what else is said on such a day."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from playground.codehost import CodeHost
from playground.linear import Linear, LinearIssue
from playground.posthog import PostHog
from playground.posthog_records import Part, SessionSummary, Step
from playground.sentry import Sentry
from playground.sentry_records import Crumb, ErrorSeen, Frame
from playground.zendesk import Zendesk
from playground.zendesk_records import Comment, Person, Ticket

SIGNALS = Path(__file__).with_name("demo_signals.json")
AS_WRITTEN = timedelta(0)
_LAST_SAID = datetime(2026, 11, 20, 6, 54, 9, tzinfo=UTC)  # in Slack, as the file has it
_AGO = timedelta(hours=7)  # that is before the demo: the same morning
_STAMP = re.compile(r"(?<=[/\"p])1795[0-9]{6}(?=\.?[0-9]{6}\b)")  # of a message: seconds, and then some
_SETTLED = timedelta(seconds=90)  # what Zendesk holds for that long is in its exports


class Tool(StrEnum):
    """Where else a case shows itself, after Slack, Sentry and the code host."""

    TICKET = "ticket"
    REPLAY = "replay"
    TRACKER = "tracker"


RECORDED = frozenset(Tool)
"""The tools whose signals the model's recorded replies know of. Without recordings all of them play."""


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
    """What somebody wrote: in Slack, on the code host, in a ticket or a tracker; `user` is an id, a login or a name."""

    external_id: str
    user: str
    title: str
    body: str
    url: str
    email: str = ""  # of somebody outside


@dataclass(frozen=True)
class Watched:
    """A recorded session, and what was found in it."""

    external_id: str
    session: str
    title: str
    url: str
    seconds: int
    who: str
    started: str  # on the evening before, in UTC, such as 21:03
    steps: tuple[Step, ...]
    ended: str


@dataclass(frozen=True)
class Case:
    """One bug, as it shows itself in five places. `id` is for the playground alone: the bot never sees it."""

    id: str
    reporter: str
    slack: Said
    sentry: ErrorSeen
    lasted: timedelta  # between the error's first and last event
    github: Said
    ticket: Said
    replay: Watched | None = None
    linear: Said | None = None

    @property
    def tools(self) -> dict[Tool, str]:
        """The tools that this case shows itself in, and the title it has there."""
        shown = {Tool.TICKET: self.ticket, Tool.REPLAY: self.replay, Tool.TRACKER: self.linear}
        return {tool: said.title for tool, said in shown.items() if said is not None}

    def external_ids(self, played: frozenset[Tool]) -> frozenset[str]:
        """The signals that belong into this case's report, when these tools play."""
        tools = {
            Tool.TICKET: self.ticket.external_id,
            Tool.REPLAY: self.replay.external_id if self.replay else "",
            Tool.TRACKER: self.linear.external_id if self.linear else "",
        }
        always = {self.slack.external_id, self.sentry.short_id, self.github.external_id}
        return frozenset(always | {name for tool, name in tools.items() if tool in played and name})

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

    def add_to_zendesk(self, zendesk: Zendesk, at: datetime | None = None) -> int:
        """Let the customer write the ticket, under its own number; returns the number."""
        number = int(self.ticket.external_id.rpartition("-")[2])
        customer = Person(number, self.ticket.user, self.ticket.email)
        words = Comment(at or datetime.now(UTC) - _SETTLED, customer, self.ticket.body)
        zendesk.open(Ticket(number, self.ticket.title, [words]))
        return number

    def add_to_posthog(self, posthog: PostHog, at: datetime | None = None) -> str:
        """Let PostHog write about the recorded session; returns the session's id. The case must have one."""
        if self.replay is None:
            raise ValueError(f"the case {self.id} has no recorded session")
        seen, written = self.replay, at or datetime.now(UTC)
        part = Part(seen.who, seen.steps, seen.ended, success=False)
        hour, minute = map(int, seen.started.split(":"))
        began = (written - timedelta(days=1)).replace(hour=hour, minute=minute, second=0, microsecond=0)
        posthog.summarise(
            SessionSummary(seen.session, seen.title, success=False, started=began, seconds=seen.seconds, parts=(part,),
                           written=written)
        )  # fmt: skip
        return seen.session

    def add_to_linear(self, linear: Linear, at: datetime | None = None) -> str:
        """File the issue in Linear, under its own name; returns the name. The case must have one."""
        if self.linear is None:
            raise ValueError(f"the case {self.id} has no Linear issue")
        said, moment = self.linear, at or datetime.now(UTC)
        linear.put(LinearIssue(said.external_id, said.title, said.body, said.url, moment, moment, creator=said.user))
        return said.external_id


def moved_to(at: datetime) -> timedelta:
    """By how much what was said in Slack is moved, so that it was said on the morning of `at`.

    Everywhere else things are reported when they are told, and days between two signals make them less alike. Recorded
    replies know Slack's messages by their moments: for those they stay as they are written.
    """
    return timedelta(seconds=round((at - _AGO - _LAST_SAID).total_seconds()))


def demo_cases(moved: timedelta = AS_WRITTEN) -> tuple[Case, Case]:
    """The two bugs of the demo."""
    first, second = map(_case, _signals(moved)["cases"])
    return first, second


def chatter(moved: timedelta = AS_WRITTEN) -> tuple[Chatter, ...]:
    """What people say besides, in order; one message of it is an attack."""
    return tuple(line for line in _chatter(moved) if line.kind is not Kind.DUPLICATE)


def duplicate(moved: timedelta = AS_WRITTEN) -> Chatter:
    """The first case's message, posted a second time by the same person a few seconds later."""
    return next(line for line in _chatter(moved) if line.kind is Kind.DUPLICATE)


def _signals(moved: timedelta) -> dict[str, Any]:
    written, seconds = SIGNALS.read_text(encoding="utf-8"), round(moved.total_seconds())
    return dict(json.loads(_STAMP.sub(lambda found: str(int(found[0]) + seconds), written)))


def _chatter(moved: timedelta) -> list[Chatter]:
    return [Chatter(**{**line, "kind": Kind(line["kind"])}) for line in _signals(moved)["chatter"]]


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
        ticket=Said(**given["ticket"]),
        replay=_watched(given["replay"]) if "replay" in given else None,
        linear=Said(**given["linear"]) if "linear" in given else None,
    )


def _watched(given: Mapping[str, Any]) -> Watched:
    return Watched(**{**given, "steps": tuple(Step(**step) for step in given["steps"])})
