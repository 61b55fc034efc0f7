"""One small question to a model, to see whether its provider lets us ask it, and takes what we send."""

from __future__ import annotations

from typing import Any

import anthropic
import httpx2

from agents.adapters.claude.faults import Reach, fault_of
from agents.adapters.claude.providers import Line
from agents.adapters.claude.schemas import asked_for, tools
from agents.errors import ModelRefused, Rejected, Unavailable
from agents.exchange import ToolSpec
from storage.judgments import Judgment

_SECONDS = 30.0
_FAILURES: tuple[type[Exception], ...] = (anthropic.AnthropicError, ValueError)
_TOKENS = 64  # some models think first; nobody reads the answer


class _Well(Judgment):
    """What is asked for: as small as it can be, in the form of a judgment."""

    well: bool


def probe(line: Line, model: str, *, in_words: bool) -> str:
    """Empty when the model, by its name there, takes a judgment's request with a tool; else why not, in a sentence."""
    reach = Reach(line, model, _SECONDS)
    request: dict[str, Any] = {
        **asked_for(_Well, "Say that you are well.", in_words=in_words),
        "tools": tools((ToolSpec("look", "Look.", _Well),), strict=not in_words),
    }
    try:
        line.client.messages.create(
            model=model,
            max_tokens=_TOKENS,
            messages=[{"role": "user", "content": "Are you well?"}],
            timeout=httpx2.Timeout(_SECONDS, connect=10.0),
            **request,
        )
    except (*_FAILURES, *line.unready) as error:
        return _said(fault_of(error, reach).error, error)
    return ""


def _said(fault: Unavailable | Rejected, error: Exception) -> str:
    """The sentence; of a request that was not accepted the provider's own words too, which repeat nothing of ours."""
    if isinstance(fault, ModelRefused) and isinstance(error, anthropic.APIStatusError):
        words = (error.api_message or error.message).strip()[:300].rstrip(".")
        to_do = "If that is about output_config, a schema or strict, add the provider to models.in_words"
        return f"{fault} It said: {words}. {to_do}"
    return str(fault)
