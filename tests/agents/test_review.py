"""A proven fix is reviewed by a model that did not write it: what is sent back, what people read, what code checks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import pytest

from agents.cases import FixCase, SeenSignal
from agents.checkout.around import Surroundings
from agents.errors import ModelRefused
from agents.exchange import Remark
from agents.prompts import prompt
from agents.proof.proven import ProvenFix
from agents.stages.review import AboutReview, review
from storage.judgments import Outcome, Proof, Stage
from storage.reviews import Angle, Objection, Review
from storage.submissions import FixSubmission
from tests.agents.fixed import (
    PLAN,
    PRICES,
    REPOSITORY,
    RESEARCH,
    SUBMISSION,
    SUBMIT,
    TESTS,
    WRITE_CURE,
    WRITE_TEST,
    fed_back,
    run,
)
from tests.fake_workspaces import FakeWorkspaces, make_repository
from tests.fakes import RecordingCheckpoint, ScriptedModel
from tests.known_runs import known_runs

GOOD = Review(reason="The guard is where the plan wants it.")
LINE = "    return sum(prices) / len(prices) if prices else 0"
PATCH = f"""diff --git a/shop/prices.py b/shop/prices.py
--- a/shop/prices.py
+++ b/shop/prices.py
@@ -1,2 +1,2 @@
 def average(prices):
-    return sum(prices) / len(prices)
+{LINE}
"""
PROOF = Proof(
    test_ids=("t",), failed_before=True, passed_after=True, suite_passed=True, before_log="boom", after_log="1 passed",
    suite_log="9 passed",
)  # fmt: skip


def held(
    angle: Angle = Angle.LOGIC, *, blocks: bool = True, where: str = "shop/prices.py", quote: str = LINE
) -> Review:
    objection = Objection(angle=angle, where=where, quote=quote, why="A generator is never empty.", blocks=blocks)
    return Review(objections=(objection,), reason="One thing.")


@dataclass
class Reviewer:
    """Gives its reviews in order, the last for ever."""

    reviews: list[Review]
    asked: list[tuple[str, int]] = field(default_factory=list)

    def __call__(self, fix: ProvenFix, number: int) -> Review:
        assert (fix.proof.holds, fix.submission.title) == (True, fix.case.plan.title)
        assert "def average(prices):" in fix.around.files
        self.asked.append((fix.patch, number))
        return self.reviews[min(len(self.asked), len(self.reviews)) - 1]


@pytest.fixture(scope="module")
def workspaces(tmp_path_factory: pytest.TempPathFactory) -> FakeWorkspaces:
    folder = tmp_path_factory.mktemp("reviewed")
    make_repository(folder, {"shop/__init__.py": "", "shop/prices.py": PRICES, "tests/test_prices.py": TESTS})
    return FakeWorkspaces(folder, known=known_runs())


@pytest.fixture(scope="module")
def case(workspaces: FakeWorkspaces) -> FixCase:
    signal = SeenSignal(
        external_id="C1/17", source="slack", title="Empty basket", happened_at=dt.datetime(2026, 1, 2, tzinfo=dt.UTC)
    )
    return FixCase(
        subject="C1/17", report_id=7, title="Empty baskets crash", gist="It crashes.", signals=(signal,),
        repository=REPOSITORY, base_sha=workspaces.head(REPOSITORY), plan=PLAN, approved_by="U1", research=RESEARCH,
    )  # fmt: skip


def test_what_the_reviewer_objects_to_goes_back_to_the_agent_and_only_what_is_proven_is_reviewed(
    case: FixCase, workspaces: FakeWorkspaces
) -> None:
    reviewer = Reviewer([held(), GOOD])
    model = ScriptedModel({Stage.FIX: [WRITE_TEST, SUBMIT, WRITE_CURE, SUBMIT, SUBMIT]})

    done = run(case, workspaces, model, review=reviewer)

    assert "a reviewer who saw report, plan and change objects" in fed_back(model, 5)
    assert "logic, shop/prices.py" in fed_back(model, 5)
    assert [number for _, number in reviewer.asked] == [2, 3]  # the first submission was not proven
    assert done.outcome is Outcome.FINISHED
    assert done.proof is not None
    assert (done.proof.reviewed, done.proof.remarks) == (GOOD.reason, ())


def test_a_fix_that_is_objected_to_until_refusals_are_used_up_is_not_pushed_and_says_why(
    case: FixCase, workspaces: FakeWorkspaces
) -> None:
    done = run(case, workspaces, [WRITE_TEST, WRITE_CURE, *[SUBMIT] * 4], review=Reviewer([held()]))

    assert done.outcome is Outcome.OBJECTED
    assert "A generator is never empty." in done.sentence


@pytest.mark.parametrize("said", [held(blocks=False), held(Angle.CONVENTIONS)])
def test_what_does_not_block_or_is_a_matter_of_style_is_told_to_people_and_holds_nothing_up(
    case: FixCase, workspaces: FakeWorkspaces, said: Review
) -> None:
    done = run(case, workspaces, [WRITE_TEST, WRITE_CURE, SUBMIT], review=Reviewer([said]))

    assert done.outcome is Outcome.FINISHED
    assert done.proof is not None
    assert done.proof.remarks == (said.objections[0].sentence,)


def test_a_resumed_round_pays_no_review_again(case: FixCase, workspaces: FakeWorkspaces) -> None:
    checkpoint, script = RecordingCheckpoint(), [WRITE_TEST, WRITE_CURE, SUBMIT]
    run(case, workspaces, script, checkpoint, review=Reviewer([GOOD]))
    assert checkpoint.live == ["turn:1", "turn:2", "turn:3", "proof:3", "review:3"]
    reviewer = Reviewer([held()])

    done = run(case, workspaces, script, checkpoint.resumed(after=5), review=reviewer)

    assert (done.outcome, reviewer.asked) == (Outcome.FINISHED, [])


def proven(case: FixCase) -> ProvenFix:
    around = Surroundings(files="shop/prices.py\n1: def average(prices):", uses="shop/cart.py:7:    average(basket)")
    return ProvenFix(case=case, patch=PATCH, submission=FixSubmission(**SUBMISSION), proof=PROOF, around=around)


def about(case: FixCase) -> AboutReview:
    return AboutReview(subject="x", fix=proven(case))


def test_an_objection_quotes_the_change_and_is_about_a_file_of_it_or_of_the_plan(case: FixCase) -> None:
    seen = about(case)

    assert seen.fault(held()) == ""
    assert seen.fault(held(quote="", where="tests/test_prices.py")) == ""
    assert "has no line" in seen.fault(held(quote="return 0"))
    assert "neither changed nor planned" in seen.fault(held(where="shop/other.py"))


def test_the_reviewer_reads_what_was_approved_and_asked_for_and_every_field_of_its_answer_is_explained(
    case: FixCase,
) -> None:
    asked = Remark(id="1", author="ada", text="Keep the rounding.", may_write=True)
    page = prompt(Stage.REVIEW, about(case.model_copy(update={"instructions": (asked,)})).variables())

    assert all(
        part in page.case
        for part in (
            PLAN.approach,
            "Keep the rounding.",
            LINE,
            "boom",
            "1 passed",
            "9 passed",
            "1: def average",
            "cart.py:7",
        )
    )
    names = [*Review.model_json_schema()["properties"], *Objection.model_json_schema()["properties"]]
    assert [name for name in names if f"`{name}`" not in page.standing] == []
    assert [angle for angle in Angle if f"`{angle}`" not in page.standing] == []


@pytest.mark.parametrize("answer", [ModelRefused("It would not."), held(quote="not there")])
def test_without_a_valid_review_nothing_is_held_against_it_and_that_is_said(
    case: FixCase, answer: Review | Exception
) -> None:
    model = ScriptedModel(judgments={Stage.REVIEW: [answer]})

    said = review(proven(case), model, run="fix:7:1:1", number=2)

    assert said.refusals == ()
    assert said.reason.startswith("No model has reviewed it")
    assert model.judged[0][1].subject == "C1/17/2"
    assert model.judged[0][1].run == "fix:7:1:1"
