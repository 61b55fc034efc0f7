"""Filing: a signal goes under the one report of its problem. One at a time, so that two reports of one fault meet."""

from __future__ import annotations

import datetime as dt

from pydantic import BaseModel, ConfigDict
from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from storage.columns import now
from storage.errors import IllegalMove, NotFound, Overtaken
from storage.groups import Considered, Pair, PairKind, Placement
from storage.heirs import heir_of
from storage.journal import tell, told, touch
from storage.judgments import Grouping
from storage.keys import fitted
from storage.plumbing import FILING, Epoch
from storage.records import Entry, EntryKind, Report, Signal, SignalKey
from storage.signals.remembering import is_as_read
from storage.status import CLOSED, SignalStatus, Status, Visibility
from storage.transactions import Transactions, found, insert_once, locked

JOINS_SHOWN = 5  # joins of one report that are told and drawn in a COOL_DOWN; the others are counted, then told at once
COOL_DOWN = dt.timedelta(minutes=1)


class NewReport(BaseModel):
    """What a report is opened with."""

    model_config = ConfigDict(frozen=True)

    title: str
    gist: str
    subject: str  # external id of its first signal
    channel: str
    visibility: Visibility
    repository: str = ""
    regression_of: int | None = None


class Filed(BaseModel):
    """Where a signal went."""

    model_config = ConfigDict(frozen=True)

    report_id: int
    opened: bool
    quiet: bool = False  # only counted: so many came at once that they are told together, when it is calm again


class Filing:
    """The filing of signals under reports."""

    def __init__(self, transactions: Transactions) -> None:
        self._on = transactions

    def epoch(self) -> int:
        """The number of the present; read it before the candidates, and hand it to `file`."""
        with self._on.read() as session:
            return found(session, Epoch, FILING).value

    def file(
        self,
        signal_id: int,
        *,
        report_id: int | None,
        grouping: Grouping,
        candidates: tuple[str, ...],
        epoch: int,
        weight: float,
        keys: tuple[str, ...],
        new_report: NewReport | None,
        step: str,
        considered: Considered = Considered(),  # noqa: B008 frozen
        title: str = "",
        absorbed: bool = False,
        revision: int | None = None,
    ) -> Filed:
        """File a signal under `report_id` (or its heir), or a report opened for it. One that is filed already stays.

        A `title` becomes that of the report it joins; one `absorbed` may join a resolved one. Of words newer than
        `revision` it awaits the digest. Raises Overtaken when a report would be opened although something was filed
        after `epoch`, or its report was resolved; IllegalMove for privacy; NotFound when erased.
        """
        with self._on.write() as session:
            present = locked(session, Epoch, FILING)
            signal = locked(session, Signal, signal_id)
            if known := _known(session, step, signal, revision):
                return known
            target = signal.report_id or (None if report_id is None else heir_of(session, report_id))
            report = _open(session, new_report, present, epoch) if target is None else locked(session, Report, target)
            quiet = target is not None and _joins_quietly(session, report, signal, absorbed=absorbed)
            filed = Filed(report_id=report.id or 0, opened=target is None, quiet=quiet)
            present.value += 1
            signal.grouping, signal.candidates = grouping, candidates
            _rest(signal, revision)
            _write(session, signal, report, epoch=present.value, weight=weight, keys=keys)
            _retitle(report, title if target else "")
            _tell(session, signal, report, filed, step)
            _keep(session, signal, filed, keys, step, considered)
            return filed

    def tell_of_the_many(self, at: dt.datetime) -> list[int]:
        """Tell in one line how many signals were only counted, once their report's minute is over. The reports."""
        late = (col(Report.untold) > 0) & (col(Report.joins_since) <= at - COOL_DOWN)
        with self._on.read() as session:
            ids = list(session.exec(select(Report.id).where(late).order_by(col(Report.id))))
        for report_id in ids:
            with self._on.write() as session:
                report = locked(session, Report, report_id or 0)
                if report.untold:
                    many = f"{report.untold:,} more signals joined, too many at once to name each"
                    tell(session, report.id or 0, EntryKind.SIGNAL, "world", many)
                    report.untold = 0
                    report.version += 1
        return [report_id or 0 for report_id in ids]


def _as_told(session: Session, step: str) -> Filed | None:
    """What the first call with this step returned; None when there was none."""
    placed = session.exec(select(Placement).where(Placement.step == step)).first()
    if placed is not None:
        return Filed(report_id=heir_of(session, placed.report_id), opened=placed.opened, quiet=placed.quiet)
    entry = told(session, step)  # its placement is gone with the signal's words, or older than placements are
    if entry is None:
        return None
    first = session.exec(select(func.min(Entry.id)).where(Entry.report_id == entry.report_id)).one()
    return Filed(report_id=entry.report_id, opened=entry.id == first)


def _known(session: Session, step: str, signal: Signal, revision: int | None) -> Filed | None:
    """The same, and a signal that waits again since then does so no more. NotFound: it was erased."""
    known = _as_told(session, step)
    if known is None:
        _not_erased(signal)
    elif signal.status is SignalStatus.AWAITING_DIGEST:
        _rest(signal, revision)
    return known


def _open(session: Session, new: NewReport | None, present: Epoch, epoch: int) -> Report:
    if present.value != epoch:
        raise Overtaken("Something else was filed since the candidates were read; read them again.")
    if new is None:
        raise ValueError("file() needs a report to join or one to open")
    report = Report(**new.model_dump())
    session.add(report)
    if new.regression_of is not None:
        touch(session, new.regression_of)  # it tells of the one that follows it
    session.flush()
    return report


def _check(session: Session, report: Report, signal: Signal) -> None:
    other = session.exec(select(Signal).where(Signal.report_id == report.id).limit(1)).first()
    if report.visibility is not signal.visibility or (
        signal.visibility is Visibility.PRIVATE and other is not None and other.channel != signal.channel
    ):
        raise IllegalMove(
            f"{signal.external_id} is {signal.visibility} and {report.ref} is {report.visibility}: filed there, it "
            "could be read by people who may not, or hide what is public. Open a report of its own."
        )


def _write(
    session: Session, signal: Signal, report: Report, *, epoch: int, weight: float, keys: tuple[str, ...]
) -> None:
    report.weight += weight - (signal.weight if signal.report_id is not None else 0.0)
    signal.report_id = report.id
    signal.filed_at = signal.filed_at or now()
    signal.filed_epoch = epoch
    signal.weight = weight
    signal.trouble = ""
    session.execute(delete(SignalKey).where(col(SignalKey.signal_id) == signal.id))
    session.add_all(SignalKey(signal_id=signal.id or 0, key=key) for key in fitted(keys))


def _retitle(report: Report, title: str) -> None:
    """Call it so, unless it is closed or there is no such title."""
    if title and report.status not in CLOSED:
        report.title = title


def _joins_quietly(session: Session, report: Report, signal: Signal, *, absorbed: bool) -> bool:
    """Check that the signal may join the report, if it is not there already; whether it is only counted there."""
    if signal.report_id is not None:
        return False
    if report.status is Status.RESOLVED and not absorbed:
        raise Overtaken(f"{report.ref} was resolved since the candidates were read; read them again.")
    _check(session, report, signal)
    return _is_one_of_many(report)


def _not_erased(signal: Signal) -> None:
    if signal.status is SignalStatus.ERASED:
        raise NotFound(f"{signal.external_id} was deleted in {signal.source} meanwhile; there is nothing to file.")


def _rest(signal: Signal, revision: int | None) -> None:
    """It needs no digest any more, if the words are its own that were read, and it is where they belong."""
    if is_as_read(signal, revision):
        signal.status = SignalStatus.FILED


def _tell(session: Session, signal: Signal, report: Report, filed: Filed, step: str) -> None:
    """Have the report drawn anew and say so in its journal; one of very many is counted, and told of later."""
    if filed.quiet:
        report.untold += 1
        return
    report.version += 1
    _journal(session, signal, report, opened=filed.opened, step=step)


def _journal(session: Session, signal: Signal, report: Report, *, opened: bool, step: str) -> None:
    again = signal.revision > 1 and not opened
    text = (
        f"{signal.external_id} from {signal.source} {'opened it' if opened else 'was read anew' if again else 'joined'}"
    )
    if opened and report.regression_of is not None:
        before = found(session, Report, report.regression_of)
        dismissed = before.status is Status.DISMISSED and signal.asked_by
        text += (
            f"; {before.ref} was dismissed, and <@{signal.asked_by}> asked to have it looked at again"
            if dismissed
            else (f"; it may be a regression of {before.ref}")
        )
    tell(session, report.id or 0, EntryKind.SIGNAL, "world", text, step)


def _is_one_of_many(report: Report) -> bool:
    """Whether so many signals have joined within a minute that this one is only counted. Counts it."""
    at = now()
    if report.joins_since is None or at - report.joins_since >= COOL_DOWN:
        report.joins_since, report.joins = at, 0
    report.joins += 1
    return report.joins > JOINS_SHOWN


def _keep(  # noqa: PLR0917 the parts of a placement
    session: Session, signal: Signal, filed: Filed, keys: tuple[str, ...], step: str, considered: Considered
) -> None:
    """Keep the decision, and the report that nearly was the right one."""
    session.add(
        Placement(
            step=step,
            signal_id=signal.id or 0,
            report_id=filed.report_id,
            opened=filed.opened,
            quiet=filed.quiet,
            reason=signal.grouping.reason if signal.grouping is not None else "",
            keys=fitted(keys),
            considered=considered,
        )
    )
    if considered.near_miss is None or (near := heir_of(session, considered.near_miss)) == filed.report_id:
        return
    one, other = sorted((near, filed.report_id))
    likely = (each.likelihood for each in considered.candidates if each.report_id == considered.near_miss)
    insert_once(session, Pair(one_id=one, other_id=other, kind=PairKind.NEAR_MISS, likelihood=next(likely, 0.0)))
