"""The pull request and its checks, one message that is edited; and the word that it is ready, which is a new one."""

from __future__ import annotations

from slack_sdk.models.blocks import Block

from agents.fixes.answering import ANSWERED
from agents.research.reviewing import wanted
from agents.stages.follow import FOREIGN
from bot.views import parts
from bot.views.drawing import Drawing
from bot.views.joining import names
from bot.views.parts import Link, Mention, Piece, Sign, Words, bold
from bot.views.scene import Scene
from bot.views.words import checks_line, plural
from storage.records import Entry, Fix
from storage.status import Mover


def pull_request(fix: Fix) -> Drawing:
    """Where it is, its rounds and checks, and whether it was merged."""
    title = fix.submission.title if fix.submission else ""
    state = "ready for review" if fix.ready else "not to be reviewed yet"
    if fix.merged_at is not None:
        state = f"merged by {fix.merged_by}" if fix.merged_by else "merged"
    blocks: list[Block] = [
        parts.paragraph(Sign("twisted_rightwards_arrows"), " ", Link(fix.url, f"#{fix.number} {title}".strip())),
        parts.context(f"{state} · {checks_line(fix.checks)} · {plural(fix.rounds, 'round')}"),
    ]
    return Drawing(f"pull_request:{fix.id}", f"Pull request #{fix.number}: {title}", blocks)


def ready(scene: Scene, entry: Entry, fix: Fix, *, latest: bool) -> Drawing:
    """A person must review and merge now. `latest` false: something came of it since."""
    said = " is green and ready for review." if FOREIGN not in entry.text else " is ready for review."
    said = f": {ANSWERED}. It is still ready for review." if _is_answered(scene, entry) else said
    text = f"Pull request #{fix.number}{said}"
    blocks: list[Block] = [
        parts.paragraph(Sign("eyes"), " ", Link(fix.url, f"Pull request #{fix.number}"), bold(said)),
        *([parts.context(f"{entry.text}.")] if "; " in entry.text else []),  # not all is green
    ]
    if latest:
        asked = _reviewers(scene, entry, fix)
        blocks.append(parts.paragraph("Somebody has to review and merge it. I never merge.", *asked))
    elif following := _next_move(scene, entry):
        blocks.append(parts.paragraph(*_who(following), Words(following.text, italic=True, limit=300)))
    return Drawing(f"ready:{entry.id}", text, blocks, past=not latest)


def _is_answered(scene: Scene, entry: Entry) -> bool:
    """Whether what brought it back there was an answer to people, and no change."""
    before = [move for move in scene.moves if (move.id or 0) < (entry.id or 0)]
    return bool(before) and ANSWERED in before[-1].text


def _reviewers(scene: Scene, entry: Entry, fix: Fix) -> list[Piece]:
    """Those who are asked for review and whom the policy knows in Slack, the first time that it is ready."""
    repository = scene.policy.repository(fix.repository)
    before = (move for move in scene.moves if (move.id or 0) < (entry.id or 0) and scene.fix_at(move) is fix)
    if repository is None or any(move.after is entry.after for move in before):
        return []
    known = {login.lower(): user_id for login, user_id in scene.policy.people.items()}
    logins = map(str.lower, wanted(scene.report, repository, scene.policy))
    people = dict.fromkeys(known[login] for login in logins if login in known)
    return [" Asked for review: ", *names(people, ", "), "."] if people else []


def _next_move(scene: Scene, entry: Entry) -> Entry | None:
    later = (move for move in scene.moves if (move.id or 0) > (entry.id or 0))
    return next(later, None)


def _who(entry: Entry) -> tuple[Mention | str, ...]:
    """Who did it, unless the words say so already or it was nobody."""
    said = entry.who in {Mover.MACHINE, Mover.WORLD, ""} or entry.who in entry.text
    return () if said else (Mention(entry.who), ": ")
