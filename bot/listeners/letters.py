"""Retry of Slack's events that were given up: each is dealt with at once, and who pressed hears how that went."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from agents import rules
from bot.actions import Action, DeadEvent
from bot.listeners.deps import Deps
from bot.listeners.events import deal_with
from bot.listeners.payload import Press
from bot.views.words import plural

_AT_ONCE = 50  # events; a press that takes minutes would hold up those after it


def retry(press: Press, deps: Deps) -> str:
    """Deal with one dead event again, or all of them; what to tell the person. Raises ValidationError."""
    choice = DeadEvent.model_validate_json(press.value)
    if refusal := rules.may_decide(deps.person(press.user, press.team), None, deps.policy, deps.home_team):
        return refusal
    if choice.event_id:
        return _one(choice.event_id, deps)
    oldest_first = reversed(deps.store.inbox.dead(_AT_ONCE))
    revived = [row.event_id for row in oldest_first if deps.store.inbox.revive(row.event_id)]
    done = sum(_is_dealt_with(event_id, deps) for event_id in revived)
    failed = len(revived) - done
    rest = f" {plural(failed, 'event')} failed again and will be tried a few times more." if failed else ""
    if left := len(deps.store.inbox.dead()):
        rest += f" Left for another press: {left}."
    return f"{plural(done, 'Slack event')} dealt with.{rest}"


def _one(event_id: str, deps: Deps) -> str:
    if not deps.store.inbox.revive(event_id):
        return "That event is not waiting for a retry any more; nothing was changed."
    if _is_dealt_with(event_id, deps):
        return "That event has been dealt with now."
    return "That event failed again. It will be tried a few times more; the log says why it fails."


def _is_dealt_with(event_id: str, deps: Deps) -> bool:
    deal_with(event_id, deps)
    row = deps.store.inbox.get(event_id)
    return row is None or row.done_at is not None


ANSWERS: Mapping[Action, Callable[[Press, Deps], str]] = {Action.RETRY_EVENT: retry}
"""What becomes of its button."""
