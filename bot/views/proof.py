"""The proof of a fix: the new test before and after, and the whole logs as files."""

from __future__ import annotations

from slack_sdk.models.blocks import Block

from agents.suites.suite import lint_said, suite_said
from bot.views import parts
from bot.views.drawing import Drawing, File, Upload
from bot.views.parts import Sign, Words, bold
from bot.views.scene import Scene
from storage.judgments import Proof
from storage.records import Fix
from storage.reviews import NOT_REVIEWED

_BEFORE, _AFTER = 3_400, 2_200  # characters that are shown of each log
_HELD = "The new test fails without the change and passes with it, and"


def proof(fix: Fix, shown: Proof) -> Drawing:
    """The logs, cut to size."""
    sign = "test_tube" if shown.holds else "warning"
    blocks: list[Block] = [
        parts.paragraph(
            Sign(sign),
            " ",
            bold(_holds(shown) if shown.holds else shown.why_not or "It is not proven.", 600),
        ),
        *_review(shown),
        parts.paragraph(Words("The new test, before the change", italic=True)),
        parts.preformatted(shown.before_log, _BEFORE),
        parts.paragraph(Words("The new test, after the change", italic=True)),
        parts.preformatted(shown.after_log, _AFTER),
        parts.paragraph(Words("The whole suite, after the change", italic=True)),
        parts.preformatted(shown.suite_log, _AFTER),
    ]
    return Drawing(f"proof:{fix.id}:{fix.rounds}", "The proof of the fix", blocks)


def _holds(shown: Proof) -> str:
    said = lint_said(shown)
    return f"{_HELD} {suite_said(shown)}{f'; {said}' if said else ''}."


def _review(shown: Proof) -> list[Block]:
    """What the reviewing model says; nothing of a fix from before there were reviews."""
    if not shown.reviewed:
        return []
    if shown.reviewed.startswith(NOT_REVIEWED):
        return [parts.paragraph(Sign("warning"), " ", Words(shown.reviewed, limit=300))]
    return [
        parts.paragraph(
            bold("Reviewed by a model that saw nothing of how it was written: "), Words(shown.reviewed, limit=300)
        ),
        *([parts.bullets([[Words(remark, limit=700)] for remark in shown.remarks])] if shown.remarks else []),
    ]


def logs(scene: Scene, fix: Fix, shown: Proof) -> Upload | None:
    """The whole logs, unless the message shows them whole."""
    whole = ((shown.before_log, _BEFORE), (shown.after_log, _AFTER), (shown.suite_log, _AFTER))
    if all(len(log) <= limit for log, limit in whole):
        return None
    stem = f"{scene.report.ref.lower()}-fix-{fix.id}-round-{fix.rounds}"
    files = (
        File(f"{stem}-before.log", "The new test before the change", shown.before_log),
        File(f"{stem}-after.log", "The new test after the change", shown.after_log),
        File(f"{stem}-suite.log", "The whole suite after the change", shown.suite_log),
    )
    return Upload(f"logs:{fix.id}:{fix.rounds}", "The whole logs", tuple(file for file in files if file.text))
