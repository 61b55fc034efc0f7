"""What people see of research: numbers, reviewers, ruled-out causes with their evidence, what may have mended it."""

from __future__ import annotations

import pytest

from bot.views.limits import within
from bot.views.plan import plan
from bot.views.progress import progress
from storage.assessment import Assessment, Factor, Ranked, Reviewer, Touch
from storage.judgments import Confidence, Evidence, EvidenceKind, Finding, Hypothesis, Priority, Standing
from storage.status import Status
from tests.bot.scenes import a_scene
from tests.factories import a_research


def test_a_plan_shows_who_reviews_what_may_have_mended_it_and_who_is_at_it() -> None:
    touch = Touch(what="#12: Guard the export", files=("app/export.py",), url="https://github.example/pull/12")
    assessment = Assessment(
        reviewers=(Reviewer(name="Ada", login="ada-s", why="wrote 4 of 7 lines"), Reviewer(name="Bo", why="owns app")),
        touched_since=(Touch(what="1a2b3c of 2026-11-20: Close it"),),
        in_flight=(touch,),
    )
    scene = a_scene(status=Status.AWAITING_APPROVAL)
    scene.report.research = a_research(assessment=assessment)

    older, newest = (str(within(plan(scene, shown).blocks)) for shown in scene.snapshot.plans)

    assert "Ada" not in older
    for words in ("ada-s", "wrote 4 of 7 lines", "no login known", "May be addressed already", "1a2b3c", touch.url):
        assert words in newest


@pytest.mark.parametrize("public", [True, False])
def test_who_is_asked_for_a_yes_is_told_that_the_repository_is_public(*, public: bool) -> None:
    scene = a_scene(status=Status.AWAITING_APPROVAL)
    scene.report.research = a_research(assessment=Assessment(public=public))

    older, newest = (str(within(plan(scene, shown).blocks)) for shown in scene.snapshot.plans)

    assert ("The repository is public" in newest) is public
    assert "The repository is public" not in older


def test_research_shows_numbers_ruled_out_causes_with_their_evidence_and_what_was_dropped() -> None:
    factor = Factor(points=2, counted="it was counted")
    ranked = Ranked(priority=Priority.P3, importance=factor, impact=factor, severity=factor)
    against = Evidence(kind=EvidenceKind.COMMAND, where="df -h", quote="12 % used")
    full = Hypothesis(statement="The disk is full.", standing=Standing.REJECTED, evidence_against=(against,))
    locked = Hypothesis(statement="A lock is held.", standing=Standing.OPEN, why="No lock was looked for.")
    scene = a_scene(status=Status.AWAITING_APPROVAL)
    scene.report.research = a_research(
        hypotheses=(full, locked), citations_made=5, citations_dropped=1, assessment=Assessment(ranked=ranked)
    )

    drawn = progress(scene)

    assert drawn is not None
    shown = str(within(drawn.blocks))
    for words in ("Ruled out: ", "The disk is full.", "df -h", "12 % used", "Not settled: ", "A lock is held.",
                  "1 of 5 citations did not hold and was left out.",
                  "P3 by the numbers (of 64; P0 from 48, P1 from 27, P2 from 9, P3 from 2): ",
                  "2 x 2 x 2 = 8",
                  "The agent would say P2: Some people cannot export."):  # fmt: skip
        assert words in shown


def test_a_signal_that_is_cited_is_shown_by_its_title_and_linked_and_never_by_its_raw_id() -> None:
    scene = a_scene("The page is blank", status=Status.AWAITING_APPROVAL)
    known, gone = scene.signals[0], "C07SOLAR/1699999999.000200"
    known.url = "https://acme.example/archives/C07SOLAR/p1700000001000100"
    cited = tuple(Evidence(kind=EvidenceKind.SIGNAL, where=each, quote="blank") for each in (known.external_id, gone))
    other = Evidence(kind=EvidenceKind.SIGNAL, where="SHOP-12", quote="blank")
    against = Hypothesis(statement="A lock is held.", standing=Standing.REJECTED, evidence_against=cited)
    scene.report.research = a_research(
        findings=(Finding(claim="It is blank.", evidence=(*cited, other)),), hypotheses=(against, against)
    )
    drawn = progress(scene)

    assert drawn is not None
    shown = str(within(drawn.blocks))
    assert known.external_id not in shown
    assert gone not in shown
    assert shown.count(f"'text': 'Slack: {known.title[:72]}") + shown.count(known.url) >= 2
    assert shown.count("'https://acme.example/archives/C07SOLAR/p1699999999000200'") == 3
    assert "SHOP-12" in shown


def test_research_shows_how_it_was_reproduced_or_why_not() -> None:
    scene = a_scene(status=Status.AWAITING_APPROVAL)

    def shown(**fields: object) -> str:
        scene.report.research = a_research(**fields)
        drawn = progress(scene)
        return str(within(drawn.blocks)) if drawn is not None else ""

    assert "python -m shop" in shown(confidence=Confidence.REPRODUCED, reproduction="python -m shop")
    assert "Not reproduced: it needs a browser" in shown(reproduction_not_because="it needs a browser")
    assert "eproduced" not in shown()
