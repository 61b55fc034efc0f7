"""What people read of an answer: what was run in a line, names, and what is left when something did not hold."""

from __future__ import annotations

import pytest

from storage.inquiries import Reply
from storage.judgments import Evidence, EvidenceKind, Finding
from tests.bot.inquiries import CODE, asked, last, says
from tests.bot.life import Life, with_a_plan
from tests.bot.workplace import ADA, Workplace, text_of

RUN = Evidence(
    kind=EvidenceKind.COMMAND,
    where=f'python -c "\nimport shop\nfor price in ({", ".join(map(str, range(99)))}):\n    print(shop.total(price))"',
    quote="0\nZeroDivisionError: division by zero",
)
RECORD = Evidence(kind=EvidenceKind.QUERY, where="record", quote="Its priority is P2.")


@pytest.fixture
def life(place: Workplace) -> Life:
    return with_a_plan(place)


def _answered(life: Life, reply: Reply) -> str:
    says(life, "does 2.2 have it too?")
    life.store.inquiries.answer(asked(life)[-1].id or 0, reply)
    return text_of(last(life))


def test_what_was_run_or_asked_is_one_short_line_with_what_came_of_it(life: Life) -> None:
    shown = _answered(life, Reply(claims=(Finding(claim="Yes.", evidence=(RUN, RECORD)),)))
    assert 'python -c " import shop for price in (0, 1, 2' in shown
    assert "shop.total" not in shown
    assert "“0 ZeroDivisionError: division by zero”" in shown
    assert "“Its priority is P2.”" in shown


def test_what_is_left_of_an_answer_is_not_shown_as_the_answer(life: Life) -> None:
    rest = Reply(claims=(Finding(claim="It stands in app/export.py.", evidence=(CODE,)),), lead_dropped=True)
    shown = _answered(life, rest)
    assert shown.index("to the question itself rested on what does not hold") < shown.index("It stands in")
    assert "It stands in" not in last(life).text


def test_where_nothing_of_an_answer_holds_what_is_not_known_still_says_why(life: Life) -> None:
    shown = _answered(
        life, Reply(unknown="Ask whoever wrote it.", lead_dropped=True, citations_made=1, citations_dropped=1)
    )
    assert "What I had to say rested on citations that do not hold" in shown
    assert "Not known" in shown
    assert "I do not know" not in shown


def test_people_are_named_in_what_is_not_known_and_what_is_quoted_too(life: Life) -> None:
    approvers = RECORD.model_copy(update={"quote": f"Its plans may be approved by {ADA}."})
    claim = Finding(claim="Nobody has.", evidence=(approvers,))
    _answered(life, Reply(claims=(claim,), unknown=f"Whether it may wait; {ADA}, who may approve it, can say."))
    for words in ("may wait", "may be approved"):
        (line,) = [block for block in last(life).blocks if words in str(block)]
        assert {"type": "user", "user_id": ADA} in line["elements"][0]["elements"]
