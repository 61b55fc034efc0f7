"""The words of a pull request."""

from __future__ import annotations

from typing import Any

from agents.pull_requests.text import LOG_LIMIT, pull_request_draft
from storage.judgments import Summary
from storage.records import Signal
from tests.agents.handed_in import AT, ISSUE, PROOF, a_case, handed_in

SENTRY = Signal(source="sentry", external_id="S-1", title="tiles", url="https://s.example/1", happened_at=AT)


def body(*signals: Signal, log: str = "E ValueError", words: str = "Guard the logarithm.", **case: Any) -> str:
    proof = PROOF.model_copy(update={"before_log": log})
    submission = handed_in(summary=words)
    return pull_request_draft(a_case(**case), signals or (SENTRY,), submission, proof, branch="b").body


def slack(title: str, number: int = 1) -> Signal:
    return Signal(
        source="slack", external_id=f"C07SOLAR/1700000001.00010{number}", url=f"https://acme.example/archives/C07/p{number}",
        summary=Summary(about_product=True, title=title, gist="It is blank.", queries=()), happened_at=AT,
    )  # fmt: skip


def test_it_says_what_was_wrong_what_changes_and_the_proof_in_that_order() -> None:
    text = body()
    parts = (
        "Zero crashes the page.", "[sentry S-1](https://s.example/1): tiles", "Fixes #31", "Guard the logarithm.",
        "without the change, with `math domain error`, and pass",
        "- `tests/test_x.py::test_zero`", "the whole suite passes (`python -m pytest -q`)",
        "E ValueError", "468 passed",
        "None seen.", "Revert the", "log10 of 0 raises.", "SB-3", "https://acme.slack.example/archives/C07/p17",
    )  # fmt: skip

    places = [text.find(part) for part in parts]
    assert -1 not in places
    assert places == sorted(places)
    assert text.count("<details>") == text.count("</details>") == 4


def test_the_longest_logs_still_fit_into_a_pull_request() -> None:
    text = body(log="x" * 1_000_000)

    assert len(text) < 65_536
    assert "… cut …" in text
    assert text.count("x" * 100) <= LOG_LIMIT // 100


def test_a_log_cannot_break_out_of_its_fence() -> None:
    text = body(log="```\n</details> ````` @everyone")

    assert "``````text" in text


def test_foreign_words_mention_nobody_and_bring_no_html() -> None:
    loud = SENTRY.model_copy(update={"title": "<img src=x> ping @acme/all"})
    text = body(loud, gist="<script>")

    assert "<img" not in text
    assert "<script>" not in text
    assert "@acme" not in text


def test_foreign_words_close_no_issue_and_are_no_links_pictures_or_headings() -> None:
    said = (
        "Fixes #12, closes: acme/shop#3,\n# Resolved https://github.com/acme/shop/issues/4 [here](https://evil.example)"
    )
    signal = SENTRY.model_copy(update={"title": said})
    text = body(signal, gist="![seen](https://evil.example/x.png) closed gh-5")

    assert "Fixes issue #12, closes: issue acme/shop#3, # Resolved issue https://github.com/acme/shop/issues/4" in text
    assert r"\[here\](https://evil.example)" in text
    assert "![seen]" not in text
    assert "closed issue gh-5" in text


def test_a_slack_message_is_named_by_what_it_says_and_not_by_its_raw_id() -> None:
    text = body(slack("The page is blank"))

    assert "- [a message in Slack](https://acme.example/archives/C07/p1): The page is blank" in text
    assert "C07SOLAR/" not in text


def test_what_is_said_twice_is_listed_once_and_of_many_places_the_first() -> None:
    twice = body(slack("The page is blank"), slack("The page is blank", 2))
    many = body(*(slack(f"Blank page {number}", number) for number in range(9)))

    assert twice.count("The page is blank") == 1
    assert many.count("a message in Slack") == 6
    assert "- and 3 more" in many


def test_an_issue_of_the_repository_is_closed_by_the_merge_and_one_of_another_is_linked() -> None:
    other = ISSUE.model_copy(update={"external_id": "acme/other#8"})
    text = body(signals=(ISSUE, other))

    assert "Fixes #31" in text
    assert "#8" not in text.replace("acme/other#8", "")


def test_readers_who_may_not_see_the_report_are_told_of_the_code_alone() -> None:
    text = body(slack("Nordhang is blank"), discreet=True, thread="")

    assert "Zero crashes the page" not in text
    assert "Nordhang" not in text
    assert "log10 of 0" not in text
    assert "slack" not in text.lower()
    assert "Fixes #31" in text  # whose readers are the repository's
    assert "Guard the logarithm." in text
    assert "E ValueError" in text


def test_code_in_the_agents_words_stays_as_it_is() -> None:
    text = body(words="`a < b` and List<int>:\n\n```python\n@cached\ndef f(): return a < b\n```\nthen @ada")

    assert "`a < b` and List&lt;int>" in text
    assert "\n@cached\ndef f(): return a < b\n" in text
    assert "@ada" not in text


def test_a_fence_without_an_end_swallows_nothing() -> None:
    assert "\n```" not in body(words="See:\n```python\nx = 1\n").split("## Proof")[0]


def test_what_only_looks_like_code_is_escaped() -> None:
    for words in (
        "a ` b\n<img src=x> ` c `d`",
        "\\`<img src=x>`",
        "- ```\n  ```\n<img src=x>\n```",
        "`` <img src=x> `",
    ):
        assert "<img" not in body(words=words)


def test_words_that_would_close_an_issue_of_their_own_do_not() -> None:
    text = body(words="This fixes #7, Resolves: acme/other#8 and closes https://code.example/acme/x/issues/9.")

    assert "fixes issue #7, Resolves: issue acme/other#8 and closes issue https://" in text
