"""A thread as one signal: what was heard of it is kept in pieces, and the signal brought up to date from them."""

from __future__ import annotations

import structlog

from agents.redaction.placeholders import cut_after
from agents.terms import Channel
from bot.listeners.deps import Deps
from bot.slack.event import MOST
from bot.sources.slack import SOURCE, SlackEvent, full_text, is_message_id, raw_signal
from storage.raw import RawSignal
from storage.records import Signal
from storage.signals.messages import Piece
from storage.signals.remembering import is_narrower
from storage.status import SignalStatus, Visibility

log = structlog.get_logger()

_ROUNDS = 5  # in which answers that come at the same moment see each other


def listened(channel: str, deps: Deps, *, shared: bool) -> Channel | None:
    """The terms of a channel that is listened to: it is watched, and not another workspace's too unless they say so."""
    terms = deps.policy.channel(channel)
    return terms if terms is not None and (terms.connect or not shared) else None


def visibility_of(event: SlackEvent, deps: Deps) -> Visibility:
    """Who may see what is said there. What is not known to be public is private. Raises SlackDown."""
    terms = deps.policy.channel(event.channel)
    if terms is not None and terms.visibility is Visibility.PRIVATE:
        return Visibility.PRIVATE
    if event.visibility is not None:
        return event.visibility
    place = deps.slack.place(event.channel)
    return place.visibility if place is not None else Visibility.PRIVATE


def signal_of(message_id: str, deps: Deps) -> Signal | None:
    """The signal that a message is, if it is one."""
    return next(iter(deps.store.signals.find(SOURCE, message_id)), None)


def is_alive(signal: Signal | None) -> bool:
    """Whether it is a signal that was not deleted."""
    return signal is not None and signal.status is not SignalStatus.ERASED


def report_of(event: SlackEvent, deps: Deps) -> str:
    """How the report is called in whose thread, or in the thread of whose signal, somebody writes; empty if none."""
    if not event.is_reply:
        return ""
    report = deps.store.reports.at_thread(event.channel, event.thread_ts)
    if report is not None:
        return report.ref
    signal = signal_of(event.thread, deps)
    return "" if signal is None or signal.report_id is None else f"SB-{signal.report_id}"


def hear(event: SlackEvent, deps: Deps, *, promoted: bool = False) -> None:
    """Keep a message, or what became of it."""
    piece = Piece(
        id=event.external_id,
        thread=event.thread,
        author=event.user or event.bot_id,
        text=cut_after(deps.redactor.text(full_text(event)), MOST),
        version=event.version,
    )
    deps.store.messages.hear(piece, promoted=promoted)


def bring_up_to_date(
    message_id: str, deps: Deps, *, visibility: Visibility | None = None, asked_by: str = ""
) -> Signal | None:
    """Make the signal say what the thread says now; it is made, if `visibility` is given. The signal, if there is one.

    What was deleted stays deleted. Safe to repeat: nothing new changes nothing.
    """
    for _ in range(_ROUNDS):
        known = signal_of(message_id, deps)
        if known is not None and not is_alive(known):
            return known
        raw = _told(message_id, known, visibility, asked_by, deps)
        if raw is None and known is not None and _is_gone(message_id, deps):  # it was deleted while we made a signal
            deps.store.signals.erase(SOURCE, message_id)
            continue
        if raw is None or (known is not None and not _is_news(known, deps.redactor.raw(raw))):
            return known
        deps.pipeline.ingest(raw, deps.policy.waits.thread)
    log.info("a thread changes faster than it is read", message=message_id)
    return signal_of(message_id, deps)


def _told(
    message_id: str, known: Signal | None, visibility: Visibility | None, asked_by: str, deps: Deps
) -> RawSignal | None:
    """What the message and what belongs to it say together; None when it is not there, or is not to be a signal."""
    seen = visibility if known is None else _seen_by_now(known, deps)
    if seen is None or not is_message_id(message_id):
        return None
    said = deps.store.messages.said(message_id)
    if said is None and known is not None and deps.store.messages.get(message_id) is None:
        deps.store.messages.hear(_as_piece(known))  # it was kept before threads were
        said = deps.store.messages.said(message_id)
    if said is None:
        return None
    terms, author = deps.policy.channel(message_id.partition("/")[0]), said.message.author
    reach = 1 + deps.store.messages.reacted(message_id, but_for=author, but_not=deps.policy.ask_emoji)
    channel, ts, root = (message_id.partition("/")[0], message_id.partition("/")[2], said.message.thread)
    url = known.url if known is not None else deps.slack.address(channel, ts, root.partition("/")[2])
    raw = raw_signal(said, seen, url=url, asked_by=asked_by, reach=reach)
    # Where another workspace listens too, nothing is said beneath the message: no link, no title of a report.
    return raw.model_copy(update={"thread_ts": ""}) if terms is not None and terms.connect else raw


def _seen_by_now(known: Signal, deps: Deps) -> Visibility:
    """Who may see it: fewer than before where the channel was closed since, by the policy or in Slack."""
    if known.visibility is Visibility.PRIVATE:
        return known.visibility
    terms, place = deps.policy.channel(known.channel), deps.slack.place(known.channel)
    closed = (terms is not None and terms.visibility is Visibility.PRIVATE) or (
        place is not None and place.visibility is Visibility.PRIVATE
    )
    return Visibility.PRIVATE if closed else known.visibility


def _is_gone(message_id: str, deps: Deps) -> bool:
    message = deps.store.messages.get(message_id)
    return message is not None and message.gone


def _is_news(known: Signal, raw: RawSignal) -> bool:
    asks_first = bool(raw.asked_by) and not known.asked_by
    return known.body != raw.body or known.reach != raw.reach or asks_first or is_narrower(known, raw)


def _as_piece(known: Signal) -> Piece:
    ts = known.external_id.partition("/")[2]
    thread = f"{known.channel}/{known.thread_ts}" if known.thread_ts else known.external_id
    return Piece(id=known.external_id, thread=thread, author=known.author, text=known.body, version=ts)
