"""The local Slack workspace: what tests, the demo and the page hold in their hands."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, TypeVar

from playground.faults import Faults
from playground.workspace.clock import Clock
from playground.workspace.core import Core
from playground.workspace.gestures import Gestures
from playground.workspace.people import People
from playground.workspace.records import (
    Call,
    CommandAnswer,
    Delivery,
    Envelope,
    Ephemeral,
    Json,
    Message,
    StoredFile,
    SubmitAnswer,
    View,
)
from playground.workspace.seed import WorkspaceSeed

T = TypeVar("T")


class Workspace:
    """Serve what `asgi.app_of` makes of it with playground.loopback.Loopback, then tell it its address with `serve`.

    People's methods may be called from any thread but the server's own. They raise PersonCannot with a sentence when
    Slack would not let that person do it. What one reads back are copies.
    """

    def __init__(self, seed: WorkspaceSeed, faults: Faults, clock: Clock | None = None) -> None:
        self.core = Core(seed, clock or Clock())
        self._state = self.core.state
        self.seed = seed
        self.faults = faults
        self._people = People(self.core)
        self._gestures = Gestures(self.core, self._people)

    def serve(self, url: str) -> None:
        """The address at which it is served, such as http://127.0.0.1:4105."""
        self._state.address = url.rstrip("/")

    @property
    def api_url(self) -> str:
        """What to give a WebClient as base_url."""
        return f"{self._state.address}/api/"

    # ---- people

    def say(
        self,
        user: str,
        channel: str,
        text: str,
        thread_ts: str | None = None,
        *,
        ts: str | None = None,
        broadcast: bool = False,
    ) -> str:
        """Post a message, with a ts of one's own if it must be known beforehand; its ts.

        `broadcast` shows a reply in the channel too.
        """
        return self._people.say(user, channel, text, thread_ts, ts, broadcast=broadcast)

    def share(
        self,
        user: str,
        channel: str,
        name: str,
        content: bytes,
        *,
        text: str = "",
        thread_ts: str | None = None,
        snippet: bool = False,
    ) -> str:
        """Share a file, or a text snippet, which Slack previews; the message's ts."""
        file_id = self._state.fresh_id("F")
        file = StoredFile(file_id, name, len(content), content=content, completed=True, is_snippet=snippet)
        return self._people.share(user, channel, file, text, thread_ts)

    def edit(self, user: str, channel: str, ts: str, text: str) -> None:
        self._people.edit(user, channel, ts, text)

    def delete(self, user: str, channel: str, ts: str) -> None:
        self._people.delete(user, channel, ts)

    def react(self, user: str, channel: str, ts: str, name: str) -> None:
        self._people.react(user, channel, ts, name)

    def unreact(self, user: str, channel: str, ts: str, name: str) -> None:
        self._people.unreact(user, channel, ts, name)

    def join(self, user: str, channel: str) -> None:
        self._people.join(user, channel)

    def invite(self, user: str, channel: str, invited: str) -> None:
        self._people.invite(user, channel, invited)

    def command(
        self, user: str, channel: str, command: str, text: str = "", *, thread_ts: str | None = None
    ) -> CommandAnswer:
        """Type a slash command; returns what the app acknowledged it with."""
        return self._gestures.command(user, channel, command, text, thread_ts)

    def click(self, user: str, channel: str, ts: str, action_id: str, value: str | None = None) -> Delivery:
        """Press a button of a message; several with one action id are told apart by their value."""
        return self._gestures.click(user, channel, ts, action_id, value)

    def click_home(self, user: str, action_id: str, value: str | None = None) -> Delivery:
        return self._gestures.click_view(user, self._state.home(user), action_id, value)

    def click_modal(self, user: str, action_id: str, value: str | None = None) -> Delivery:
        return self._gestures.click_view(user, self._state.modal(user), action_id, value)

    def shortcut(self, user: str, channel: str, ts: str, callback_id: str) -> Delivery:
        return self._gestures.shortcut(user, channel, ts, callback_id)

    def open_home(self, user: str) -> None:
        self._gestures.open_home(user)

    def submit(self, user: str, view_id: str, values: dict[str, dict[str, Any]]) -> SubmitAnswer:
        """Submit the modal on top; `values` is {block_id: {action_id: text or option value}}."""
        return self._gestures.submit(user, view_id, values)

    def close_modal(self, user: str, view_id: str) -> None:
        self._gestures.close(user, view_id)

    # ---- trouble on purpose

    def redeliver(self, channel: str, ts: str, type: str = "message") -> Envelope:  # noqa: A002 - Slack's word
        """Deliver that message's event once more: same event_id, retry_attempt 1. Raises LookupError."""
        for envelope in reversed(self.envelopes("events_api")):
            event = envelope.payload.get("event", {})
            if (event.get("type"), event.get("channel"), event.get("ts")) == (type, channel, ts):
                self.core.switchboard.again(envelope)
                return envelope
        raise LookupError(f"no {type} event of {channel}/{ts} was ever sent to the app")

    def send_raw(self, envelope_type: str, payload: Json) -> Envelope:
        """Send the app anything at all, for tests of bad input."""
        return self.core.switchboard.send(envelope_type, payload)

    def refresh_connections(self, reason: str = "refresh_requested") -> None:
        """Ask the app to reconnect, as Slack does every few hours."""
        self.core.switchboard.ask_to_refresh(reason)

    def cut_connections(self) -> None:
        """Close every socket of the app without warning."""
        self.core.switchboard.cut()

    def trigger(self, user: str) -> str:
        """What an interaction of this person carries, by which the app may open one window for three seconds."""
        return self.core.interactivity.trigger(user)

    def advance_clock(self, seconds: float) -> None:
        """Let triggers, response addresses and rate limits see a later time."""
        self.core.clock.advance(seconds)

    def unfurl(self, channel: str, ts: str, url: str, title: str) -> None:
        """Show a preview of a link in a message, as Slack does by itself a moment after it was posted."""
        with self._state.changing():
            message = self._state.channel(channel).messages[ts]
            self.core.unfurl(message, [{"from_url": url, "title": title, "fallback": title, "id": 1}])

    def make_private(self, channel: str) -> None:
        """An administrator makes a channel private. Slack sends no event of it."""
        with self._state.changing():
            self._state.channel(channel).is_private = True

    def archive(self, channel: str) -> None:
        """Somebody archives a channel: it can be read, and nothing is said there any more."""
        with self._state.changing():
            self._state.channel(channel).is_archived = True

    def remove(self, user: str, channel: str) -> None:
        """Somebody removes a person, or the app's bot, from a channel."""
        with self._state.changing():
            self._state.channel(channel).members.discard(user)

    def disown(self, channel: str) -> None:
        """Let what the bot has posted there be another app's, as after its owners made the app anew."""
        with self._state.changing():
            for message in self._state.channel(channel).messages.values():
                message.bot_id = message.bot_id and "B0FORMER"

    # ---- what one can see

    def messages(self, channel: str) -> list[Message]:
        """What the channel shows, oldest first: roots, and replies that were also sent to the channel."""
        with self._state.lock:
            return copy.deepcopy(self._state.channel(channel).roots())

    def thread(self, channel: str, ts: str) -> list[Message]:
        """The root and its replies, oldest first. Raises KeyError when there is no such root."""
        with self._state.lock:
            room = self._state.channel(channel)
            return copy.deepcopy([room.messages[ts], *room.replies(ts)])

    def message(self, channel: str, ts: str) -> Message:
        """Raises KeyError."""
        with self._state.lock:
            return copy.deepcopy(self._state.channel(channel).messages[ts])

    def ephemerals(self, user: str) -> list[Ephemeral]:
        """What only this person was shown, oldest first."""
        with self._state.lock:
            return copy.deepcopy([each for each in self._state.ephemerals if each.user == user])

    def home(self, user: str) -> View | None:
        with self._state.lock:
            return copy.deepcopy(self._state.home(user))

    def modal(self, user: str) -> View | None:
        """The modal on top of this person's screen."""
        with self._state.lock:
            return copy.deepcopy(self._state.modal(user))

    def reactions(self, channel: str, ts: str) -> dict[str, list[str]]:
        """Who reacted, by the reaction's name."""
        return self.message(channel, ts).reactions

    def file(self, file_id: str) -> bytes | None:
        """The content of an upload. Raises KeyError."""
        return self._state.files[file_id].content

    def permalink(self, channel: str, ts: str) -> str:
        with self._state.lock:
            return self._state.permalink(self._state.channel(channel).messages[ts])

    def posts_by_bot(self) -> int:
        """How many messages of the app's bot exist, replies included, ephemerals not."""
        bot = self.seed.app.bot_user_id
        with self._state.lock:
            return sum(m.user == bot for room in self._state.channels.values() for m in room.messages.values())

    @property
    def journal(self) -> list[Call | Envelope]:
        """Every Web API call and every envelope so far, in order."""
        with self._state.lock:
            return list(self._state.journal)

    def calls(self, method: str | None = None) -> list[Call]:
        return [e for e in self.journal if isinstance(e, Call) and method in (None, e.method)]

    def envelopes(self, type: str | None = None) -> list[Envelope]:  # noqa: A002 - Slack's word
        return [e for e in self.journal if isinstance(e, Envelope) and type in (None, e.type)]

    def unacked(self) -> list[Envelope]:
        return self.core.switchboard.unacked()

    @property
    def connected(self) -> int:
        """How many sockets the app has open."""
        return self.core.switchboard.connected

    def wait_for(self, predicate: Callable[[], T], seconds: float = 5.0, what: str = "it to become true") -> T:
        """The first true answer of `predicate`. Raises TimeoutError that names `what`."""
        return self._state.wait_for(predicate, seconds, what)
