"""What goes when a signal's words go: from the signal, from the search, and from what was drawn from them elsewhere."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import delete, text, update
from sqlmodel import Session, col, select

from storage.calling import forget_names
from storage.groups import Pair, Placement
from storage.inquiries import Inquiry, Reply
from storage.journal import touch
from storage.judgments import EvidenceKind, Research
from storage.plumbing import Epoch, InboxRow, SlackMessage
from storage.raw import SLACK
from storage.records import Entry, Report, Signal, SignalKey
from storage.run_rows import Run, ToolUse
from storage.signals.forgotten import forget_judgments
from storage.status import SignalStatus
from storage.transactions import found, insert_once, locked

ERASED_TITLE = "(deleted where it was reported)"
ERASED_QUOTE = "(erased)"
ERASURES, SCRUBBED = "erasures", "scrubbed"  # names of epochs: what was erased, and what of it is gone from the file
_DELETION = "message_deleted"  # the event that asks for an erasure must still be dealt with


def erase_words(session: Session, signal: Signal, epoch: Epoch) -> None:
    """Forget the words of a locked signal, and all that was made of them. `epoch` is that of the filing."""
    forget_judgments(signal, epoch)
    signal.title = signal.body = signal.author = signal.text_hash = signal.trouble = ""
    signal.keys = signal.labels = ()
    signal.candidates = ()
    signal.grouping = None
    signal.status = SignalStatus.ERASED
    forget_names(session, signal.external_id, signal.report_id)
    session.execute(delete(SignalKey).where(col(SignalKey.signal_id) == signal.id))
    session.execute(delete(Placement).where(col(Placement.signal_id) == signal.id))
    if signal.source == SLACK:
        _erase_messages(session, signal.external_id)


def _erase_messages(session: Session, external_id: str) -> None:
    """Forget the words of the thread that a signal is; not of the answers in it that are signals of their own."""
    of_its_own = col(SlackMessage.promoted) & (col(SlackMessage.id) != external_id)
    theirs = (col(SlackMessage.id) == external_id) | (col(SlackMessage.thread) == external_id)
    session.execute(update(SlackMessage).where(theirs, ~of_its_own).values(text="", author=""))


def erase_quotes(session: Session, report_id: int, external_ids: Collection[str]) -> None:
    """Forget what a report's research, answers and journal quote of these signals, and what its tools were asked."""
    report = locked(session, Report, report_id)
    erase_lines(session, report_id)
    if report.research is not None:
        shape = report.research.model_dump(mode="json")
        if _without_quotes(shape, external_ids):
            report.research = Research.model_validate(shape)
    for asked in session.exec(select(Inquiry).where(Inquiry.report_id == report_id)):
        if asked.reply is not None:
            shape = asked.reply.model_dump(mode="json")
            if _without_quotes(shape, external_ids):
                asked.reply = Reply.model_validate(shape)
    told = select(Entry).where(Entry.report_id == report_id, col(Entry.judgment).is_not(None))
    for entry in session.exec(told):
        shape = _copy(entry.judgment)
        if _without_quotes(shape, external_ids):
            entry.judgment = shape


def erase_lines(session: Session, report_id: int) -> None:
    """Forget what a report's tools were asked: a pattern or a command may repeat any word."""
    theirs = select(Run.key).where(Run.report_id == report_id)
    session.execute(update(ToolUse).where(col(ToolUse.run).in_(theirs)).values(line=""))


def erase_deliveries(session: Session, external_id: str) -> None:
    """Forget the words of Slack's events about this message that were not dealt with yet."""
    for row in session.exec(select(InboxRow).where(col(InboxRow.done_at).is_(None))):
        body = row.body
        about = f"{body.get('channel')}/{body.get('ts')}" == external_id
        if about and body.get("subtype") != _DELETION and (body.get("text") or body.get("files")):
            row.body = {**body, "text": "", "files": ""}


def retitle(session: Session, report_id: int, external_id: str, *, without: str = ERASED_TITLE) -> None:
    """A report's title and gist were made of its first signal's words: now the next one's take their place.

    Where no signal is left, or none that has been read, it is called `without`.
    """
    report = locked(session, Report, report_id)
    report.version += 1
    left = select(Signal.id).where(Signal.report_id == report_id, Signal.status != SignalStatus.ERASED)
    if session.exec(left.limit(1)).first() is None:
        report.title, report.gist, report.name = without, "", ""  # a name may say again what was deleted
    elif report.subject == external_id:
        report.name = ""
        said = select(Signal).where(col(Signal.id).in_(left), col(Signal.summary).is_not(None))
        first = session.exec(said.order_by(col(Signal.id)).limit(1)).first()
        if first is None or first.summary is None:  # all that is left is read anew
            report.title, report.gist = without, ""
        else:  # by whose going it is called otherwise again
            report.title, report.gist, report.subject = first.summary.title, first.summary.gist, first.external_id


def named_after(session: Session, signals: Collection[Signal]) -> set[int]:
    """The reports that were called by these signals, which went on to another report."""
    subjects = {signal.external_id for signal in signals}
    rows = select(Report.id).where(col(Report.subject).in_(subjects), col(Report.merged_into).is_not(None))
    return {report_id or 0 for report_id in session.exec(rows)}


def left_by(session: Session, signal_id: int) -> list[Report]:
    """The dismissed reports that a signal left, the latest first."""
    steps = select(Entry.report_id).where(col(Entry.step).startswith(steps_of_leaving(signal_id), autoescape=True))
    ids = session.exec(steps.order_by(col(Entry.id).desc()))
    return [found(session, Report, report_id) for report_id in dict.fromkeys(ids)]


def steps_of_leaving(signal_id: int) -> str:
    """What the steps of a signal's leavings begin with."""
    return f"leave:{signal_id}."


def touch_neighbours(session: Session, report_ids: Collection[int]) -> None:
    """Have the reports drawn anew that show the titles of these, as ones that may be the same problem."""
    pairs = select(Pair).where(col(Pair.one_id).in_(report_ids) | col(Pair.other_id).in_(report_ids))
    for report_id in {each for pair in session.exec(pairs) for each in (pair.one_id, pair.other_id)}:
        touch(session, report_id)


def note_erasure(session: Session) -> None:
    """Remember that something was erased, so that the next scrubbing has something to do."""
    insert_once(session, Epoch(name=ERASURES))
    locked(session, Epoch, ERASURES).value += 1


def scrub_search(session: Session) -> bool:
    """Take what was erased out of the text index's own pages; False when nothing was erased since the last time."""
    insert_once(session, Epoch(name=ERASURES))
    insert_once(session, Epoch(name=SCRUBBED))
    erased, scrubbed = locked(session, Epoch, ERASURES), locked(session, Epoch, SCRUBBED)
    if erased.value == scrubbed.value:
        return False
    scrubbed.value = erased.value
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("INSERT INTO signal_fts(signal_fts) VALUES ('optimize')"))
    return True


def _without_quotes(value: Any, external_ids: Collection[str]) -> bool:
    """Blank the quotes of these signals, in place; whether there was one."""
    if isinstance(value, list):
        return sum(_without_quotes(each, external_ids) for each in value) > 0
    if not isinstance(value, dict):
        return False
    blanked = sum(_without_quotes(each, external_ids) for each in value.values()) > 0
    is_theirs = value.get("kind") == EvidenceKind.SIGNAL.value and value.get("where") in external_ids
    if is_theirs and value.get("quote") not in (None, ERASED_QUOTE):
        value["quote"] = ERASED_QUOTE
        return True
    return blanked


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copy(each) for key, each in value.items()}
    return [_copy(each) for each in value] if isinstance(value, list) else value
