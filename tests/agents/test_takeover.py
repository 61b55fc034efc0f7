"""Two providers: where the first is down, the second takes the same turn over, and ends what was begun."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from agents.adapters.claude.claude import ClaudeModel, ClientOptions
from agents.adapters.claude.ledger import StoreLedger
from agents.adapters.claude.providers import open_line
from agents.errors import ModelDown
from agents.model_terms import Models, Provider
from agents.terms import Budgets
from storage.judgments import Outcome
from storage.store import Store
from tests.agents.looking import SUBMIT, look, runs, scripted
from tests.agents.loopback import Api, Reply, serving
from tests.agents.served_elsewhere import the_environment
from tests.fakes import RecordingCheckpoint

FIRST, SECOND = "claude-sonnet-4-6", "claude-opus-5"
AT_BEDROCK = {FIRST: "global.anthropic.claude-sonnet-4-6", SECOND: "global.anthropic.claude-opus-5"}
OVERLOADED = Reply(status=529)


@pytest.fixture
def bedrock() -> Iterator[Api]:
    with serving(Api([look(1)])) as served:
        served.by_model = {name: scripted(look(1), look(2), SUBMIT) for name in AT_BEDROCK.values()}
        yield served


def a_model(api: Api, bedrock: Api, store: Store, *names: str, seconds: float = 5.0) -> ClaudeModel:
    models = Models.model_validate(
        {
            "default": names or FIRST,
            "stages": {},
            "providers": ["anthropic", "bedrock"],
            "ids": {"bedrock": {name: AT_BEDROCK[name] for name in names or (FIRST,)}},
        }
    )
    lines = [
        open_line(provider, the_environment(provider, url))
        for provider, url in ((Provider.ANTHROPIC, api.url), (Provider.BEDROCK, bedrock.url))
    ]
    ledger = StoreLedger(store.spending, Budgets())
    return ClaudeModel(lines, models, ledger, options=ClientOptions(retries=0, seconds=seconds))


def asked(api: Api) -> list[str]:
    return [headers["x-signalbox-turn"] for headers, _ in api.asked]


@pytest.mark.parametrize("status", [429, 500, 503, 529, 401, 402, 403, 404])
def test_where_the_first_provider_fails_in_a_run_the_second_takes_that_very_turn_over(
    api: Api, bedrock: Api, sqlite_store: Store, status: int
) -> None:
    api.by_model = {FIRST: scripted(look(1), Reply(status=status), Reply(status=status))}

    trail = runs(a_model(api, bedrock, sqlite_store), sqlite_store)

    assert (trail.outcome, trail.turns) == (Outcome.FINISHED, 3)
    assert asked(api)[:2] == ["1", "2"]
    assert asked(bedrock) == ["2", "3"]
    (run,) = sqlite_store.runs.all()
    assert run.models == (FIRST, f"{FIRST} at bedrock")


def test_what_the_first_provider_said_is_valid_at_the_second(api: Api, bedrock: Api, sqlite_store: Store) -> None:
    api.by_model = {FIRST: scripted(look(1), OVERLOADED, SUBMIT)}

    runs(a_model(api, bedrock, sqlite_store), sqlite_store)

    def spoken(body: dict[str, Any]) -> list[list[str]]:
        return [[block["type"] for block in said["content"]] for said in body["messages"] if said["role"] != "user"]

    (_, taken_over), (_, back) = bedrock.asked[0], api.asked[2]
    assert spoken(taken_over) == [["tool_use"]], "thoughts are signed, and given back to who had them alone"
    assert taken_over["messages"][1]["content"][0]["id"] == taken_over["messages"][2]["content"][0]["tool_use_id"]
    assert spoken(back) == [["thinking", "tool_use"], ["tool_use"]]


def test_a_provider_that_cannot_be_reached_is_taken_over_and_its_other_models_are_not_tried(
    bedrock: Api, sqlite_store: Store
) -> None:
    bedrock.by_model[AT_BEDROCK[FIRST]] = lambda _: OVERLOADED
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = Api([], url=f"http://127.0.0.1:{taken.getsockname()[1]}")
        model = a_model(nobody, bedrock, sqlite_store, FIRST, SECOND)

        assert runs(model, sqlite_store).outcome is Outcome.FINISHED

    (run,) = sqlite_store.runs.all()
    assert run.models == (f"{SECOND} at bedrock",)
    # The third turn finds the first model resting at both: after two failures in a row.
    assert [body["model"] for _, body in bedrock.asked] == [
        AT_BEDROCK[FIRST], AT_BEDROCK[SECOND], AT_BEDROCK[FIRST], AT_BEDROCK[SECOND], AT_BEDROCK[SECOND],
    ]  # fmt: skip
    assert run.calls == 8  # of them three that did not arrive: two for the first model, one for the second


def test_a_provider_that_failed_twice_in_a_row_rests_and_is_not_asked(
    api: Api, bedrock: Api, sqlite_store: Store
) -> None:
    api.by_model = {FIRST: lambda _: OVERLOADED}

    runs(a_model(api, bedrock, sqlite_store), sqlite_store)

    assert asked(api) == ["1", "2"]
    assert asked(bedrock) == ["1", "2", "3"]


def test_what_the_first_provider_does_not_accept_the_second_is_not_asked(
    api: Api, bedrock: Api, sqlite_store: Store
) -> None:
    api.replies = [Reply(status=400)]

    assert runs(a_model(api, bedrock, sqlite_store), sqlite_store).outcome is Outcome.REFUSED
    assert not bedrock.asked


def test_what_only_the_second_provider_does_not_accept_waits_for_the_first(
    api: Api, bedrock: Api, sqlite_store: Store
) -> None:
    api.by_model = {FIRST: lambda _: OVERLOADED}
    bedrock.by_model = {AT_BEDROCK[FIRST]: lambda _: Reply(status=400)}

    with pytest.raises(ModelDown, match=r"the work waits and is tried again\. Claude at Bedrock answered 400"):
        runs(a_model(api, bedrock, sqlite_store), sqlite_store)


def test_when_both_are_down_the_turns_so_far_stay_and_whoever_answers_first_goes_on(
    api: Api, bedrock: Api, sqlite_store: Store
) -> None:
    api.by_model = {FIRST: lambda _: OVERLOADED}
    bedrock.by_model = {AT_BEDROCK[FIRST]: scripted(look(1), OVERLOADED)}
    model, checkpoint = a_model(api, bedrock, sqlite_store), RecordingCheckpoint()
    with pytest.raises(ModelDown, match=f"No answer from {FIRST}, {FIRST} at bedrock; the work waits"):
        runs(model, sqlite_store, checkpoint)
    api.by_model = {FIRST: scripted(look(1), look(2), SUBMIT)}
    api.asked.clear()

    later = a_model(api, bedrock, sqlite_store)
    trail = runs(later, sqlite_store, RecordingCheckpoint(kept=dict(checkpoint.kept)))

    assert (trail.outcome, trail.turns) == (Outcome.FINISHED, 3)
    assert asked(api) == ["2", "3"], "the turn that the second provider took is kept, and not asked again"
