"""Pardons: what people restored from the quarantine, so that the same from that source is not held again."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import or_, update
from sqlmodel import Session, col, select

from storage.columns import now
from storage.plumbing import Pardon
from storage.records import Signal
from storage.status import Visibility
from storage.transactions import Transactions, insert_once, locked

_WORDS = "words:"  # begins the fragment that stands for a whole signal's words
_EACH = 2  # pardons that restoring one signal leaves at most


@dataclass(frozen=True)
class Restored:
    """A signal that somebody restored, when, how many later ones that let pass, and the class it was held for."""

    signal: Signal
    by: str
    at: dt.datetime
    used: int
    threat: str  # empty: it could not be judged


class Pardons:
    """The pardons; `Signals.restore` writes them."""

    def __init__(self, transactions: Transactions) -> None:
        self._on = transactions

    def of(self, source: str) -> frozenset[str]:
        """The fragments that stand pardoned for a source."""
        with self._on.read() as session:
            standing = select(Pardon.fragment).where(Pardon.source == source, Pardon.withdrawn_by == "")
            return frozenset(session.exec(standing))

    def log(self, limit: int = 20) -> list[Pardon]:
        """Who restored what and when, newest first; withdrawn ones among them."""
        with self._on.read() as session:
            return list(session.exec(select(Pardon).order_by(col(Pardon.id).desc()).limit(limit)))

    def use(self, source: str, fragment: str) -> None:
        """Count that it let another signal pass."""
        with self._on.write() as session:
            used = update(Pardon).where(col(Pardon.source) == source, col(Pardon.fragment) == fragment)
            session.execute(used.values(used=Pardon.used + 1))

    def standing(self, channel: str, limit: int) -> list[Restored]:
        """What was restored, stands pardoned and may be seen in this channel, the latest first."""
        seen = or_(col(Signal.visibility) == Visibility.PUBLIC, col(Signal.channel) == channel)
        asked = select(Pardon, Signal).join(Signal, col(Signal.id) == Pardon.signal_id)
        asked = asked.where(Pardon.withdrawn_by == "", seen).order_by(col(Pardon.id).desc())
        latest: dict[int, Restored] = {}
        with self._on.read() as session:
            for given, signal in session.exec(asked.limit(limit * _EACH)):
                known = latest.get(given.signal_id)
                used = given.used + (known.used if known else 0)
                threat = given.fragment.partition(":")[0] if is_of_a_class(given) else known.threat if known else ""
                latest[given.signal_id] = Restored(signal, given.by, given.at, used, threat)
        return list(latest.values())[:limit]

    def withdraw(self, signal_id: int, by: str) -> bool:
        """Take back what restoring this signal pardoned: such text is judged again. False when nothing of it stands."""
        with self._on.write() as session:
            standing = select(Pardon).where(Pardon.signal_id == signal_id, Pardon.withdrawn_by == "")
            rows = [locked(session, Pardon, row.id or 0) for row in session.exec(standing)]
            for row in rows:
                row.withdrawn_by = row.withdrawn_by or by
            return bool(rows)


def is_of_a_class(given: Pardon) -> bool:
    """Whether it pardons a fragment of some class, and not the words of a whole signal."""
    return not given.fragment.startswith(_WORDS)


def words_fragment(signal: Signal) -> str:
    """By what the words of a whole signal are known again; empty when it has none left."""
    return f"{_WORDS}{signal.text_hash}" if signal.text_hash else ""


def pardon(session: Session, signal: Signal, by: str) -> None:
    """Remember what a restored signal was held for, and its words as a whole."""
    blocked = signal.screening.fragment if signal.screening is not None else ""
    for fragment in filter(None, (blocked, words_fragment(signal))):
        row = Pardon(source=signal.source, fragment=fragment, signal_id=signal.id or 0, by=by)
        if insert_once(session, row) is None:
            again = update(Pardon).where(col(Pardon.source) == signal.source, col(Pardon.fragment) == fragment)
            stand = again.where(col(Pardon.withdrawn_by) != "")
            session.execute(stand.values(withdrawn_by="", by=by, at=now(), signal_id=signal.id))
