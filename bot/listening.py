"""Whether Slack could reach us, and what was said while it could not: Slack sends an event a few times, then no more.

While the socket stands, a mark is moved on once a minute. Where it lies behind, nobody listened: a process that was
down, a machine that slept, a Slack that did not answer. Then what was said in the watched channels is read back, and
what was deleted in them is forgotten.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from agents.errors import SlackDown, SlackRejected
from bot.deleted_answers import DeletedAnswers
from bot.listeners.deps import Deps
from bot.listeners.messages import deleted, heard
from bot.slack.event import DELETED, SlackEvent
from storage.columns import now
from storage.errors import DatabaseDown

log = structlog.get_logger()

MARK = "slack:heard"  # the cursor that holds the mark
EVERY = 60.0  # seconds
AWAY = dt.timedelta(minutes=3)  # since the mark; within less Slack sends again what was not acknowledged
LONGEST = dt.timedelta(days=7)  # what is older is left alone
_OVERLAP = 120.0  # seconds: hearing a message twice changes nothing
_PAGES = 5  # of 200 messages, of a channel


@dataclass(frozen=True)
class Listening:
    """Keeps the mark, and catches up."""

    deps: Deps
    connected: Callable[[], bool]
    clock: Callable[[], dt.datetime] = field(default=now)
    _read: set[str] = field(default_factory=set)  # threads that were read since the mark: a minute may not hold all

    def note(self) -> None:
        """Move the mark on; before, read back what was said since it, if it lies far behind. Raises nothing of ours."""
        if not self.connected():
            return
        at, cursors = self.clock(), self.deps.store.cursors
        try:
            mark = cursors.get(MARK).value
            since = dt.datetime.fromisoformat(mark) if mark else at
            if at - since > AWAY:
                self._catch_up(max(since, at - LONGEST))
            cursors.advance(MARK, at.isoformat(), [])
            self._read.clear()
        except (SlackDown, DatabaseDown) as error:  # the mark stays, and the next minute tries again
            log.warning("what was said meanwhile is read back later", error=str(error))

    def _catch_up(self, since: dt.datetime) -> None:
        """Hear what people wrote since then, as if it had come just now, oldest first."""
        for terms in self.deps.policy.channels:
            try:
                self._hear(terms.id, since)
            except SlackRejected as error:
                log.warning("what was said meanwhile cannot be read back", channel=terms.id, error=str(error))
                continue
            self._forget_deleted(terms.id, since.timestamp())
        channels = [terms.id for terms in self.deps.policy.channels]
        DeletedAnswers(self.deps, self._read).forget(channels, since - LONGEST, since)

    def _hear(self, channel: str, since: dt.datetime) -> None:
        """Hear what was said in a channel; if Slack lets us read only a part of it now, that part.

        Slack takes some 50 looks into threads a minute. The next minute goes on with those that were not read.
        """
        said, threads, stopped = list[SlackEvent](), list[str](), None
        try:
            for event in self._said(channel, since.timestamp() - _OVERLAP, threads):
                said.append(event)
        except SlackDown as error:
            stopped = error
        for event in sorted(said, key=lambda each: each.ts):
            if not event.is_reply or self.deps.store.reports.at_thread(event.channel, event.thread_ts) is None:
                heard(event, self.deps)
        self._read.update(threads)
        if stopped is not None:
            raise stopped
        if said:
            log.info("read back what was said", channel=channel, since=since.isoformat(), messages=len(said))

    def _said(self, channel: str, oldest: float, threads: list[str]) -> Iterator[SlackEvent]:
        """The messages of a channel since a moment, and the answers under them; `threads` gets those that were read."""
        slack, cursor = self.deps.slack, ""
        place = slack.place(channel)
        shared = place is not None and place.is_shared
        for _ in range(_PAGES):
            answer = slack.page(channel, "", oldest, cursor)
            for message in answer["messages"]:
                yield self._event(message, channel, shared=shared)
                name = f"{channel}/{message['ts']} until {message.get('latest_reply')}"
                if message.get("reply_count") and name not in self._read:
                    answers = slack.thread(channel, str(message["ts"]))[1:]
                    threads.append(name)
                    yield from answers
            cursor = (answer.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                return

    def _forget_deleted(self, channel: str, until: float) -> None:
        """Forget what was deleted meanwhile, of what was said here in the week before, but for answers."""
        kept = self.deps.store.messages.begun(channel, until - LONGEST.total_seconds(), until)
        try:
            for ts in self._missed(channel, kept, until) if kept else []:
                if self._is_gone(channel, ts):
                    event = {"type": "message", "subtype": DELETED, "channel": channel, "deleted_ts": ts}
                    deleted(SlackEvent.of({"team_id": self.deps.home_team, "event": event}), self.deps)
                    log.info("a message was deleted meanwhile", message=f"{channel}/{ts}")
        except SlackRejected as error:
            log.warning("whether messages were deleted meanwhile cannot be seen", channel=channel, error=str(error))

    def _missed(self, channel: str, kept: Sequence[str], until: float) -> list[str]:
        """Those of the kept messages that the channel does not show any more, as far back as it was read."""
        left, cursor = dict.fromkeys(kept), ""
        oldest = float(kept[0])
        for _ in range(_PAGES):
            answer = self.deps.slack.page(channel, "", oldest, cursor, until)
            for message in answer["messages"]:
                if message.get("subtype") != "tombstone":
                    left.pop(str(message["ts"]), None)
            cursor = (answer.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                return list(left)
            oldest_read = min((float(message["ts"]) for message in answer["messages"]), default=until)
        return [ts for ts in left if float(ts) > oldest_read]

    def _is_gone(self, channel: str, ts: str) -> bool:
        """Whether Slack, asked for this very message, has none, or only the place where it was."""
        answer = self.deps.slack.page(channel, "", float(ts), "", float(ts))
        there = [message for message in answer["messages"] if message.get("subtype") != "tombstone"]
        return not there and not answer.get("is_limited")

    def _event(self, message: dict[str, Any], channel: str, *, shared: bool) -> SlackEvent:
        event = {**message, "type": "message", "channel": channel}
        return SlackEvent.of({"team_id": self.deps.home_team, "is_ext_shared_channel": shared, "event": event})
