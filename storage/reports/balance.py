"""What came of the reports in a span of time: how many were opened, planned, approved, merged, resolved, came back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel, ConfigDict
from sqlalchemy import ColumnElement, func
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from storage.records import Approval, Entry, EntryKind, Fix, Report, Signal
from storage.reports.soaks import Ending
from storage.run_rows import ModelCall
from storage.status import Dismissal, Mover, Status, Visibility
from storage.transactions import Transactions


class Grouped(StrEnum):
    """By what balances are told apart."""

    SOURCE = "source"  # of a report's first signal
    REPOSITORY = "repository"


class Balance(BaseModel):
    """How many reports came to what. A report counts once for each thing, however often it did it."""

    model_config = ConfigDict(frozen=True)

    opened: int = 0
    returned: int = 0  # of those opened, the ones that may be a problem that was closed before
    planned: int = 0  # people were shown a plan
    approved: int = 0
    ahead: int = 0  # a standing approval was a yes to its plan
    pull_requests: int = 0
    merged: int = 0
    came_back: int = 0  # after the merge, or the merge was reverted
    resolved: int = 0
    proven: int = 0  # of those: something would have told if it had come back
    dismissed: int = 0  # by people
    stuck: int = 0
    usd: float = 0.0

    @property
    def is_nothing(self) -> bool:
        """Whether nothing came of anything; money that was spent on reading does not count."""
        return not any(self.model_dump(exclude={"usd"}).values())


@dataclass(frozen=True)
class _Came:
    """The reports for each thing, and what was spent for each report; money for no report stands under 0."""

    reports: Mapping[str, frozenset[int]]
    usd: Mapping[int, float]

    def of(self, wanted: Callable[[int], bool]) -> Balance:
        counts = {name: sum(map(wanted, ids)) for name, ids in self.reports.items()}
        return Balance(**counts, usd=round(sum(usd for each, usd in self.usd.items() if wanted(each)), 6))

    def among(self, ids: frozenset[int]) -> _Came:
        """The same of some reports alone."""
        reports = {name: each & ids for name, each in self.reports.items()}
        return _Came(reports, {each: usd for each, usd in self.usd.items() if each in ids})

    @property
    def ids(self) -> frozenset[int]:
        return frozenset().union(self.usd, *self.reports.values())


class Balances:
    """Adds up."""

    def __init__(self, transactions: Transactions) -> None:
        self._on = transactions

    def since(self, moment: dt.datetime) -> Balance:
        """Of everything."""
        with self._on.read() as session:
            return _came(session, moment).of(lambda _: True)

    def by(self, moment: dt.datetime, what: Grouped) -> dict[str, Balance]:
        """Of each source or repository, the one with the most reports first; what is known of none stands under ""."""
        with self._on.read() as session:
            came = _came(session, moment)
            known = _sources(session) if what is Grouped.SOURCE else _repositories(session)
        return dict(sorted(_divided(came, known).items(), key=lambda one: (-one[1].opened, -one[1].usd, one[0])))

    def seen_in(
        self, moment: dt.datetime, channel: str, repository: str = "", what: Grouped | None = None
    ) -> dict[str, Balance]:
        """Of a channel's reports, or of those about a repository that may be spoken of there; told apart or not."""
        with self._on.read() as session:
            came, seen = _came(session, moment), _seen(session, channel, repository)
            known = _sources(session) if what is Grouped.SOURCE else _repositories(session)
            if what is None:
                return {"": came.of(seen.__contains__)}
            divided = _divided(came.among(seen), known)
        return dict(sorted(divided.items(), key=lambda one: (-one[1].opened, -one[1].usd, one[0])))

    def by_room(self, moment: dt.datetime) -> dict[str, Balance]:
        """Of the reports whose thread is in each channel, those only in which something came of any."""
        with self._on.read() as session:
            divided = _divided(_came(session, moment), _rooms(session))
        return {room: balance for room, balance in sorted(divided.items()) if room and not balance.is_nothing}


def _divided(came: _Came, names: Mapping[int, str]) -> dict[str, Balance]:
    """The balance of each name; what has none stands under ""."""
    return {
        name: came.of(lambda each, name=name: names.get(each, "") == name)  # type: ignore[misc]
        for name in {names.get(each, "") for each in came.ids}
    }


def _came(session: Session, moment: dt.datetime) -> _Came:
    def reports(*which: ColumnElement[bool]) -> frozenset[int]:
        return frozenset(report_id or 0 for report_id in session.exec(select(Report.id).where(*which)))

    def moved(*which: ColumnElement[bool]) -> frozenset[int]:
        asked = select(Entry.report_id).where(Entry.kind == EntryKind.MOVE, col(Entry.at) >= moment, *which)
        return frozenset(session.exec(asked.distinct()).all())

    def fixed(since: ColumnElement[bool]) -> frozenset[int]:
        return frozenset(session.exec(select(Fix.report_id).where(since).distinct()).all())

    opened = col(Report.created_at) >= moment
    ahead = select(Approval.report_id).where(col(Approval.standing_id).is_not(None), col(Approval.at) >= moment)
    ahead = ahead.where(Approval.lapsed_because == "")
    before, after = col(Entry.before), col(Entry.after)
    nobodys = reports((col(Report.dismissal) == Dismissal.QUIET) | col(Report.merged_into).is_not(None))
    return _Came(
        {
            "opened": reports(opened),
            "returned": reports(opened, col(Report.regression_of).is_not(None)),
            "planned": moved(after == Status.AWAITING_APPROVAL),
            "approved": moved(before == Status.AWAITING_APPROVAL, after == Status.AWAITING_FIX),
            "ahead": frozenset(session.exec(ahead.distinct()).all()),
            "pull_requests": fixed(col(Fix.opened_at) >= moment),
            "merged": fixed((col(Fix.merged_at) >= moment) & (col(Fix.by_hand) == "")),
            "came_back": moved(
                before == Status.AWAITING_PROOF, after == Status.GATHERING, col(Entry.who) == Mover.WORLD
            ),
            "resolved": moved(after == Status.RESOLVED),
            "proven": moved(after == Status.RESOLVED, col(Entry.text) == Ending.PROVEN.value),
            "dismissed": moved(after == Status.DISMISSED) - nobodys,
            "stuck": moved(after == Status.STUCK),
        },
        _spent(session, moment),
    )


def _spent(session: Session, moment: dt.datetime) -> dict[int, float]:
    """By report; a signal's reading counts for the report that it is in."""
    report = func.coalesce(col(ModelCall.report_id), col(Signal.report_id), 0)
    asked = columns(report, func.sum(ModelCall.cost_usd)).outerjoin_from(
        ModelCall, Signal, col(Signal.id) == col(ModelCall.signal_id)
    )
    rows = session.execute(asked.where(col(ModelCall.started_at) >= moment).group_by(report))
    return {int(report_id): float(usd) for report_id, usd in rows}


def _sources(session: Session) -> dict[int, str]:
    first = select(func.min(Signal.id)).where(col(Signal.report_id).is_not(None)).group_by(col(Signal.report_id))
    found = session.exec(select(Signal.report_id, Signal.source).where(col(Signal.id).in_(first)))
    return {report_id or 0: source for report_id, source in found}


def _repositories(session: Session) -> dict[int, str]:
    return {report_id or 0: name for report_id, name in session.exec(select(Report.id, Report.repository))}


def _seen(session: Session, channel: str, repository: str) -> frozenset[int]:
    """The reports of a channel; with a repository, those about it that are public or the channel's own."""
    if not repository:
        rows = select(Report.id).where(Report.channel == channel)
    else:
        open_to_all = (col(Report.visibility) == Visibility.PUBLIC) | (col(Report.channel) == channel)
        rows = select(Report.id).where(Report.repository == repository, open_to_all)
    return frozenset(each or 0 for each in session.exec(rows))


def _rooms(session: Session) -> dict[int, str]:
    return {report_id or 0: room for report_id, room in session.exec(select(Report.id, Report.channel))}
