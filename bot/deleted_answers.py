"""What was deleted in threads while nobody listened: answers of which signals are made, what a report
was told, and what was asked about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import structlog

from agents.errors import SlackRejected
from bot.listeners.deps import Deps
from bot.listeners.messages import deleted
from bot.slack.event import DELETED, SlackEvent

log = structlog.get_logger()

_THREADS = 40  # that are looked at, the latest; Slack answers some 50 such questions a minute
_PAGES = 5  # of 200 messages, of a thread


@dataclass(frozen=True)
class DeletedAnswers:
    """Forgets them, once Slack, asked for each of them alone, has it no more."""

    deps: Deps
    looked: set[str] = field(default_factory=set)  # threads that need no other look

    def forget(self, channels: Sequence[str], since: dt.datetime, until: dt.datetime) -> None:
        """Of what was said there between two moments. Raises SlackDown."""
        by_thread: dict[str, set[str]] = {}
        for message, thread in self._kept(channels, since, until):
            by_thread.setdefault(thread, set()).add(message.partition("/")[2])
        latest = sorted(by_thread, key=lambda thread: max(map(float, by_thread[thread])), reverse=True)
        for thread in [each for each in latest[:_THREADS] if f"gone {each}" not in self.looked]:
            channel, _, ts = thread.partition("/")
            try:
                gone = [
                    each for each in self._missed(channel, ts, by_thread[thread]) if self._is_gone(channel, ts, each)
                ]
            except SlackRejected as error:
                log.info("whether answers were deleted meanwhile cannot be seen", thread=thread, error=str(error))
                continue
            for each in gone:
                self._forget(channel, ts, each)
            if gone:
                log.info("answers were deleted meanwhile", thread=thread, messages=len(gone))
            self.looked.add(f"gone {thread}")

    def _kept(self, channels: Sequence[str], since: dt.datetime, until: dt.datetime) -> list[tuple[str, str]]:
        store = self.deps.store
        answers = [
            found
            for channel in channels
            for found in store.messages.answers(channel, since.timestamp(), until.timestamp())
        ]
        return [*answers, *store.plans.said_in_threads(since), *store.inquiries.said_in_threads(since)]

    def _missed(self, channel: str, thread_ts: str, kept: Collection[str]) -> list[str]:
        """Those of the kept answers that the thread does not show any more, as far as it was read."""
        left, cursor, read = sorted(kept, key=float), "", 0.0
        oldest = float(left[0]) - 1
        for _ in range(_PAGES):
            answer = self.deps.slack.page(channel, thread_ts, oldest, cursor)
            shown = _shown(answer["messages"])
            left, read = [ts for ts in left if ts not in shown], max([read, *map(float, shown)])
            cursor = (answer.get("response_metadata") or {}).get("next_cursor", "")
            if not left or not cursor:
                return left
        return [ts for ts in left if float(ts) < read]

    def _is_gone(self, channel: str, thread_ts: str, ts: str) -> bool:
        """Whether Slack, asked for this very answer, has none."""
        answer = self.deps.slack.page(channel, thread_ts, float(ts), "", float(ts))
        return ts not in _shown(answer["messages"]) and not answer.get("is_limited")

    def _forget(self, channel: str, thread_ts: str, ts: str) -> None:
        previous = {"ts": ts, "thread_ts": thread_ts}
        event = {"type": "message", "subtype": DELETED, "channel": channel, "previous_message": previous}
        deleted(SlackEvent.of({"team_id": self.deps.home_team, "event": event}), self.deps)


def _shown(messages: Sequence[dict[str, object]]) -> frozenset[str]:
    return frozenset(str(message["ts"]) for message in messages if message.get("subtype") != "tombstone")
