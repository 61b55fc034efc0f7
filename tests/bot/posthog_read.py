"""What the loopback PostHog holds, and the source that reads it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pydantic import SecretStr

from agents.terms import SourceTerms
from bot.settings import Settings
from bot.sources import KINDS
from bot.sources.source import Source
from playground.posthog import PostHog
from playground.posthog_records import Event, Part, SessionSummary, Step

NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
FRAMES: list[dict[str, Any]] = [
    {"source": "app/checkout.py", "line": 40, "resolved_name": "pay", "mangled_name": "pay", "in_app": True},
    {"source": "lib/money.py", "line": 7, "resolved_name": "convert", "mangled_name": "convert", "in_app": False},
]


def ago(**span: float) -> dt.datetime:
    return NOW - dt.timedelta(**span)


def crash(at: dt.datetime, person: str = "p1", session: str = "s1") -> Event:
    properties = {
        "$exception_types": ["KeyError"],
        "$exception_list": [{"type": "KeyError", "value": "EUR", "stacktrace": {"type": "resolved", "frames": FRAMES}}],
        "$exception_fingerprint": "f00d",
        "$exception_level": "error",
        "$session_id": session,
        "$current_url": "https://shop.example/checkout",
    }
    return Event(at, person, properties)


def source(server: PostHog, shapes: str = "", key: str = "phx_right", project: str = "42") -> Source:
    options = {"project": project, "lookback": "2d", "shapes": shapes}
    terms = SourceTerms(kind="posthog", report_to="C01", options=options)
    settings = Settings(_env_file=None, posthog_url=server.address or "", posthog_api_key=SecretStr(key))
    return KINDS["posthog"]("product", terms, settings)


def a_session(
    session: str = "0193b5e2", *, success: bool = False, written: dt.datetime | None = None
) -> SessionSummary:
    steps = (
        Step(3, "Opened the cart", "https://shop.example/cart"),
        Step(65.4, "Pressed Pay; an error page came", "https://shop.example/pay", exception="blocking"),
        Step(90, "Left the page", abandonment=True),
    )
    return SessionSummary(
        session_id=session,
        outcome="Could not pay in euros",
        success=success,
        started=ago(hours=5),
        seconds=95,
        parts=(Part("Checkout", steps, "The payment never went through.", success=False),),
        written=written or ago(hours=4),
    )
