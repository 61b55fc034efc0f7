"""How a tool asks something outside: what it answers is evidence, and that it does not answer is told, not raised."""

from __future__ import annotations

from collections.abc import Callable

from agents.errors import Rejected, Unavailable
from agents.exchange import ToolFault
from agents.tools.hands import Hands
from agents.tools.pages import clip, foreign
from storage.errors import DatabaseDown

_LONGEST_COMPLAINT = 2_500


def asked_outside(hands: Hands, whose: str, ask: Callable[[], str]) -> str:
    """The answer, redacted, fenced and cut. Raises ToolFault with a sentence when there is none."""
    try:
        text = ask()
    except DatabaseDown:
        raise  # ours: the turn is taken again
    except Unavailable as down:
        raise ToolFault(f"{whose} cannot be asked now: {_said(hands, down)} Go on without it.") from down
    except Rejected as no:
        raise ToolFault(foreign(f"{whose} said no: {_said(hands, no)}", whose)) from no
    return foreign(hands.redact(text) or "(nothing)", whose)


def _said(hands: Hands, error: Exception) -> str:
    text = clip(hands.redact(str(error)), _LONGEST_COMPLAINT)
    return text if text.endswith((".", "!", "?")) else f"{text}."
