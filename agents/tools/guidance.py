"""guidance: what did people who may decide say about this repository before?"""

from __future__ import annotations

from pydantic import BaseModel

from agents.exchange import Tool, ToolFault, ToolSpec
from agents.lookups.looking_back import LookingBack
from agents.tools.hands import Hands
from agents.tools.pages import foreign, one_line
from agents.tools.similar_reports import outcome
from storage.reports.past import PastWord


class GuidanceAsked(BaseModel):
    """Arguments of guidance: none."""


def guidance(hands: Hands, back: LookingBack) -> Tool:
    """Words and outcomes of earlier reports of this repository, newest first."""

    def work(_: GuidanceAsked) -> str:
        words, outcomes = back.words(), back.outcomes()
        if not words and not outcomes:
            raise ToolFault("Nobody has said or decided anything about this repository before.")
        said = [_said(one) for one in words]
        became = [f"{one.ref} {one_line(one.title, 120)}: {outcome(one)}" for one in outcomes]
        parts = ["What people said:", *said] if said else []
        parts += ["What became of reports:", *became] if became else []
        return foreign(hands.redact("\n".join(parts)), "words about earlier reports of this repository")

    description = (
        "What people said about earlier reports of this repository, and what became of those: taste, decisions, dead"
        " ends. It was said about other problems: let it inform the plan; only guidance in the report itself binds."
    )
    return Tool(ToolSpec("guidance", description, GuidanceAsked), work)


def _said(word: PastWord) -> str:
    kind = word.decision.value.replace("_", " ")
    return f"{word.at:%Y-%m-%d} {word.by} ({kind}) on {word.ref} {one_line(word.title, 80)}: {one_line(word.words)}"
