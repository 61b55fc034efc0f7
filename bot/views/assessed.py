"""What code found out around a piece of research: urgency by numbers, reviewers, is it mended or in flight already?"""

from __future__ import annotations

from collections.abc import Sequence

from slack_sdk.models.blocks import Block

from agents.case_text import ranking_text
from agents.research.urgency import scale_text
from bot.views import parts
from bot.views.in_the_way import siblings
from bot.views.parts import Link, Piece, Sign, Words, bold, code
from storage.assessment import Assessment, Reviewer
from storage.judgments import Research
from storage.reports.snapshot import After

_LISTED = 3
_PUBLIC = " The repository is public: anybody can read the pull request that comes of this plan."


def around_the_plan(found: Research | None, others: Sequence[After] = ()) -> list[Block]:
    """Beside a plan: what speaks against hurrying, and who will be asked for review."""
    if found is None or found.assessment is None:
        return []
    assessment = found.assessment
    blocks = [*_addressed(assessment), *_in_flight(assessment), *siblings(assessment.siblings, others)]
    if assessment.reviewers:
        line: list[Piece] = [bold("Reviewers  ")]
        for number, reviewer in enumerate(assessment.reviewers):
            line += [*(["; "] if number else []), *_reviewer(reviewer)]
        blocks.append(parts.paragraph(*line))
    blocks += [parts.context(sentence) for sentence in assessment.unseen]
    if assessment.public:
        blocks.append(parts.paragraph(Sign("globe_with_meridians"), _PUBLIC))
    return blocks


def urgency(found: Research) -> str:
    """The priority with its numbers, and what the agent thought of it where that differs."""
    ranked = found.assessment.ranked if found.assessment else None
    if ranked is None:
        return f"{found.priority}: {found.priority_reason}"
    said = f"{ranked.priority} by the numbers ({scale_text()}): {ranking_text(ranked)}."
    if found.priority is ranked.priority:
        return said
    return f"{said} The agent would say {found.priority}: {found.priority_reason}"


def _addressed(assessment: Assessment) -> list[Block]:
    touched = assessment.touched_since[:_LISTED]
    if not touched:
        return []
    line: list[Piece] = [Sign("warning"), " ", bold("May be addressed already. "), "Since the last signal, "]
    line.append("this touched the same file: " if len(touched) == 1 else "these touched the same files: ")
    line.append(Words("; ".join(one.what for one in touched), limit=600))
    return [parts.paragraph(*line)]


def _in_flight(assessment: Assessment) -> list[Block]:
    line: list[Piece] = []
    for one in assessment.in_flight[:_LISTED]:
        line += [Link(one.url, one.what[:150]), " changes ", code(", ".join(one.files)), ". "]
    if not line:
        return []
    return [parts.paragraph(Sign("construction"), " ", bold("Somebody is at it already. "), *line)]


def _reviewer(reviewer: Reviewer) -> list[Piece]:
    known: list[Piece] = [Words(reviewer.name, limit=80)]
    if reviewer.login and reviewer.login != reviewer.name:
        known += [" (", code(reviewer.login, 40), ")"]
    if not reviewer.login:
        known.append(" (no login known, so not asked on the pull request)")
    return [*known, ": ", Words(reviewer.why, limit=200)]
