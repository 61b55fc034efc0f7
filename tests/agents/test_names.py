"""What a signal calls other signals: the ways in which people write it, and when they say that it is the same."""

from __future__ import annotations

from typing import Any

import pytest

from agents.gathering.names import MOST, names_in
from agents.redaction.redact import Redactor
from agents.terms import Policy, Repository, SourceTerms
from storage.records import Signal
from storage.searching.named import Name
from tests.factories import a_moment

SOURCES = ("bugs", "tracker", "slack")
POLICY = Policy(
    repositories=(Repository(name="acme/shop"),),
    sources={
        "bugs": SourceTerms(kind="github", report_to="C012AB3CD", options={"repository": "acme/docs"}),
        "tracker": SourceTerms(kind="linear", report_to="C012AB3CD"),
    },
)


def named(text: str, **fields: Any) -> tuple[Name, ...]:
    signal = {"source": "slack", "external_id": "C1/1700000000.000100", "happened_at": a_moment(), **fields}
    return names_in(Signal(body=Redactor(b"key").text(text), **signal), POLICY)


def items(text: str, **fields: Any) -> list[str]:
    return [item for name in named(text, **fields) for item in name.items]


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("this is ENG-431 once more", "ENG-431"),
        ("<https://linear.app/acme/issue/ENG-431/export|ENG-431 export>", "ENG-431"),
        ("do you mean SHOP-1F2?", "SHOP-1F2"),
        ("like SHOP-BACKEND-1F2.", "SHOP-BACKEND-1F2"),
        ("re ticket 7153", "ticket-7153"),
        ("Zendesk #4471 says", "ticket-4471"),
        ("https://acme.zendesk.com/agent/tickets/4471", "ticket-4471"),
        ("related: acme/api#12", "acme/api#12"),
        ("Acme/Shop#12, I think", "acme/shop#12"),
        ("shop #77 maybe", "acme/shop#77"),
        ("#77 in docs", "acme/docs#77"),
        ("see https://acme.slack.com/archives/C012AB3CD/p1712345678000100", "C012AB3CD/1712345678.000100"),
        (
            "https://a.slack.com/archives/C012AB3CD/p1712345679000100?thread_ts=1712345678.000100&cid=C012AB3CD",
            "C012AB3CD/1712345678.000100",
        ),
    ],
)
def test_a_name_is_known_by_its_form(text: str, item: str) -> None:
    found = [name for name in named(text) if item in name.items]
    assert found
    assert found[0].sources in (SOURCES, ("slack",))


def test_a_report_is_named_as_people_call_it() -> None:
    assert Name(report=12) in named("as in sb-12, see there")
    assert named("SB-12345678901") == () or all(not name.report for name in named("SB-12345678901"))


def test_a_number_alone_is_one_of_the_signal_s_own_source() -> None:
    text = "see #12, bug 13 and issues/14; not &#8217; and not #include"
    assert items(text, source="bugs", external_id="acme/shop#99") == ["acme/shop#12", "acme/shop#13", "acme/shop#14"]
    assert items("#12", source="desk", external_id="ticket-99") == ["ticket-12"]
    assert items("#12") == []
    assert items("#12", source="tracker", external_id="ENG-99") == []  # people write ENG-12


def test_the_frames_of_a_stack_trace_are_no_numbers_of_issues() -> None:
    trace = "#0 app/Upload.php(118): verify()\n  #1 app/Upload.php(71): assemble()\n#7219 is closed"
    assert items(trace, source="bugs", external_id="acme/shop#99") == ["acme/shop#7219"]


def test_a_signal_does_not_name_itself() -> None:
    assert named("ENG-9: it hangs", source="tracker", external_id="ENG-9") == ()


def test_only_the_first_names_of_many_are_looked_up() -> None:
    assert len(named(" ".join(f"ENG-{number}" for number in range(500)))) == MOST


@pytest.mark.parametrize(
    "text",
    [
        "same as ENG-431", "The same bug as ENG-431.", "Same problem as in ENG-431", "duplicate of ENG-431",
        "dup of <https://linear.app/acme/issue/ENG-431|ENG-431>", "dupe: ENG-431", "this is ENG-431 again",
        "ENG-431 is back", "ENG-431 still happening", "recurrence of ENG-431",
    ],
)  # fmt: skip
def test_a_sentence_may_say_that_it_is_the_same(text: str) -> None:
    assert [name.same for name in named(text)] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "see ENG-431", "ENG-431", "similar to ENG-431", "related to ENG-431", "not the same as ENG-431",
        "I don't think it is a duplicate of ENG-431", "may be a duplicate of ENG-431", "ENG-431 broke the back button",
        "Same again. ENG-431 is closed.", "was mistakenly closed as duplicate of ENG-431",
    ],
)  # fmt: skip
def test_a_mention_alone_a_doubt_or_a_no_says_nothing(text: str) -> None:
    assert [name.same for name in named(text)] == [False]
