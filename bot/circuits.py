"""The circuit breakers of this process, and the rows that tell people which of them are open.

A source's breaker is its cursor's; these are of what jobs ask besides. A row is the latest word of whichever process
wrote it, and is kept like a cursor, under a name that no source can have.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import structlog

from agents.adapters.claude.roster import Roster
from agents.circuit import Circuit, Rest
from agents.terms import Policy
from storage.columns import now
from storage.errors import DatabaseDown
from storage.plumbing import Cursor
from storage.store import Store

log = structlog.get_logger()

API, GIT = "GitHub's API", "GitHub's git"
_ROW = "breaker:"  # begins the name of a breaker's row


@dataclass(frozen=True)
class Circuits:
    """Makes circuits that keep a row each."""

    store: Store
    redact: Callable[[str], str]
    clock: Callable[[], dt.datetime] = field(default=now)

    def of(self, name: str) -> Circuit:
        """The circuit of what people call so."""
        told = bool(self.store.cursors.get(_row(name)).trouble)
        return Circuit(partial(self._keep, name), told=told)

    def roster(self) -> Roster:
        """Of models; each has its own."""
        return Roster(made=self.of)

    def _keep(self, name: str, rest: Rest | None) -> None:
        """Write down that it rests, or answers again. A circuit breaks also where the database does not answer."""
        row = _row(name)
        try:
            if rest is None:
                self.store.cursors.advance(row, "", [])
                log.info("answers again", dependency=name)
                return
            at = self.clock()
            why = self.redact(rest.why)
            self.store.cursors.failed(row, why, at + dt.timedelta(seconds=rest.seconds), rests_since=at)
            log.warning("rests", dependency=name, seconds=round(rest.seconds), why=why)
        except DatabaseDown:
            log.warning("that something rests, or not, could not be kept", dependency=name)


def known_rests(store: Store, policy: Policy) -> Sequence[Cursor]:
    """What is left alone, or was and has not been asked since, under the names that people know."""
    return [row for row in _rows(store, policy) if row.trouble]


def all_breakers(store: Store, policy: Policy) -> Sequence[Cursor]:
    """Of whatever has one that is kept, sources included, whether it is open or not."""
    return [*_rows(store, policy), *(store.cursors.get(source) for source in policy.sources)]


def _rows(store: Store, policy: Policy) -> Sequence[Cursor]:
    models = (at.name for at in policy.models.all_asked())
    rows = ((name, store.cursors.get(_row(name))) for name in (API, GIT, *models))
    return [row.model_copy(update={"source": name}) for name, row in rows]


def _row(name: str) -> str:
    return f"{_ROW}{name}"[:80]
