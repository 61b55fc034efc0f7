"""What buttons carry, and that nothing else is taken for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.actions import Action, Choice, HeldChoice, action_id, action_of


@given(report_id=st.integers(1, 2**31 - 1), revision=st.integers(0, 2**31 - 1), option=st.integers(-1, 99))
def test_what_a_button_carries_comes_back(report_id: int, revision: int, option: int) -> None:
    choice = Choice(report_id=report_id, plan_revision=revision, plan_hash="f" * 64, option=option)

    assert Choice.model_validate_json(choice.json_text) == choice
    assert len(choice.json_text) < 2_000


@pytest.mark.parametrize(
    "value", ["", "{}", "[]", '{"report_id":"1"}', '{"report_id":1,"x":1}', '{"report_id":0}', '{"report_id":1.5}']
)
def test_a_value_that_is_not_of_our_making_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="valid"):
        Choice.model_validate_json(value)
    with pytest.raises(ValueError, match="valid"):
        HeldChoice.model_validate_json(value)


def test_action_ids_are_found_again_with_and_without_their_number() -> None:
    assert {action_of(action_id(action, number)) for action in Action for number in (None, 7)} == set(Action)
    with pytest.raises(ValueError, match="another"):
        action_of("another:1")
