"""Do the signals tell of steps that could be gone again? Then research goes them, or says why it did not. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agents.cases import SeenSignal
from storage.judgments import Confidence, Research

_SAYS_SO = re.compile(r"(?i)\b(?:steps|how) to reproduce\b|\breproduc(?:e|tion) steps\b|\bsession replay\b|>>> ")
_NUMBERED = re.compile(
    r"(?m)^[^\S\n]*(?:\d+[.)]|\d{1,2}:\d{2}(?::\d{2})?)\s+\S"
)  # "2. press it", or "00:12 presses it"
_STEPS = 2


def tells_steps(signal: SeenSignal) -> bool:
    """Whether a signal says step by step what was done, as a replay or a careful ticket does."""
    return bool(_SAYS_SO.search(signal.full)) or len(_NUMBERED.findall(signal.body)) >= _STEPS


def lacks_reproduction(found: Research, signals: Sequence[SeenSignal]) -> bool:
    """Whether there are steps, and the research neither went them nor says why not."""
    reproduced = found.confidence is Confidence.REPRODUCED or bool(found.reproduction.strip())
    return not reproduced and not found.reproduction_not_because.strip() and any(map(tells_steps, signals))
