"""The Home tab: the open reports that everybody may see."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from slack_sdk.models.blocks import Block

from agents import rules
from agents.errors import SlackRejected
from bot.listeners.deps import Deps
from bot.listeners.listed import listed_of
from bot.sources.slack import SlackEvent
from bot.views import parts
from bot.views.home import home
from storage.status import Visibility
from storage.switches import PAUSED

log = structlog.get_logger()

_ALL = 1_000  # open reports: what waits for a person may be the oldest


def opened(event: SlackEvent, deps: Deps) -> None:
    """Somebody opened the app's Home tab."""
    if event.tab not in ("", "home") or not event.user:
        return
    if refusal := rules.may_ask(deps.person(event.user, event.user_team or deps.home_team), deps.home_team):
        _show(event.user, [parts.paragraph(refusal)], deps)
        return
    public = [report for report in deps.store.reports.open(_ALL) if report.visibility is Visibility.PUBLIC]
    held, paused = deps.store.signals.counts().held, deps.store.switches.on(PAUSED)
    _show(event.user, home(listed_of(public, deps), viewer=event.user, paused=paused, held=held), deps)


def _show(user: str, blocks: Sequence[Block], deps: Deps) -> None:
    """Draw it; where Slack refuses (the tab was switched off in the app's settings), nothing is lost by that."""
    try:
        deps.slack.show_home(user, blocks)
    except SlackRejected as error:
        log.warning("a Home tab was not drawn", user=user, error=str(error))
