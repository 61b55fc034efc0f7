"""Several models for a stage: the next one answers, in the same turn, when those before it do not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from agents.adapters.claude.claude import ClaudeModel, ClientOptions
from agents.adapters.claude.ledger import StoreLedger
from agents.adapters.claude.roster import TRIPS_AT, Roster
from agents.errors import ModelDown, ModelRefused
from agents.model_terms import Models
from agents.terms import Budgets, Policy
from storage.judgments import Outcome, Stage
from storage.store import Store
from tests.agents.asking_claude import a_line
from tests.agents.looking import SUBMIT, look, runs, scripted
from tests.agents.loopback import Api, Reply, serving
from tests.fakes import RecordingCheckpoint

FIRST, SECOND = "claude-opus-5", "claude-sonnet-4-6"
OVERLOADED = Reply(status=529)


@pytest.fixture
def api() -> Iterator[Api]:
    with serving(Api([look(1), look(2), SUBMIT])) as served:
        yield served


def a_model(api: Api, store: Store, *models: str, **options: Any) -> ClaudeModel:
    settings: dict[str, Any] = {"retries": 0, "seconds": 5.0, **options}
    named = Models(stages={Stage.RESEARCH: models})
    ledger = StoreLedger(store.spending, Budgets())
    return ClaudeModel([a_line(api)], named, ledger, options=ClientOptions(**settings))


def asked_models(api: Api) -> list[str]:
    return [body["model"] for _, body in api.asked]


def test_when_a_model_dies_in_a_run_the_next_one_answers_that_very_turn(api: Api, sqlite_store: Store) -> None:
    api.by_model = {FIRST: scripted(look(1), OVERLOADED, OVERLOADED), SECOND: scripted(look(1), look(2), SUBMIT)}

    trail = runs(a_model(api, sqlite_store, FIRST, SECOND), sqlite_store)

    assert (trail.outcome, trail.turns) == (Outcome.FINISHED, 3)
    assert asked_models(api) == [FIRST, FIRST, SECOND, FIRST, SECOND]
    assert [headers["x-signalbox-turn"] for headers, _ in api.asked] == ["1", "2", "2", "3", "3"]
    (run,) = sqlite_store.runs.all()
    assert (run.models, run.turns, run.calls) == ((FIRST, SECOND), 3, 5)


def test_a_models_thoughts_are_given_back_to_it_and_to_no_other(api: Api, sqlite_store: Store) -> None:
    api.by_model = {FIRST: scripted(look(1), look(2), OVERLOADED), SECOND: scripted(look(1), look(2), SUBMIT)}

    runs(a_model(api, sqlite_store, FIRST, SECOND), sqlite_store)

    own, others = api.asked[2][1], api.asked[3][1]
    assert (own["model"], others["model"]) == (FIRST, SECOND)
    kinds = [[block["type"] for block in message["content"]] for message in own["messages"] if
             message["role"] == "assistant"]  # fmt: skip
    assert kinds == [["thinking", "tool_use"], ["thinking", "tool_use"]]
    assert [[block["type"] for block in message["content"]] for message in others["messages"] if
            message["role"] == "assistant"] == [["tool_use"], ["tool_use"]]  # fmt: skip


@pytest.mark.parametrize("status", [429, 500, 503, 529, 404])
def test_what_another_model_may_answer_is_asked_of_it(api: Api, sqlite_store: Store, status: int) -> None:
    api.by_model = {FIRST: lambda _: Reply(status=status)}

    assert runs(a_model(api, sqlite_store, FIRST, SECOND), sqlite_store).outcome is Outcome.FINISHED


def test_a_model_that_says_nothing_within_its_time_is_followed_by_the_next(api: Api, sqlite_store: Store) -> None:
    def silent(_: dict[str, Any]) -> Reply:
        time.sleep(0.6)
        return OVERLOADED

    api.by_model = {FIRST: silent, SECOND: scripted(SUBMIT)}

    assert runs(a_model(api, sqlite_store, FIRST, SECOND, seconds=0.3), sqlite_store).outcome is Outcome.FINISHED


@pytest.mark.parametrize(("status", "error"), [(401, ModelDown), (403, ModelDown), (400, ModelRefused)])
def test_what_no_other_model_would_answer_is_asked_of_none(
    api: Api, sqlite_store: Store, status: int, error: type[Exception]
) -> None:
    api.replies = [Reply(status=status)]
    model = a_model(api, sqlite_store, FIRST, SECOND)

    if error is ModelRefused:
        assert runs(model, sqlite_store).outcome is Outcome.REFUSED
    else:
        with pytest.raises(error):
            runs(model, sqlite_store)

    assert asked_models(api) == [FIRST]


@pytest.mark.parametrize("reason", ["refusal", "model_context_window_exceeded"])
def test_what_a_model_declines_the_next_one_is_asked_and_where_all_do_it_is_refused(
    api: Api, sqlite_store: Store, reason: str
) -> None:
    declines = Reply([], reason)
    api.by_model = {FIRST: scripted(look(1), declines, declines), SECOND: scripted(look(1), look(2), SUBMIT)}

    trail = runs(a_model(api, sqlite_store, FIRST, SECOND), sqlite_store)

    assert (trail.outcome, trail.turns) == (Outcome.FINISHED, 3)
    assert asked_models(api) == [FIRST, FIRST, SECOND, FIRST, SECOND]
    api.by_model = {FIRST: lambda _: declines, SECOND: lambda _: declines}
    assert runs(a_model(api, sqlite_store, FIRST, SECOND), sqlite_store).outcome is Outcome.REFUSED


def test_what_one_declines_waits_for_another_that_is_down(api: Api, sqlite_store: Store) -> None:
    api.by_model = {FIRST: lambda _: Reply([], "refusal"), SECOND: lambda _: OVERLOADED}

    with pytest.raises(ModelDown, match="the work waits"):
        runs(a_model(api, sqlite_store, FIRST, SECOND), sqlite_store)


def test_a_model_that_failed_twice_in_a_row_rests_and_is_not_asked(api: Api, sqlite_store: Store) -> None:
    api.by_model = {FIRST: lambda _: OVERLOADED, SECOND: scripted(look(1), look(2), SUBMIT)}
    model = a_model(api, sqlite_store, FIRST, SECOND)

    runs(model, sqlite_store)

    assert asked_models(api) == [FIRST, SECOND, FIRST, SECOND, SECOND]


def test_when_all_are_down_the_turns_so_far_stay_and_a_later_life_goes_on(api: Api, sqlite_store: Store) -> None:
    api.by_model = {name: scripted(look(1), OVERLOADED) for name in (FIRST, SECOND)}
    model, checkpoint = a_model(api, sqlite_store, FIRST, SECOND), RecordingCheckpoint()
    with pytest.raises(ModelDown, match=f"No answer from {FIRST}, {SECOND}; the work waits"):
        runs(model, sqlite_store, checkpoint)
    with pytest.raises(ModelDown):
        runs(model, sqlite_store, RecordingCheckpoint(kept=dict(checkpoint.kept)))
    before = len(api.asked)
    with pytest.raises(ModelDown) as resting:
        runs(model, sqlite_store, RecordingCheckpoint(kept=dict(checkpoint.kept)))
    assert len(api.asked) == before
    assert 0 < (resting.value.retry_after or 0) <= 15

    api.by_model = {}
    api.replies = [look(2), SUBMIT]
    api.asked.clear()
    later = a_model(api, sqlite_store, FIRST, SECOND)
    trail = runs(later, sqlite_store, RecordingCheckpoint(kept=dict(checkpoint.kept)))

    assert (trail.outcome, trail.turns) == (Outcome.FINISHED, 3)
    assert [headers["x-signalbox-turn"] for headers, _ in api.asked] == ["2", "3"]


def test_a_rest_doubles_with_each_trial_that_fails_and_ends_with_an_answer() -> None:
    at = [0.0]
    roster = Roster(clock=lambda: at[0])
    roster.failed("a", "busy", None)
    assert roster.awake(("a", "b")) == ("a", "b")

    roster.failed("a", "busy", None)
    assert TRIPS_AT == 2
    assert (roster.awake(("a", "b")), roster.soonest(("a",))) == (("b",), 15.0)
    at[0] = 15.0
    assert roster.awake(("a", "b")) == ("a", "b")
    roster.failed("a", "busy", None)
    assert roster.soonest(("a",)) == 30.0
    for _ in range(20):
        at[0] += 1_000.0
        roster.failed("a", "busy", None)
    assert roster.soonest(("a",)) == 300.0
    roster.answered("a")
    assert roster.awake(("a",)) == ("a",)
    roster.failed("a", "busy", 3600.0)
    assert roster.soonest(("a", "b")) == 0.0
    assert roster.soonest(("a",)) == 3600.0


def test_after_a_rest_one_tries_and_the_others_ask_the_next_model() -> None:
    at = [0.0]
    roster = Roster(clock=lambda: at[0])
    for _ in range(2):
        roster.failed("a", "busy", None)
    at[0] = 15.0
    assert [roster.is_free("a"), roster.is_free("a"), roster.is_free("b"), roster.is_free("b")] == [True, False, True,
                                                                                                   True]  # fmt: skip


def test_the_policy_names_one_model_or_several() -> None:
    models = Policy.model_validate({"models": {"default": "x", "stages": {"research": [FIRST, SECOND, FIRST]}}}).models

    assert (models.named(Stage.RESEARCH), models.of(Stage.RESEARCH)) == ((FIRST, SECOND), FIRST)
    assert models.named(Stage.FIX) == ("x",)
    for wrong in ([], [""], 3):
        with pytest.raises(ValidationError):
            Models.model_validate({"stages": {"research": wrong}})
