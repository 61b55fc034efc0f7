"""Faults on purpose: what the playground's servers do to a bot that calls them, once a test has asked for it.

Each server reports every call twice, by a name such as ``slack:chat.postMessage`` or ``github:pulls.create``:
on receipt, before anything has happened, and once it has performed the call but has not answered. The second is
the dangerous point: the world has changed and the caller does not know.
"""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from playground.callers import caller_among


class Moment(StrEnum):
    """When, in the life of one call, a fault strikes."""

    RECEIPT = "receipt"
    PERFORMED = "performed"


class Kind(StrEnum):
    """What the fault does."""

    KILL = "kill"  # SIGKILL to the victim that called, to all of them if that is not known; the call is never answered
    REFUSE = "refuse"  # answer with `status` (429 carries Retry-After), in the server's own error format
    DROP = "drop"  # close the connection without an answer
    HOLD = "hold"  # let it wait until `let_go`; then it goes on as if nothing had been


@dataclass(frozen=True)
class Fault:
    """Strike at the `nth` call of this name (1-based, counted per moment), `times` times in a row."""

    call: str
    moment: Moment
    kind: Kind
    nth: int = 1
    times: int = 1
    status: int = 500
    retry_after: int = 1
    error: str = ""  # Slack's own word for its no, such as restricted_action, said with 200


class Refused(Exception):
    """The server must answer this call with `fault.status` and its usual error body."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"{fault.call} is refused with {fault.status}")
        self.fault = fault


class Dropped(Exception):
    """The server must close the connection without answering."""


@dataclass
class Faults:
    """The faults in force, the processes to kill, and how often each call was seen. Safe to share between threads."""

    victims: list[int] = field(default_factory=list)
    _faults: list[Fault] = field(default_factory=list)
    _seen: Counter[tuple[str, Moment]] = field(default_factory=Counter)
    _struck: list[Fault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _let_go: threading.Event = field(default_factory=threading.Event)

    def plan(self, *faults: Fault) -> None:
        """Put these faults in force; counting starts anew for the calls they name."""
        with self._lock:
            for fault in faults:
                self._seen[fault.call, fault.moment] = 0
                self._faults.append(fault)

    def clear(self) -> None:
        """Lift every fault."""
        with self._lock:
            self._faults.clear()

    def let_go(self) -> None:
        """Let all calls go on that are held, and hold no more."""
        self._let_go.set()

    def struck(self) -> list[Fault]:
        """The faults that have struck so far, in order."""
        with self._lock:
            return list(self._struck)

    def seen(self, call: str) -> int:
        """How many calls of this name were received since counting began."""
        with self._lock:
            return self._seen[call, Moment.RECEIPT]

    def calls(self) -> dict[str, int]:
        """Every call name received so far with its count."""
        with self._lock:
            return {call: n for (call, moment), n in self._seen.items() if moment is Moment.RECEIPT}

    def strike(self, call: str, moment: Moment) -> None:
        """To be called by a server at both moments of every call.

        Raises Refused or Dropped when a fault says so. A KILL sends SIGKILL to the victims and then raises Dropped.
        """
        with self._lock:
            self._seen[call, moment] += 1
            fault = self._due(call, moment, self._seen[call, moment])
            if fault is None:
                return
            self._struck.append(fault)
            is_held = fault.kind is Kind.HOLD
            victims = list(self.victims) if fault.kind is Kind.KILL else []
        if is_held:
            self._let_go.wait()
            return
        if len(victims) > 1 and (caller := caller_among(victims)) is not None:
            victims = [caller]
        for victim in victims:
            _kill(victim)
        if fault.kind is Kind.REFUSE:
            raise Refused(fault)
        raise Dropped(call)

    def _due(self, call: str, moment: Moment, count: int) -> Fault | None:
        for fault in self._faults:
            if (fault.call, fault.moment) == (call, moment) and fault.nth <= count < fault.nth + fault.times:
                return fault
        return None


def _kill(victim: int) -> None:
    try:
        os.kill(victim, signal.SIGKILL)
    except ProcessLookupError:
        return  # it is dead already, which is what was wanted
