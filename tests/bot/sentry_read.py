"""The source that reads the loopback Sentry."""

from __future__ import annotations

from pydantic import SecretStr

from agents.terms import SourceTerms
from bot.settings import Settings
from bot.sources import KINDS
from bot.sources.source import Source
from playground.sentry import Sentry


def sentry_source(server: Sentry, token: str = "right", **options: str) -> Source:
    terms = SourceTerms(kind="sentry", report_to="C01", options={"organization": "acme", "lookback": "2d", **options})
    settings = Settings(_env_file=None, sentry_url=server.address or "", sentry_token=SecretStr(token))
    return KINDS["sentry"]("errors", terms, settings)
