"""Pairs of reports: those that may be one problem, and those that people said are two."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy import delete
from sqlmodel import Session, col, or_, select

from storage.columns import now
from storage.errors import IllegalMove
from storage.groups import Pair, PairKind
from storage.heirs import heir_of
from storage.journal import tell, touch
from storage.records import EntryKind, Report
from storage.transactions import Transactions, insert_once, locked


class Pairs:
    """What is known about pairs."""

    def __init__(self, transactions: Transactions) -> None:
        self._on = transactions

    def of_report(self, report_id: int) -> list[Pair]:
        """Those it is one of, the likeliest first."""
        with self._on.read() as session:
            return pairs_of(session, report_id)

    def apart(self, report_ids: Collection[int]) -> set[frozenset[int]]:
        """Which of these reports people said are two."""
        with self._on.read() as session:
            inside = col(Pair.one_id).in_(report_ids) & col(Pair.other_id).in_(report_ids)
            rows = session.exec(select(Pair).where(inside, Pair.kind == PairKind.APART))
            return {frozenset((pair.one_id, pair.other_id)) for pair in rows}

    def differ(self, one: int, other: int, *, by: str) -> bool:
        """Keep that they are two; False when somebody said so before. Raises IllegalMove when they were merged."""
        with self._on.write() as session:
            first, second = (locked(session, Report, report_id) for report_id in sorted((one, other)))
            if heir_of(session, one) == heir_of(session, other):
                away = second if second.merged_into is not None else first
                raise IllegalMove(
                    f"{first.ref} and {second.ref} have been merged. If they are two problems, take that back: "
                    f"`/signalbox undo {away.ref}`."
                )
            known = _pair(session, one, other)
            if known is not None and known.kind is PairKind.APART:
                return False
            set_apart(session, one, other, by)
            for report in (first, second):
                text = f"{first.ref} and {second.ref} are different problems"
                tell(session, report.id or 0, EntryKind.CORRECTION, by, text)
                touch(session, report.id or 0)
            return True


def pairs_of(session: Session, report_id: int) -> list[Pair]:
    """Those it is one of, the likeliest first."""
    part = or_(Pair.one_id == report_id, Pair.other_id == report_id)
    return list(session.exec(select(Pair).where(part).order_by(col(Pair.likelihood).desc(), col(Pair.id))))


def set_apart(session: Session, one: int, other: int, by: str) -> None:
    """Keep that two reports are two problems."""
    first, second = sorted((one, other))
    insert_once(session, Pair(one_id=first, other_id=second, kind=PairKind.APART, by=by))
    pair = _pair(session, one, other)
    if pair is not None:
        pair.kind, pair.by, pair.at = PairKind.APART, by, now()


def forget(session: Session, one: int, other: int) -> None:
    """Nothing is said about them any more."""
    first, second = sorted((one, other))
    session.execute(delete(Pair).where(col(Pair.one_id) == first, col(Pair.other_id) == second))


def inherit(session: Session, report_id: int, heir_id: int, at: dt.datetime) -> None:
    """What is known of a report that is merged away at this moment is known of its heir, unless more is known there."""
    for pair in pairs_of(session, report_id):
        if (other := pair.other(report_id)) != heir_id:
            first, second = sorted((heir_id, other))
            same = Pair(one_id=first, other_id=second, kind=pair.kind, likelihood=pair.likelihood, by=pair.by, at=at)
            insert_once(session, same)


def disinherit(session: Session, heir_id: int, at: dt.datetime, others: Collection[int] | None = None) -> set[int]:
    """Take that back, because the merge of that moment is undone; with which reports it was a pair by that.

    With `others` only those pairs: an heir of the heir inherited them in turn, at the moment of its own merge.
    """
    rows = [pair for pair in pairs_of(session, heir_id) if pair.at == at]
    gone = [pair for pair in rows if others is None or pair.other(heir_id) in others]
    for pair in gone:
        session.delete(pair)
    return {pair.other(heir_id) for pair in gone}


def _pair(session: Session, one: int, other: int) -> Pair | None:
    first, second = sorted((one, other))
    return session.exec(select(Pair).where(Pair.one_id == first, Pair.other_id == second)).first()
