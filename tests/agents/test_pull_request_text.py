"""The words of a pull request."""

from __future__ import annotations

import datetime as dt

from agents.pull_request_text import LOG_LIMIT, pull_request_draft, title_text
from storage.judgments import FixSubmission, Proof, Summary
from storage.records import Report, Signal

SUBMISSION = FixSubmission(
    title="Say zero as zero",
    summary="Guard the logarithm.",
    test_files=("tests/test_x.py",),
    test_ids=("tests/test_x.py::test_zero",),
    expected_failure="math domain error",
    risk="None seen.",
    undo="Revert the commit.",
)


def body(before_log: str = "E ValueError", title: str = "tiles", gist: str = "Zero crashes the page.") -> str:
    proof = Proof(
        test_ids=SUBMISSION.test_ids,
        failed_before=True,
        passed_after=True,
        suite_passed=True,
        before_log=before_log,
        after_log="1 passed",
        suite_log="468 passed",
    )
    signal = Signal(
        source="sentry", external_id="S-1", title=title, url="https://s.example/1", happened_at=dt.datetime.now(dt.UTC)
    )
    described = Report(id=3, title="Zero crashes", gist=gist)
    return pull_request_draft(
        described, [signal], SUBMISSION, proof, branch="b", thread="https://slack.example/p1", label="signalbox"
    ).body


def test_it_names_problem_proof_risk_undo_and_thread() -> None:
    text = body()

    for part in (
        "Zero crashes the page.",
        "[S-1](https://s.example/1)",
        "E ValueError",
        "468 passed",
        "Revert the",
        "SB-3",
    ):
        assert part in text
    assert text.count("<details>") == 3


def test_the_longest_logs_still_fit_into_a_pull_request() -> None:
    text = body(before_log="x" * 1_000_000)

    assert len(text) < 65_536
    assert "… cut …" in text
    assert text.count("x" * 100) <= LOG_LIMIT // 100


def test_a_log_cannot_break_out_of_its_fence() -> None:
    text = body(before_log="```\n</details> ````` @everyone")

    assert "``````text" in text


def test_foreign_words_mention_nobody_and_bring_no_html() -> None:
    text = body(title="<img src=x> ping @acme/all", gist="<script>")

    assert "<img" not in text
    assert "<script>" not in text
    assert "@acme" not in text


def test_foreign_words_close_no_issue_and_are_no_links_pictures_or_headings() -> None:
    said = (
        "Fixes #12, closes: acme/shop#3,\n# Resolved https://github.com/acme/shop/issues/4 [here](https://evil.example)"
    )
    text = body(title=said, gist="![seen](https://evil.example/x.png) closed gh-5")

    assert "Fixes issue #12, closes: issue acme/shop#3, # Resolved issue https://github.com/acme/shop/issues/4" in text
    assert r"\[here\](https://evil.example)" in text
    assert "![seen]" not in text
    assert "closed issue gh-5" in text
    assert title_text(SUBMISSION.model_copy(update={"title": "Fix #12 for @ada"})) == "Fix issue #12 for @\u200bada"


def test_a_slack_message_is_named_by_what_it_says_and_not_by_its_raw_id() -> None:
    summary = Summary(about_product=True, title="The page is blank", gist="It is blank.", queries=())
    signal = Signal(
        source="slack", external_id="C07SOLAR/1700000001.000100", url="https://acme.example/archives/C07/p17",
        summary=summary, happened_at=dt.datetime.now(dt.UTC),
    )  # fmt: skip
    proof = Proof(test_ids=(), failed_before=True, passed_after=True, suite_passed=True, before_log="", after_log="",
                  suite_log="")  # fmt: skip
    text = pull_request_draft(
        Report(id=3, title="Zero crashes", gist="x"), [signal], SUBMISSION, proof, branch="b", thread="", label="l"
    ).body

    assert "- slack: [a message](https://acme.example/archives/C07/p17) — The page is blank" in text
    assert "C07SOLAR/" not in text
