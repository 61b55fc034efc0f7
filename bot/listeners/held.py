"""The quarantine's buttons: restore one signal, turn the page. The list is redrawn in its place."""

from __future__ import annotations

import structlog

from agents.errors import SlackDown, SlackRejected
from bot.actions import HeldChoice, HeldTurn
from bot.answering import answer_at
from bot.listeners.deps import Deps
from bot.listeners.payload import Press
from bot.views import quarantine
from bot.views.trouble import outdated
from storage.status import Visibility

log = structlog.get_logger()


def restore(press: Press, deps: Deps) -> str:
    """Let one signal go; what to tell the person. Raises ValidationError for a value that is not of our making."""
    choice = HeldChoice.model_validate_json(press.value)
    signal = deps.store.signals.get(choice.signal_id)
    if signal.visibility is Visibility.PRIVATE and signal.channel != press.channel:
        return outdated()
    answer = deps.assent.restore(choice.signal_id, deps.person(press.user, press.team))
    _redraw(press, choice.before, deps)
    return answer.sentence


def turn(press: Press, deps: Deps) -> str:
    """Show another page; nothing is left to say. Raises ValidationError for a value that is not of our making."""
    before = HeldTurn.model_validate_json(press.value).before
    if not _redraw(press, before, deps):
        page = deps.store.quarantine.page(press.channel, before=before, limit=quarantine.PAGE)
        deps.slack.whisper(
            press.channel, press.user, quarantine.title(page), thread_ts=press.thread_ts,
            blocks=quarantine.held(page, before),
        )  # fmt: skip
    return ""


def _redraw(press: Press, before: int, deps: Deps) -> bool:
    """Draw the page anew where the button was; False where Slack does not let us, after half an hour."""
    if not press.address:
        return False
    page = deps.store.quarantine.page(press.channel, before=before, limit=quarantine.PAGE)
    try:
        answer_at(press.address, quarantine.title(page), quarantine.held(page, before), replace=True)
    except (SlackDown, SlackRejected) as error:
        log.info("the list of what is held was not redrawn", error=str(error))
        return False
    return True
