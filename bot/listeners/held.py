"""The quarantine's buttons: restore one signal, hold such again, turn the page. The list is redrawn in its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import structlog
from slack_sdk.models.blocks import Block

from agents import rules
from agents.errors import SlackDown, SlackRejected
from bot.actions import Action, HeldChoice, HeldTurn, Pardoned
from bot.listeners.deps import Deps
from bot.listeners.payload import Press
from bot.listeners.telling import answer_press
from bot.slack.answering import answer_at
from bot.views import quarantine
from bot.views.trouble import outdated
from bot.views.words import source_name
from storage.status import Visibility

log = structlog.get_logger()


def restore(press: Press, deps: Deps) -> str:
    """Let one signal go; what to tell the person. Raises ValidationError for a value that is not of our making."""
    choice = HeldChoice.model_validate_json(press.value)
    signal = deps.store.signals.get(choice.signal_id)
    if signal.visibility is Visibility.PRIVATE and signal.channel != press.channel:
        return outdated()
    answer = deps.assent.restore(choice.signal_id, deps.person(press.user, press.team), revision=choice.revision)
    _redraw(press, choice.before, deps)
    again = f" The same from {source_name(signal.source)} is not held again." if answer.ok else ""
    return f"{answer.sentence}{again}"


def shown(channel: str, deps: Deps, before: int = 0) -> tuple[str, list[Block]]:
    """A page of the quarantine as it may be seen in this channel; beneath the first one what was restored lately."""
    page = deps.store.quarantine.page(channel, before=before, limit=quarantine.PAGE)
    restored = [] if before else deps.store.pardons.standing(channel, quarantine.RESTORED)
    return quarantine.title(page), quarantine.held(page, before, restored)


def hold_again(press: Press, deps: Deps) -> str:
    """Take back what restoring a signal pardoned; what to tell the person. Raises ValidationError and NotFound."""
    signal = deps.store.signals.get(Pardoned.model_validate_json(press.value).signal_id)
    if signal.visibility is Visibility.PRIVATE and signal.channel != press.channel:
        return outdated()
    repository = rules.repository_of([signal], deps.policy)
    if refusal := rules.may_decide(deps.person(press.user, press.team), repository, deps.policy, deps.home_team):
        return refusal
    withdrawn = deps.store.pardons.withdraw(signal.id or 0, press.user)
    _redraw(press, 0, deps)
    if not withdrawn:
        return "It is held again already; nothing was changed."
    name = source_name(signal.source)
    return f"Such signals from {name} are held again from now on. The one that was restored stays where it is."


def turn(press: Press, deps: Deps) -> str:
    """Show another page; nothing is left to say. Raises ValidationError for a value that is not of our making."""
    before = HeldTurn.model_validate_json(press.value).before
    if not _redraw(press, before, deps):
        title, blocks = shown(press.channel, deps, before)
        answer_press(press, title, deps, blocks)
    return ""


def show(press: Press, deps: Deps) -> str:
    """The newest of what is held, to who pressed alone: the note that holds the button stays. Raises SlackDown."""
    if refusal := rules.may_ask(deps.person(press.user, press.team), deps.home_team):
        return refusal
    title, blocks = shown(press.channel, deps)
    answer_press(press, title, deps, blocks)
    return ""


def _redraw(press: Press, before: int, deps: Deps) -> bool:
    """Draw the page anew where the button was; False where Slack does not let us, after half an hour."""
    if not press.address:
        return False
    title, blocks = shown(press.channel, deps, before)
    try:
        answer_at(press.address, title, blocks, replace=True)
    except (SlackDown, SlackRejected) as error:
        log.info("the list of what is held was not redrawn", error=str(error))
        return False
    return True


ANSWERS: Mapping[Action, Callable[[Press, Deps], str]] = {
    Action.RESTORE: restore,
    Action.HOLD_AGAIN: hold_again,
    Action.HELD_PAGE: turn,
    Action.HELD_SHOW: show,
}
"""What becomes of each of its buttons."""
