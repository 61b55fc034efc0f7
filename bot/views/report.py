"""Everything that a report's thread should hold, in the order in which it is first posted. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from bot.views.asleep import quietly, slept
from bot.views.corrections import corrected, joined_since, moved, near_misses
from bot.views.drawing import Effect
from bot.views.evidence import evidence
from bot.views.expiring import expiring
from bot.views.inquiry import inquiries
from bot.views.joining import another_yes
from bot.views.mended import by_hand
from bot.views.outcome import announcements, followed, merged, missing
from bot.views.plan import plan
from bot.views.progress import progress
from bot.views.proof import logs, proof
from bot.views.pull_request import pull_request
from bot.views.question import question
from bot.views.reporter import answers
from bot.views.scene import Scene
from bot.views.standing import allowed
from bot.views.taken import taken
from storage.records import Fix, ShownPlan


def thread(scene: Scene) -> Iterator[Effect]:
    """The messages under the card, and what reporters are told under theirs. Of one that sleeps no new ones."""
    yield from slept(scene)  # first: what was kept back follows
    yield from quietly(scene, _awake(scene))
    yield from inquiries(scene)  # who asks is answered, whether it sleeps or not


def _awake(scene: Scene) -> Iterator[Effect]:
    yield evidence(scene)
    yield from answers(scene)
    if (told := progress(scene)) is not None:
        yield told
    for asked in scene.snapshot.questions:
        yield question(scene, asked)
    for shown in scene.snapshot.plans:
        yield from _plan(scene, shown)
    yield from missing(scene)
    for fix in scene.snapshot.fixes:
        yield from _fix(scene, fix)
    if (news := joined_since(scene)) is not None:
        yield news
    yield from taken(scene)
    yield near_misses(scene)
    yield from corrected(scene)
    yield from moved(scene)
    yield from announcements(scene)
    for fix in scene.snapshot.fixes:  # so late, because it is what came of all that was announced
        if fix.merged_at is not None:
            yield merged(scene, fix)
    yield from followed(scene)


def _plan(scene: Scene, shown: ShownPlan) -> Iterator[Effect]:
    yield plan(scene, shown)
    for told in (another_yes(scene, shown), allowed(scene, shown), expiring(scene, shown)):
        if told is not None:
            yield told


def _fix(scene: Scene, fix: Fix) -> Iterator[Effect]:
    if fix.proof is not None:
        yield proof(fix, fix.proof)
        if (whole := logs(scene, fix, fix.proof)) is not None:
            yield whole
    if fix.number is not None:
        yield by_hand(scene, fix) if fix.by_hand else pull_request(fix)
