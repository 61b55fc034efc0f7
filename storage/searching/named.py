"""Reports that a signal names: by another signal's item, by an issue that they have, by our own name. Of one room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from storage.errors import NotFound
from storage.heirs import heir_of
from storage.linked import LinkedIssue
from storage.records import Report, Signal, SignalKey
from storage.status import SignalStatus, Visibility
from storage.tracked import TrackedIssue

FRONT = 3  # reports that are put before others because they are named: a text that names many names related ones
_HELD = 64  # signals of what is named that are looked at: the newest
_OF_REPORT = 3  # signals that stand for a report that is named itself


@dataclass(frozen=True)
class Name:
    """What a signal calls another one, or a report of ours."""

    items: tuple[str, ...] = ()  # external ids that may be meant
    sources: tuple[str, ...] = ()  # where such an item may be
    report: int = 0  # ours
    same: bool = False  # the signal says that it is the same problem

    @property
    def called(self) -> str:
        """As it is told from other names."""
        return f"SB-{self.report}" if self.report else self.items[0]

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of an item that has had several names: it changed teams."""
        return tuple(f"linear:{each}" for each in self.items if "#" not in each and "/" not in each)


@dataclass(frozen=True)
class NamedReport:
    """A report that is named, and its signals by which it is."""

    report_id: int
    signals: tuple[int, ...]
    same: bool
    called: tuple[str, ...]  # what the signal calls it


def named_reports(session: Session, names: Sequence[Name], channel: str) -> tuple[NamedReport, ...]:
    """The first few that are named, those first that are said to be the same; nothing of another room."""
    items, found = _items(session, names, channel), dict[int, tuple[dict[int, None], list[Name]]]()
    issues = _issues(session, names)
    for name in names:
        meant = (name.report,) if name.report else tuple(at for item, at in issues if item in name.items)
        hits = [hit for at, hit in items if at in _ids(name)]
        hits += [hit for report_id in meant for hit in _report(session, report_id, channel)]
        for signal_id, report_id in hits:
            signals, by = found.setdefault(report_id, ({}, []))
            signals[signal_id] = None
            by.append(name)
    told = [
        NamedReport(
            report_id, tuple(signals), any(one.same for one in by), tuple(dict.fromkeys(one.called for one in by))
        )
        for report_id, (signals, by) in found.items()
    ]
    return tuple(sorted(told, key=lambda each: not each.same)[:FRONT])


_At = tuple[str, str]  # a source with an external id, or nothing with a key
_Hit = tuple[int, int]  # a signal and its report


def _ids(name: Name) -> set[_At]:
    return {*((source, item) for source in name.sources for item in name.items), *(("", key) for key in name.keys)}


def _items(session: Session, names: Sequence[Name], channel: str) -> list[tuple[_At, _Hit]]:
    """Who has these names, the newest first."""
    asked = [name for name in names if name.items]
    if not asked:
        return []
    ids = or_(
        *(and_(col(Signal.source).in_(one.sources), col(Signal.external_id).in_(one.items)) for one in _together(asked))
    )
    rows = select(Signal.source, Signal.external_id, Signal.id, Signal.report_id).where(ids, *_shown(channel))
    found = session.exec(rows.order_by(col(Signal.id).desc()).limit(_HELD)).all()
    keyed = select(SignalKey.key, Signal.id, Signal.report_id).join(Signal, col(Signal.id) == SignalKey.signal_id)
    keyed = keyed.where(col(SignalKey.key).in_([key for one in asked for key in one.keys]), *_shown(channel))
    by_key = session.exec(keyed.order_by(col(SignalKey.signal_id).desc()).limit(_HELD)).all()
    return [
        *(((source, item), (signal_id or 0, report_id or 0)) for source, item, signal_id, report_id in found),
        *((("", key), (signal_id or 0, report_id or 0)) for key, signal_id, report_id in by_key),
    ]


def _issues(session: Session, names: Sequence[Name]) -> list[tuple[str, int]]:
    """The reports that have such an issue, made for them or linked by people, each with what it is called."""
    items = {item for name in names for item in name.items}
    if not items:
        return []
    made = select(TrackedIssue.identifier, TrackedIssue.report_id).where(col(TrackedIssue.identifier).in_(items))
    linked = select(LinkedIssue.identifier, LinkedIssue.report_id).where(
        col(LinkedIssue.identifier).in_(items), col(LinkedIssue.removed_at).is_(None)
    )
    return [*session.exec(made.limit(_HELD)), *session.exec(linked.order_by(col(LinkedIssue.id).desc()).limit(_HELD))]


def _together(names: Sequence[Name]) -> list[Name]:
    """One for all that may be in the same sources."""
    items: dict[tuple[str, ...], dict[str, None]] = {}
    for name in names:
        items.setdefault(name.sources, {}).update(dict.fromkeys(name.items))
    return [Name(tuple(known), sources) for sources, known in items.items()]


def _report(session: Session, report_id: int, channel: str) -> list[_Hit]:
    """The newest signals of a report of this room, or of what has its signals now."""
    try:
        heir = heir_of(session, report_id)
    except NotFound:
        return []
    for each in dict.fromkeys((report_id, heir)):
        report = session.get(Report, each)
        if report is None or report.visibility is not _visibility(channel) or (channel and report.channel != channel):
            return []
    rows = select(Signal.id).where(Signal.report_id == heir, *_shown(channel)).order_by(col(Signal.id).desc())
    return [(signal_id or 0, heir) for signal_id in session.exec(rows.limit(_OF_REPORT))]


def _shown(channel: str) -> tuple[bool, ...]:
    """What makes a signal one that may be found."""
    shown = (
        Signal.status == SignalStatus.FILED,
        col(Signal.report_id).is_not(None),
        Signal.visibility == _visibility(channel),
    )
    return (*shown, Signal.channel == channel) if channel else shown  # type: ignore[return-value]  # they are clauses


def _visibility(channel: str) -> Visibility:
    return Visibility.PRIVATE if channel else Visibility.PUBLIC
