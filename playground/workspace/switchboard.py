"""Socket Mode: which envelope goes down which connection, who acknowledged it, and when it is tried again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from playground.workspace.records import Envelope, EnvelopeType, Json
from playground.workspace.state import State


@dataclass(eq=False)
class Connection:
    """One open socket of the app. Frames are put in from any thread and sent by the server's own loop."""

    loop: asyncio.AbstractEventLoop
    frames: asyncio.Queue[str | None] = field(default_factory=asyncio.Queue)
    draining: bool = False

    def push(self, frame: Json) -> None:
        self._in_loop(self.frames.put_nowait, json.dumps(frame))

    def close(self) -> None:
        self._in_loop(self.frames.put_nowait, None)

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        self._in_loop(self.loop.call_later, seconds, action)

    def _in_loop(self, action: Callable[..., object], *args: object) -> None:
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(action, *args)


class Switchboard:
    """Delivers envelopes to the app.

    Events wait while nobody is connected and are delivered again until acknowledged, at the rules' delays. Commands
    and interactions are delivered once or not at all, as in Slack.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._rules = state.seed.rules
        self._connections: list[Connection] = []
        self._waiting: list[Envelope] = []
        self._unacked: dict[Envelope, None] = {}  # in order of sending
        self._by_id: dict[str, Envelope] = {}
        self._carriers: dict[str, Connection] = {}
        self._turns = count()
        self._tickets: dict[str, float] = {}

    @property
    def connected(self) -> int:
        return len(self._connections)

    def ticket(self) -> str:
        """A pass for one connection, good for `ticket_seconds`."""
        with self._state.lock:
            ticket = self._state.fresh_id("ticket-")
            self._tickets[ticket] = self._state.clock.now() + self._rules.ticket_seconds
            return ticket

    def admit(self, ticket: str) -> bool:
        """Use up a ticket; False when it is unknown, used or expired."""
        with self._state.lock:
            return self._tickets.pop(ticket, 0.0) > self._state.clock.now()

    def connect(self, connection: Connection) -> None:
        with self._state.changing():
            for old in self._connections:
                if old.draining:
                    old.close()
            self._connections.append(connection)
            app = self._state.seed.app
            connection.push(
                {
                    "type": "hello",
                    "num_connections": len(self._connections),
                    "debug_info": {"host": "playground", "approximate_connection_time": 18060},
                    "connection_info": {"app_id": app.id},
                }
            )
            waiting, self._waiting = self._waiting, []
            for envelope in waiting:
                self._deliver(envelope)

    def disconnect(self, connection: Connection) -> None:
        with self._state.changing():
            self._connections.remove(connection)
            for envelope_id, carrier in list(self._carriers.items()):
                if carrier is connection:
                    self._carriers.pop(envelope_id)
                    self._lose_unless_event(self._by_id[envelope_id])

    def _lose_unless_event(self, envelope: Envelope) -> None:
        if envelope.type != EnvelopeType.EVENTS and not envelope.acks:
            envelope.lost = True
            envelope.settled.set()

    def ask_to_refresh(self, reason: str) -> None:
        """Tell every connection that it will be closed: the app opens a new one, and gets nothing more down the old."""
        with self._state.changing():
            for connection in self._connections:
                connection.draining = True
                connection.push({"type": "disconnect", "reason": reason, "debug_info": {"host": "playground"}})

    def cut(self) -> None:
        """Close every connection without a word."""
        with self._state.changing():
            for connection in self._connections:
                connection.draining = True
                connection.close()

    def send(self, type_: str, payload: Json) -> Envelope:
        with self._state.changing():
            envelope = Envelope(type_, payload, self._state.clock.now())
            self._state.journal.append(envelope)
            self._unacked[envelope] = None
            self._deliver(envelope)
            return envelope

    def again(self, envelope: Envelope) -> None:
        """Deliver once more with the same payload, as Slack does when an ack was lost on the way."""
        with self._state.changing():
            self._deliver(envelope, retry_attempt=1)

    def unacked(self) -> list[Envelope]:
        with self._state.lock:
            return list(self._unacked)

    def receive(self, text: str) -> None:
        """One frame from the app: an acknowledgement, or something that is none and is ignored."""
        try:
            frame = json.loads(text)
        except ValueError:
            return
        envelope_id = frame.get("envelope_id") if isinstance(frame, dict) else None
        with self._state.changing():
            envelope = self._by_id.get(envelope_id) if isinstance(envelope_id, str) else None
            if envelope is None:
                return
            self._carriers.pop(str(envelope_id), None)
            self._unacked.pop(envelope, None)
            envelope.acks += 1
            if envelope.acked_at is None:
                envelope.acked_at = self._state.clock.now()
                payload = frame.get("payload")
                envelope.answer = payload if isinstance(payload, dict) else None
            envelope.settled.set()

    def _deliver(self, envelope: Envelope, retry_attempt: int | None = None) -> None:
        connection = self._next_connection()
        if connection is None:
            self._keep_or_lose(envelope)
            return
        envelope.retry_attempt = envelope.attempts if retry_attempt is None else retry_attempt
        envelope.envelope_id = self._state.fresh_id("envelope-")
        self._by_id[envelope.envelope_id] = envelope
        self._carriers[envelope.envelope_id] = connection
        frame: Json = {
            "envelope_id": envelope.envelope_id,
            "type": envelope.type,
            "payload": envelope.payload,
            "accepts_response_payload": envelope.type != EnvelopeType.EVENTS,
        }
        if envelope.type == EnvelopeType.EVENTS:
            frame["retry_attempt"] = envelope.retry_attempt
            frame["retry_reason"] = "timeout" if envelope.retry_attempt else ""
            if retry_attempt is None and envelope.attempts < len(self._rules.redelivery):
                connection.later(self._rules.redelivery[envelope.attempts], lambda: self._retry(envelope))
        envelope.sent.append(self._state.clock.now())
        connection.push(frame)

    def _retry(self, envelope: Envelope) -> None:
        with self._state.changing():
            if not envelope.acks and envelope not in self._waiting:
                self._deliver(envelope)

    def _keep_or_lose(self, envelope: Envelope) -> None:
        if envelope.type == EnvelopeType.EVENTS:
            self._waiting.append(envelope)
        else:
            self._lose_unless_event(envelope)

    def _next_connection(self) -> Connection | None:
        open_ = [connection for connection in self._connections if not connection.draining]
        return open_[next(self._turns) % len(open_)] if open_ else None
