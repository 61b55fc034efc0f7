"""The places that signals are pulled from, one module each. Adding one is a module and a line in `KINDS`.

Slack is not pulled: its listeners hand over what happens, and bot/sources/slack.py only reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from agents.terms import SourceTerms
from bot.settings import Settings
from bot.sources import github, sentry
from bot.sources.source import Source

Opener = Callable[[str, SourceTerms, Settings], Source]

KINDS: Mapping[str, Opener] = {
    "github": github.open_source,
    "sentry": sentry.open_source,
}
