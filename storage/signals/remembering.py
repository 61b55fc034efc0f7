"""What to do with a signal that a source brings: keep it, count it, or take its changes over. Inside a transaction."""

from __future__ import annotations

import datetime as dt
import hashlib
from enum import StrEnum

from pydantic import BaseModel, ConfigDict
from sqlalchemy import update
from sqlmodel import Session, col, select

from storage.columns import now
from storage.journal import tell, touch
from storage.plumbing import FILING, Epoch
from storage.raw import RawSignal
from storage.records import EntryKind, Report, Signal
from storage.signals.forgotten import forget_judgments
from storage.signals.narrowing import leave_wider
from storage.status import SignalStatus, Status, Unweighed, Visibility
from storage.transactions import insert_once, locked

LONGEST_UNREST = dt.timedelta(minutes=5)  # what changes all the time is read at least that often
REACH_LIMIT = 2**31 - 1  # what the column holds
_KEPT_AS_IT_CAME = (
    "source", "external_id", "occurrence", "title", "body", "url", "author", "channel", "thread_ts", "visibility",
    "severity", "reach", "keys", "labels", "asked_by", "happened_at",
)  # fmt: skip
AFTER = "after "  # begins the occurrence that we make of what returned
_RETURNS = 20  # times that one thing may come back
_UPDATED = ("title", "body", "url", "author", "severity", "reach", "keys", "labels")


class News(StrEnum):
    """What a delivery brought."""

    NEW = "new"
    DUPLICATE = "duplicate"  # nothing that we did not know
    EDITED = "edited"  # other words, or it grew, happened again, or somebody asks for it now


class Remembered(BaseModel):
    """The signal that a delivery was about, and what was new about it."""

    model_config = ConfigDict(frozen=True)

    signal_id: int
    news: News


def remember(session: Session, raw: RawSignal, quiet: dt.timedelta = dt.timedelta(0)) -> Remembered:
    """Keep a signal once. What is known is brought up to date; what was erased stays erased; what returns is new.

    Changed words wait for `quiet`, so that many changes in a row are read once; not longer than LONGEST_UNREST.
    """
    raw = raw.model_copy(update={"reach": min(raw.reach, REACH_LIMIT)})
    for _ in range(_RETURNS):
        row = Signal(**{name: getattr(raw, name) for name in _KEPT_AS_IT_CAME})
        row.text_hash = text_hash(raw.title, raw.body)
        made = insert_once(session, row)
        if made is not None:
            return Remembered(signal_id=int(made), news=News.NEW)
        known = session.exec(
            select(Signal)
            .where(Signal.source == raw.source, Signal.external_id == raw.external_id)
            .where(Signal.occurrence == raw.occurrence)
        ).one()
        if not _is_news(known, raw):
            return _counted(session, known)
        epoch = locked(session, Epoch, FILING)
        locked(session, Signal, known.id or 0)  # since it was read somebody may have deleted it, or filed it
        if not _has_returned(session, known, raw):
            break
        raw = raw.model_copy(update={"occurrence": f"{AFTER}SB-{known.report_id}"})
    if not _is_news(known, raw):
        return _counted(session, known)
    _take_over(session, known, raw, epoch, quiet)
    return Remembered(signal_id=known.id or 0, news=News.EDITED)


def text_hash(title: str, body: str) -> str:
    """By what an exact twin is found."""
    return hashlib.sha256(f"{title}\0{body}".encode(errors="replace")).hexdigest()


def _counted(session: Session, known: Signal) -> Remembered:
    """One more delivery of what we know."""
    more = update(Signal).where(col(Signal.id) == known.id).values(deliveries=Signal.deliveries + 1)
    session.execute(more)
    return Remembered(signal_id=known.id or 0, news=News.DUPLICATE)


def _is_news(known: Signal, raw: RawSignal) -> bool:
    """Whether a delivery says anything that we do not know. What was erased stays so."""
    return known.status is not SignalStatus.ERASED and _differs(known, raw)


def _has_returned(session: Session, known: Signal, raw: RawSignal) -> bool:
    """Whether it happened again after its report was resolved, or dismissed as fixed elsewhere or quiet.

    Sources tell of an error that goes on as of the same one; to us that is another occurrence.
    """
    if known.status is not SignalStatus.FILED or known.report_id is None or raw.happened_at <= known.happened_at:
        return False
    report = session.get_one(Report, known.report_id, populate_existing=True)
    is_over = report.status is Status.RESOLVED or (
        report.status is Status.DISMISSED and report.dismissal is not None and report.dismissal.may_come_back
    )
    return is_over and raw.happened_at > report.since


def _differs(known: Signal, raw: RawSignal) -> bool:
    return (
        known.text_hash != text_hash(raw.title, raw.body)
        or known.severity is not raw.severity
        or known.reach != raw.reach
        or known.happened_at < raw.happened_at
        or _asks_first(known, raw)
        or is_narrower(known, raw)
    )


def is_narrower(known: Signal, raw: RawSignal) -> bool:
    """Whether fewer people may see it than before, which is news though not a word of it changed."""
    return known.visibility is Visibility.PUBLIC and raw.visibility is Visibility.PRIVATE


def _asks_first(known: Signal, raw: RawSignal) -> bool:
    return bool(raw.asked_by) and not known.asked_by


def is_put_off(signal: Signal, at: dt.datetime) -> bool:
    """Whether its digest has to wait: for quiet, or for another try."""
    return signal.not_before is not None and signal.not_before > at


def is_as_read(signal: Signal, revision: int | None) -> bool:
    """Whether its words are those that a digest has read. Others are read by a digest of their own."""
    return revision is None or signal.revision == revision


def _take_over(session: Session, signal: Signal, raw: RawSignal, epoch: Epoch, quiet: dt.timedelta) -> None:
    """New words must be digested anew, and nobody's trust covers them. A new number alone keeps the judgments."""
    hashed = text_hash(raw.title, raw.body)
    reworded = signal.text_hash != hashed or (signal.author, signal.url) != (raw.author, raw.url)  # all is screened
    asked = _asks_first(signal, raw)
    if reworded or signal.status is not SignalStatus.AWAITING_DIGEST:
        signal.revision += 1
        signal.attempt = 1
    for name in _UPDATED:
        setattr(signal, name, getattr(raw, name))
    _narrow(session, signal, raw.visibility, epoch)
    signal.text_hash = hashed
    signal.happened_at = max(signal.happened_at, raw.happened_at)
    signal.asked_by = signal.asked_by or raw.asked_by
    if asked and not reworded and signal.filed_epoch:  # who asks is answered in other words
        epoch.value += 1
        signal.filed_epoch = epoch.value
    if not reworded:
        _have_weighed(signal, asks=bool(raw.asked_by))
    if reworded:
        forget_judgments(signal, epoch)
        if not is_put_off(signal, now()):  # one line for many changes in a row
            _say_so(session, signal)
        _put_off(signal, dt.timedelta(0) if asked else quiet)
    elif asked and signal.status in (SignalStatus.DROPPED, SignalStatus.AWAITING_DIGEST):
        _put_off(signal, dt.timedelta(0))
    if reworded or (asked and signal.status is SignalStatus.DROPPED):
        signal.status = SignalStatus.AWAITING_DIGEST


def _have_weighed(signal: Signal, *, asks: bool) -> None:
    """Have its report told that it counts otherwise now. A digest under way may have read what it counted before."""
    if signal.status is SignalStatus.FILED:
        signal.unweighed = Unweighed.ASKED if asks else signal.unweighed or Unweighed.GREW
    elif signal.status is SignalStatus.AWAITING_DIGEST:
        signal.unweighed = signal.unweighed or Unweighed.GREW


def _narrow(session: Session, signal: Signal, visibility: Visibility, epoch: Epoch) -> None:
    """What fewer people may see than its report leaves that, and is read anew. What is filed is never widened."""
    if signal.report_id is None:
        signal.visibility = visibility
    elif visibility is Visibility.PRIVATE and signal.visibility is Visibility.PUBLIC:
        leave_wider(session, signal, epoch)


def _put_off(signal: Signal, quiet: dt.timedelta) -> None:
    """Have it read after so much quiet. Its unrest began with the first change that was not read since."""
    if not quiet:
        signal.not_before = signal.unsettled_since = None
        return
    at = now()
    if signal.unsettled_since is None or not is_put_off(signal, at):
        signal.unsettled_since = at
    signal.not_before = min(at + quiet, max(at, signal.unsettled_since + LONGEST_UNREST))


def _say_so(session: Session, signal: Signal) -> None:
    if signal.report_id is not None:
        name = f"{signal.external_id} was edited in {signal.source}"
        tell(session, signal.report_id, EntryKind.SIGNAL, "world", name)
        touch(session, signal.report_id)
