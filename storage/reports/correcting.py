"""Corrections: people merge reports, split signals off, and undo both. Keys move along, so later signals follow."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlmodel import Session, col, or_, select

from storage import journal
from storage.calling import call_as_before, call_by_first, keep_name
from storage.columns import now
from storage.errors import IllegalMove
from storage.groups import Correction, CorrectionKind
from storage.heirs import heir_of, merges_of
from storage.plumbing import FILING, Epoch
from storage.records import EntryKind, Report, Signal, SignalKey
from storage.reports import pairs
from storage.reports.correctable import may_merge, may_split
from storage.sleep import Waking, wake
from storage.status import Dismissal, Mover, Status
from storage.taking import give
from storage.transactions import Transactions, found, locked


class Corrections:
    """What people correct. Every change raises IllegalMove with a sentence for people when it is not allowed."""

    def __init__(self, transactions: Transactions) -> None:
        self._on = transactions

    def get(self, correction_id: int) -> Correction:
        """The correction. Raises NotFound."""
        with self._on.read() as session:
            return found(session, Correction, correction_id)

    def of_report(self, report_id: int) -> list[Correction]:
        """Those it had a part in, oldest first; undone ones among them."""
        with self._on.read() as session:
            part = or_(Correction.report_id == report_id, Correction.other_id == report_id)
            return list(session.exec(select(Correction).where(part).order_by(col(Correction.id))))

    def merge(self, report_id: int, into: int, *, by: str) -> Correction:
        """Move a report's signals into another one, and close it; it points to its heir from then on."""
        with self._on.write() as session:
            epoch = locked(session, Epoch, FILING)
            signals = _signals(session, report_id)
            report, heir = _two(session, report_id, heir_of(session, into))
            if report.id == heir.id != into:
                raise IllegalMove(f"SB-{into} has been merged into {report.ref} already; nothing was changed.")
            may_merge(report, heir)
            correction = Correction(
                kind=CorrectionKind.MERGE,
                report_id=report_id,
                other_id=heir.id or 0,
                signals=tuple(signal.id or 0 for signal in signals),
                by=by,
                before=report.status,
                reason_before=report.dismissal,
            )
            keep_name(correction, heir)
            session.add(correction)
            _close(session, report, heir, by)
            _move(signals, report, heir, epoch)
            pairs.forget(session, report_id, heir.id or 0)
            pairs.inherit(session, report_id, heir.id or 0, correction.at)
            text = f"{report.ref} was merged into {heir.ref}, with {_many(signals)}"
            _tell(session, (report, heir), by, text)
            session.flush()
            return correction

    def split(self, report_id: int, signal_ids: Collection[int], *, by: str) -> Correction:
        """Move some of a report's signals into a new one; the two are kept apart from then on."""
        with self._on.write() as session:
            epoch = locked(session, Epoch, FILING)
            every = _signals(session, report_id)
            report = locked(session, Report, report_id)
            chosen = [signal for signal in every if signal.id in signal_ids]
            may_split(report, every, chosen)
            new = _opening(report, chosen)
            session.add(new)
            session.flush()
            correction = Correction(
                kind=CorrectionKind.SPLIT,
                report_id=report_id,
                other_id=new.id or 0,
                signals=tuple(signal.id or 0 for signal in chosen),
                by=by,
                before=report.status,
            )
            keep_name(correction, report)
            session.add(correction)
            _move(chosen, report, new, epoch)
            if report.subject in {signal.external_id for signal in chosen}:
                call_by_first(report, [signal for signal in every if signal not in chosen])
            pairs.set_apart(session, report_id, new.id or 0, by)
            _tell(session, (report, new), by, f"{_many(chosen)} of {report.ref} became {new.ref}")
            session.flush()
            return correction

    def undo(self, correction_id: int, *, by: str) -> Correction:
        """Put things back as they were before, with what has come since at the side where it belongs."""
        with self._on.write() as session:
            epoch = locked(session, Epoch, FILING)
            correction = locked(session, Correction, correction_id)
            if correction.undone_by:
                raise IllegalMove(f"It was undone already, by <@{correction.undone_by}>.")
            if correction.kind is CorrectionKind.MERGE:
                _unmerge(session, correction, epoch, by)
            else:
                _unsplit(session, correction, epoch, by)
            correction.undone_by, correction.undone_at = by, now()
            return correction


def _unmerge(session: Session, correction: Correction, epoch: Epoch, by: str) -> None:
    heir_id = heir_of(session, correction.other_id)
    there = _signals(session, heir_id)
    report, heir = _two(session, correction.report_id, heir_id)
    back = [signal for signal in there if signal.id in correction.signals]
    back += _followers(session, correction, there)
    if not back and correction.signals and correction.before is not Status.DISMISSED:
        raise IllegalMove(_elsewhere(session, report, heir, correction))
    if correction.before is Status.DISMISSED:
        report.dismissal = correction.reason_before
        report.version += 1
    else:
        journal.move(
            session,
            report,
            Status.GATHERING,
            mover=Mover.HUMAN,
            who=by,
            because=f"the merge into {heir.ref} was undone",
            step=None,
            judgment=None,
            changes={"dismissal": None, "dismissed_because": ""},
        )
    report.merged_into = None
    _move(back, heir, report, epoch)
    session.flush()
    left = [signal for signal in there if signal not in back]
    if not call_as_before(session, correction) and left and heir.subject not in {each.external_id for each in left}:
        call_by_first(heir, left)
    _unpair(session, correction, by)
    _tell(session, (report, heir), by, f"the merge of {report.ref} into {heir.ref} was undone; {_many(back)} went back")


def _unpair(session: Session, correction: Correction, by: str) -> None:
    """What its heirs knew by this merge they know no more, and the report is known to be none of them."""
    gone = pairs.disinherit(session, correction.other_id, correction.at)
    pairs.set_apart(session, correction.report_id, correction.other_id, by)
    for merge in merges_of(session, correction.other_id):
        gone = pairs.disinherit(session, merge.other_id, merge.at, gone)
        pairs.set_apart(session, correction.report_id, merge.other_id, by)


def _unsplit(session: Session, correction: Correction, epoch: Epoch, by: str) -> None:
    """The report that was split off is merged back, with whatever joined it since."""
    home = heir_of(session, correction.report_id)
    signals, there = _signals(session, correction.other_id), _signals(session, home)
    new, report = _two(session, correction.other_id, home)
    may_merge(new, report)
    _close(session, new, report, by)
    _move(signals, new, report, epoch)
    every = sorted((*signals, *there), key=lambda signal: signal.id or 0)
    session.flush()
    as_before = call_as_before(session, correction)
    if not as_before and home == correction.report_id and every[:1] == signals[:1]:  # it was called by that one
        call_by_first(report, every)
    for other in {home, correction.report_id}:
        pairs.forget(session, new.id or 0, other)
    _tell(session, (new, report), by, f"the split was undone: {_many(signals)} of {new.ref} went back to {report.ref}")


def _elsewhere(session: Session, report: Report, heir: Report, correction: Correction) -> str:
    """Where the signals are that a merge had brought, if they were taken away from there again."""
    held = select(Signal.report_id).where(col(Signal.id).in_(correction.signals), col(Signal.report_id).is_not(None))
    refs = [f"SB-{each}" for each in sorted({each or 0 for each in session.exec(held)})]
    first = f" Undo that first: `/signalbox undo {refs[0]}`." if refs else ""
    return f"What {report.ref} brought to {heir.ref} is in {', '.join(refs) or 'no report'} now.{first}"


def _close(session: Session, report: Report, heir: Report, by: str) -> None:
    """Dismiss it, with its heir as the reason. Who works on it works on that now, unless somebody else does."""
    taken_by = report.taken_by
    if report.status is Status.DISMISSED:
        report.dismissal, report.version = Dismissal.DUPLICATE, report.version + 1
    else:
        journal.move(
            session,
            report,
            Status.DISMISSED,
            mover=Mover.HUMAN,
            who=by,
            because=f"merged into {heir.ref}",
            step=None,
            judgment=None,
            changes={"dismissal": Dismissal.MERGED, "dismissed_because": f"merged into {heir.ref}"},
        )
    report.merged_into = heir.id
    if taken_by and not heir.taken_by:
        give(session, heir, taken_by, by)


def _move(signals: Sequence[Signal], source: Report, target: Report, epoch: Epoch) -> None:
    """Move locked signals; every process's search learns of it by the epoch."""
    epoch.value += 1
    for signal in signals:
        signal.report_id = target.id
        signal.filed_epoch = epoch.value if signal.filed_epoch else 0
        source.weight -= signal.weight
        target.weight += signal.weight
    source.weight, target.weight = round(source.weight, 4), round(target.weight, 4)
    source.version += 1
    target.version += 1


def _opening(report: Report, chosen: Sequence[Signal]) -> Report:
    """The report of the signals that are split off."""
    first = chosen[0]
    said = next((signal.summary for signal in chosen if signal.summary), None)
    return Report(
        title=said.title if said else first.title or first.external_id,
        gist=said.gist if said else "",
        subject=first.external_id,
        channel=report.channel,
        visibility=report.visibility,
    )


def _followers(session: Session, correction: Correction, there: Sequence[Signal]) -> list[Signal]:
    """What joined the heir since, by a key that only the merged signals had."""
    keys = _keys(session, [signal.id or 0 for signal in there])
    ours = {key for each in correction.signals for key in keys.get(each, ())}
    later = [s for s in there if s.id not in correction.signals and s.filed_at and s.filed_at > correction.at]
    theirs = {
        key
        for signal in there
        if signal.id not in correction.signals and signal not in later
        for key in keys.get(signal.id or 0, ())
    }
    return [signal for signal in later if (mine := keys.get(signal.id or 0, set())) & ours and not mine & theirs]


def _keys(session: Session, signal_ids: Sequence[int]) -> dict[int, set[str]]:
    keys: dict[int, set[str]] = {}
    for row in session.exec(select(SignalKey).where(col(SignalKey.signal_id).in_(signal_ids))):
        keys.setdefault(row.signal_id, set()).add(row.key)
    return keys


def _signals(session: Session, report_id: int) -> list[Signal]:
    """All of a report's signals, oldest first, locked."""
    found(session, Report, report_id)
    rows = select(Signal).where(Signal.report_id == report_id).order_by(col(Signal.id)).with_for_update()
    return list(session.exec(rows))


def _two(session: Session, one: int, other: int) -> tuple[Report, Report]:
    """Two reports, locked in the order of their ids."""
    rows = {report_id: locked(session, Report, report_id) for report_id in sorted({one, other})}
    return rows[one], rows[other]


def _tell(session: Session, reports: Sequence[Report], by: str, text: str) -> None:
    for report in reports:
        journal.tell(session, report.id or 0, EntryKind.CORRECTION, by, text)
        wake(session, report, Waking.ACTED, by)


def _many(signals: Sequence[Signal]) -> str:
    return f"{len(signals):,} signal{'' if len(signals) == 1 else 's'}"
