"""What the demo counts as wrong, with and without a model."""

from __future__ import annotations

from playground.tally import PullRequestTally, Tally, faults

PULL = PullRequestTally(number=35, rounds=1, checks="green", merged=True, failed_before=True, passed_after=True)


def tally(**other: object) -> Tally:
    good = Tally(
        model="recorded",
        signals=12,
        held=1,
        duplicates=3,
        reports=2,
        filed=6,
        astray=[],
        refused_approvals=1,
        answered=1,
        pull_requests=[PULL, PULL],
        resolved=2,
        slack_posts=25,
        model_calls=35,
        estimated_cost_usd=0.75,
        seconds=60,
    )
    return good.model_copy(update=other)


def test_a_run_that_closed_the_loop_for_both_bugs_has_no_faults() -> None:
    assert faults(tally()) == []


def test_a_signal_in_the_wrong_report_is_named() -> None:
    [sentence] = faults(tally(astray=["PLAT-318"]))
    assert "PLAT-318" in sentence


def test_without_a_model_nothing_is_fixed_and_everything_must_be_filed_rightly() -> None:
    without = tally(model="none", pull_requests=[], resolved=0, refused_approvals=0, answered=0)
    assert faults(without) == []
    assert len(faults(without.model_copy(update={"astray": ["ticket-48213"], "reports": 3}))) == 2
    assert len(faults(tally(pull_requests=[], resolved=0))) == 2
