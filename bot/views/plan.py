"""One revision of a plan, with buttons while it can be decided on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from slack_sdk.models.blocks import Block

from bot.actions import Action, Choice
from bot.views import parts
from bot.views.assessed import around_the_plan
from bot.views.drawing import Drawing
from bot.views.joining import names, needed
from bot.views.parts import Mention, Moment, Piece, Words, bold, code
from bot.views.scene import Scene
from bot.views.standing import asked_all_the_same, given_for, in_force
from bot.views.words import span
from storage.decisions.retracting import GONE
from storage.judgments import Plan
from storage.records import Approval, Decision, ShownPlan
from storage.status import Status

_FILES = 12
_DECISIVE = (Decision.APPROVE, Decision.NOT_NOW)
_BEGUN = (Status.AWAITING_APPROVAL, Status.AWAITING_FIX)


def plan(scene: Scene, shown: ShownPlan) -> Drawing:
    """What the fix will do, its test, its risk, and what became of it."""
    name = "The plan" if shown.revision == 1 else f"The plan, revision {shown.revision}"
    blocks: list[Block] = [parts.header(f"{name}: {shown.body.title}")]
    if shown.because:
        blocks.append(parts.paragraph(Words(f"Revised because: {shown.because}", italic=True, limit=500)))
    blocks += _body(shown.body)
    if shown.revision == scene.report.plan_revision:  # what is known around it is known of the newest
        blocks += around_the_plan(scene.report.research, scene.snapshot.siblings)
    blocks += _restricted(scene, shown)
    blocks += _decision(scene, shown)
    return Drawing(f"plan:{shown.revision}", f"{name}: {shown.body.title}", blocks)


def _body(body: Plan) -> list[Block]:
    files: list[Piece] = [bold("Files  ")]
    for path in body.files[:_FILES]:
        files += [code(path), "  "]
    if len(body.files) > _FILES:
        files.append(f"and {len(body.files) - _FILES} more")
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
        return [parts.paragraph(*(_decided(scene, shown) or _too_late(scene, shown, newest=newest)))]
    value = Choice(report_id=scene.report_id, plan_revision=shown.revision, plan_hash=shown.hash).json_text
    return [
        *asked_all_the_same(scene, shown),
        parts.paragraph(*_who_decides(scene, shown), *_until(scene, shown)),
        parts.buttons(
            parts.button("Approve", Action.APPROVE, value, style="primary"),
            parts.button("Not now", Action.NOT_NOW, value),
        ),
        parts.context('Or reply here: "approve" or "not now" decides; any other words of an approver change the plan.'),
    ]


def _decided(scene: Scene, shown: ShownPlan) -> list[Piece]:
    said = [each for each in _on(scene, shown) if each.decision in _DECISIVE]
    approved = bool(said) and said[-1].decision is Decision.APPROVE
    if said and (not approved or _sufficed(scene, shown)):
        return [*_by_hand(said, approved=approved), *(_ahead(scene, shown) if approved else [])]
    if guided := _guidance_on(scene, shown):
        return [Mention(guided.by), " asked to change this plan: ", Words(guided.words or GONE, italic=True, limit=400)]
    return []


def _by_hand(said: Sequence[Approval], *, approved: bool) -> list[Piece]:
    """Who decided so by a word of their own, if anybody did."""
    own = [each for each in said if each.decision is said[-1].decision and each.standing_id is None]
    if not own:
        return []
    verb = "approved this" if approved else "said: not now"
    return [
        *names(dict.fromkeys(each.by for each in own), " and "),
        f" {verb}, ",
        Moment(own[-1].at),
        f", by {own[-1].via}. ",
    ]


def _ahead(scene: Scene, shown: ShownPlan) -> list[Piece]:
    return [piece for given in given_for(scene, shown) for piece in (*in_force(given, scene.policy), " ")]


def _sufficed(scene: Scene, shown: ShownPlan) -> bool:
    """Whether enough approved it. Also when fewer were needed then than now, or some have left the policy."""
    stands = scene.quorum(shown)
    if len(stands.given) >= stands.needed:
        return True
    following = _following(scene, shown)
    until = following.made_at if following else dt.datetime.max.replace(tzinfo=dt.UTC)
    begun = (each for each in scene.moves if (each.before, each.after) == _BEGUN)
    return any(shown.made_at <= each.at <= until for each in begun)


def _following(scene: Scene, shown: ShownPlan) -> ShownPlan | None:
    return next((each for each in scene.snapshot.plans if each.revision > shown.revision), None)


def _on(scene: Scene, shown: ShownPlan) -> list[Approval]:
    return [each for each in scene.snapshot.approvals if each.plan_revision == shown.revision]


def _guidance_on(scene: Scene, shown: ShownPlan) -> Approval | None:
    """What an approver said to this revision in other words than yes or no: said after it was made, before the next."""
    following = _following(scene, shown)
    said = [each for each in scene.snapshot.approvals if each.decision is Decision.GUIDE and each.at >= shown.made_at]
    if following is not None:
        said = [each for each in said if each.at <= following.made_at]
    return said[-1] if said else None


def _too_late(scene: Scene, shown: ShownPlan, *, newest: bool) -> list[Piece]:
    mended = [fix for fix in scene.snapshot.fixes if fix.by_hand and fix.started_at >= shown.made_at]
    if mended and _following(scene, shown) is None:
        return [Mention(mended[-1].by_hand), Words(" mended it by hand, so this plan waits no more.", italic=True)]
    if not newest:
        return [Words("This plan was replaced by a newer one.", italic=True)]
    expired = scene.last_move(Status.AWAITING_APPROVAL, Status.GATHERING)
    if expired is not None and scene.report.status is Status.GATHERING:
        approved = any(each.decision is Decision.APPROVE for each in _on(scene, shown))
        why = "too few approved it in time" if approved else "nobody decided on it in time"
        return [Words(f"This plan expired: {why}.", italic=True)]
    return [Words("This plan can no longer be decided on.", italic=True)]


def _who_decides(scene: Scene, shown: ShownPlan) -> list[Piece]:
    """Those who may, but for those who have approved, where several have to."""
    if not scene.approvers:
        return ["Nobody may decide yet: the policy file names no approvers."]
    stands = scene.quorum(shown)
    pieces = [*names(stands.given, " and "), " approved this. "] if stands.given else []
    lead = [*pieces, *needed(stands.others, stands.missing)]
    return [*lead, " has to decide" if stands.missing == 1 else " have to approve it"]


def _restricted(scene: Scene, shown: ShownPlan) -> list[Block]:
    """The files for which several have to say yes, how many, and how many have."""
    paths = scene.restricted(shown)
    if not paths:
        return []
    named: list[Piece] = []
    for path in paths:  # every one: it is for these that they are asked
        named += [", ", code(path)] if named else [code(path)]
    stands = scene.quorum(shown)
    waits = scene.report.status is Status.AWAITING_APPROVAL and shown.revision == scene.report.plan_revision
    so_far = f"; {len(stands.given) or 'none'} of them so far." if waits else "."
    line: list[Piece] = [bold("Restricted  "), *named, f": {stands.needed} approvers have to say yes{so_far}"]
    return [parts.paragraph(*line)]


def _until(scene: Scene, shown: ShownPlan) -> list[Piece]:
    if not scene.approvers:
        return []
    if shown.expires_at is None:
        return [f", within {span(scene.policy.waits.approval)}."]
    return [", until ", Moment(shown.expires_at), "."]
