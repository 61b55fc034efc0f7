"""Filing: a signal goes under the one report of its problem. One at a time, so that two reports of one fault meet."""

from __future__ import annotations

import hashlib

from pydantic import BaseModel, ConfigDict
from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from storage.columns import now
from storage.errors import IllegalMove, NotFound, Overtaken
from storage.journal import tell, told
from storage.judgments import Grouping
from storage.plumbing import Epoch
from storage.records import Entry, EntryKind, Report, Signal, SignalKey
from storage.remembering import FILING, rest
from storage.status import SignalStatus, Status, Visibility
from storage.transactions import Transactions, found, locked

KEY_LIMIT = 300  # characters, as wide as the column
KEYS_LIMIT = 50


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
    ) -> Filed:
        """File a signal under `report_id`, or under a report opened for it. One that is filed already stays there.

        Raises Overtaken when a report would be opened although something was filed after `epoch`, or when the report
        to join was resolved meanwhile: read the candidates again. Raises IllegalMove when a private signal would
        become visible elsewhere, NotFound when the signal was erased.
        """
        with self._on.write() as session:
            present = locked(session, Epoch, FILING)
            if (entry := told(session, step)) is not None:
                return _as_told(session, entry)
            signal = locked(session, Signal, signal_id)
            if signal.status is SignalStatus.ERASED:
                raise NotFound(
                    f"{signal.external_id} was deleted in {signal.source} meanwhile; there is nothing to file."
                )
            target = signal.report_id or report_id
            if target is None and present.value != epoch:
                raise Overtaken("Something else was filed since the candidates were read; read them again.")
            report = _open(session, new_report) if target is None else locked(session, Report, target)
            if target is not None and signal.report_id is None:
                _check(session, report, signal)
            present.value += 1
            _write(session, signal, report, epoch=present.value, weight=weight, keys=keys)
            signal.grouping, signal.candidates = grouping, candidates
            _journal(session, signal, report, opened=target is None, step=step)
            return Filed(report_id=report.id or 0, opened=target is None)


def fitted(keys: tuple[str, ...]) -> tuple[str, ...]:
    """The keys as they are kept: one that is too long ends in a hash of itself."""
    return tuple(dict.fromkeys(_fit(key) for key in keys[:KEYS_LIMIT] if key))


def _fit(key: str) -> str:
    if len(key) <= KEY_LIMIT:
        return key
    hashed = hashlib.sha256(key.encode(errors="replace")).hexdigest()
    return f"{key[: KEY_LIMIT - len(hashed) - 1]}~{hashed}"


def _as_told(session: Session, entry: Entry) -> Filed:
    """What the first call with this step returned: the entry that opens a journal is its report's first signal."""
    first = session.exec(select(func.min(Entry.id)).where(Entry.report_id == entry.report_id)).one()
    return Filed(report_id=entry.report_id, opened=entry.id == first)


def _open(session: Session, new: NewReport | None) -> Report:
    if new is None:
        raise ValueError("file() needs a report to join or one to open")
    report = Report(**new.model_dump())
    session.add(report)
    session.flush()
    return report


def _check(session: Session, report: Report, signal: Signal) -> None:
    if report.status is Status.RESOLVED:
        raise Overtaken(f"{report.ref} was resolved since the candidates were read; read them again.")
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
    report.version += 1
    signal.report_id = report.id
    rest(signal, SignalStatus.FILED)
    signal.filed_at = signal.filed_at or now()
    signal.filed_epoch = epoch
    signal.weight = weight
    signal.trouble = ""
    session.execute(delete(SignalKey).where(col(SignalKey.signal_id) == signal.id))
    session.add_all(SignalKey(signal_id=signal.id or 0, key=key) for key in fitted(keys))


def _journal(session: Session, signal: Signal, report: Report, *, opened: bool, step: str) -> None:
    again = signal.revision > 1 and not opened
    text = (
        f"{signal.external_id} from {signal.source} {'opened it' if opened else 'was read anew' if again else 'joined'}"
    )
    if opened and report.regression_of is not None:
        text += f"; it may be a regression of SB-{report.regression_of}"
    tell(session, report.id or 0, EntryKind.SIGNAL, "world", text, step)
