"""What lets the app answer an interaction: triggers that live three seconds, and response addresses used five times."""

from __future__ import annotations

from dataclasses import dataclass

from playground.workspace.problems import SlackError
from playground.workspace.records import Ephemeral
from playground.workspace.state import State


@dataclass
class _Trigger:
    user: str
    expires_at: float
    used: bool = False


@dataclass
class ResponseAddress:
    """Where the answers to one interaction go: the channel, the person, and the message it came from if any."""

    channel: str
    user: str
    expires_at: float
    uses_left: int
    message_ts: str | None = None
    ephemeral: Ephemeral | None = None
    thread_ts: str | None = None


class Interactivity:
    """Hands out triggers and response addresses, and takes them back once each is spent."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._triggers: dict[str, _Trigger] = {}
        self._addresses: dict[str, ResponseAddress] = {}

    def trigger(self, user: str) -> str:
        trigger_id = self._state.fresh_id("trigger.")
        self._triggers[trigger_id] = _Trigger(user, self._state.clock.now() + self._state.seed.rules.trigger_seconds)
        return trigger_id

    def exchange(self, trigger_id: str) -> str:
        """The person whose interaction the trigger stands for. Raises SlackError; a trigger opens one view."""
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if trigger.expires_at < self._state.clock.now():
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger.user

    def response_url(
        self,
        channel: str,
        user: str,
        *,
        message_ts: str | None = None,
        ephemeral: Ephemeral | None = None,
        thread_ts: str | None = None,
    ) -> str:
        rules = self._state.seed.rules
        token = self._state.fresh_id("r")
        expires_at = self._state.clock.now() + rules.response_url_seconds
        self._addresses[token] = ResponseAddress(
            channel, user, expires_at, rules.response_url_uses, message_ts, ephemeral, thread_ts
        )
        return f"{self._state.address}/response/{token}"

    def use(self, token: str) -> ResponseAddress:
        """One use of a response address. Raises SlackError when it is unknown, expired or used up."""
        address = self._addresses.get(token)
        if address is None:
            raise SlackError("invalid_url")
        if address.expires_at < self._state.clock.now():
            raise SlackError("expired_url")
        if address.uses_left <= 0:
            raise SlackError("used_url")
        address.uses_left -= 1
        return address
