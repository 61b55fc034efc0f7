"""One revision of a plan, with buttons while it can be decided on."""

from __future__ import annotations

from slack_sdk.models.blocks import Block

from bot.actions import Action, Choice
from bot.views import parts
from bot.views.assessed import around_the_plan
from bot.views.drawing import Drawing
from bot.views.parts import Mention, Moment, Piece, Words, bold, code
from bot.views.scene import Scene
from bot.views.words import span
from storage.judgments import Plan
from storage.records import Approval, Decision, ShownPlan
from storage.status import Status

_NAMED = 4  # approvers that are told by name; more would be noise
_DECISIVE = (Decision.APPROVE, Decision.NOT_NOW)


def plan(scene: Scene, shown: ShownPlan) -> Drawing:
    """What the fix will do, its test, its risk, and what became of it."""
    name = "The plan" if shown.revision == 1 else f"The plan, revision {shown.revision}"
    blocks: list[Block] = [parts.header(f"{name}: {shown.body.title}")]
    if shown.because:
        blocks.append(parts.paragraph(Words(f"Revised because: {shown.because}", italic=True, limit=500)))
    blocks += _body(shown.body)
    if shown.revision == scene.report.plan_revision:  # what is known around it is known of the newest
        blocks += around_the_plan(scene.report.research)
    blocks += _decision(scene, shown)
    return Drawing(f"plan:{shown.revision}", f"{name}: {shown.body.title}", blocks)


def _body(body: Plan) -> list[Block]:
    files: list[Piece] = [bold("Files  ")]
    for path in body.files[:12]:
        files += [code(path), "  "]
    if len(body.files) > 12:  # noqa: PLR2004 as many as are listed
        files.append(f"and {len(body.files) - 12} more")
    return [
        parts.written(body.approach, 1_600),
        parts.paragraph(*files),
        parts.written(body.test, 900, bold("Test  ")),
        parts.written(body.risk, 300, bold("Risk  ")),
        parts.written(body.measure, 300, bold("Should change afterwards  ")),
    ]


def _decision(scene: Scene, shown: ShownPlan) -> list[Block]:
    newest = shown.revision == scene.report.plan_revision
    if not newest or scene.report.status is not Status.AWAITING_APPROVAL:
        return [parts.paragraph(*(_decided(scene, shown) or _too_late(scene, newest=newest)))]
    value = Choice(report_id=scene.report_id, plan_revision=shown.revision, plan_hash=shown.hash).json_text
    return [
        parts.paragraph(*_who_decides(scene), *_until(scene, shown)),
        parts.buttons(
            parts.button("Approve", Action.APPROVE, value, style="primary"),
            parts.button("Not now", Action.NOT_NOW, value),
        ),
        parts.context('Or reply here: "approve" or "not now" decides; any other words of an approver change the plan.'),
    ]


def _decided(scene: Scene, shown: ShownPlan) -> list[Piece]:
    for approval in scene.snapshot.approvals:
        if approval.plan_revision == shown.revision and approval.decision in _DECISIVE:
            verb = "approved this" if approval.decision is Decision.APPROVE else "said: not now"
            return [Mention(approval.by), f" {verb}, ", Moment(approval.at), f", by {approval.via}."]
    if guided := _guidance_on(scene, shown):
        return [Mention(guided.by), " asked to change this plan: ", Words(guided.words, italic=True, limit=400)]
    return []


def _guidance_on(scene: Scene, shown: ShownPlan) -> Approval | None:
    """What an approver said to this revision in other words than yes or no: said after it was made, before the next."""
    following = next((each for each in scene.snapshot.plans if each.revision == shown.revision + 1), None)
    said = [each for each in scene.snapshot.approvals if each.decision is Decision.GUIDE and each.at >= shown.made_at]
    if following is not None:
        said = [each for each in said if each.at <= following.made_at]
    return said[-1] if said else None


def _too_late(scene: Scene, *, newest: bool) -> list[Piece]:
    if not newest:
        return [Words("This plan was replaced by a newer one.", italic=True)]
    expired = scene.last_move(Status.AWAITING_APPROVAL, Status.GATHERING)
    if expired is not None and scene.report.status is Status.GATHERING:
        return [Words("This plan expired: nobody decided on it in time.", italic=True)]
    return [Words("This plan can no longer be decided on.", italic=True)]


def _who_decides(scene: Scene) -> list[Piece]:
    approvers = scene.approvers
    if not approvers:
        return ["Nobody may decide yet: the policy file names no approvers."]
    if len(approvers) > _NAMED:
        return [f"One of {len(approvers)} approvers has to decide"]
    pieces: list[Piece] = []
    for number, user_id in enumerate(approvers):
        pieces += [Mention(user_id)] if number == 0 else [" or ", Mention(user_id)]
    return [*pieces, " has to decide"]


def _until(scene: Scene, shown: ShownPlan) -> list[Piece]:
    if not scene.approvers:
        return []
    if shown.expires_at is None:
        return [f", within {span(scene.policy.waits.approval)}."]
    return [", until ", Moment(shown.expires_at), "."]
