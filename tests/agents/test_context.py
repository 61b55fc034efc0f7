"""Long conversations: what is left out can be read again, also after a crash, and the prompt cache pays."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from agents.exchange import Message, Tool, ToolResult, ToolSpec, TurnRequest
from agents.loop import Loop
from agents.ports import Model, Workspace
from agents.terms import Limits
from agents.trail import Trail
from agents.transcript import MOST_CHARACTERS
from storage.judgments import Outcome, Stage
from storage.store import Store
from tests.agents.briefed import Look, a_brief
from tests.agents.looking import Logged, scripted
from tests.agents.loopback import Api, PromptCache, Reply, serving
from tests.agents.test_fallback import FIRST, a_model
from tests.fakes import RecordingCheckpoint, ScriptedModel, calls

SIZE = MOST_CHARACTERS // 5


def text_of(path: str, size: int) -> str:
    """What a tool answers: long, and of its own kind throughout."""
    return "".join(f"{path}:{place:07}\n" for place in range(size // (len(path) + 9)))


def runs(
    model: Model, *, size: int, store: Store | None = None, checkpoint: RecordingCheckpoint | None = None
) -> Trail[str]:
    def toolbox(_: Workspace) -> tuple[Tool, ...]:
        return (Tool(ToolSpec("look", "Look.", Look), lambda asked: text_of(asked.path, size)),)

    more: dict[str, Any] = {"logbook": Logged.begun(store)} if store is not None else {}
    brief = a_brief(
        system="You look for the cause. " * 200,
        opening="The case. " * 100,
        toolbox=toolbox,
        limits=Limits(usd=100.0),
        **more,
    )
    return Loop(brief, model, checkpoint or RecordingCheckpoint()).run()


def looks(*paths: str) -> Message:
    return calls(*(("look", {"path": path}) for path in paths))


def result(request: TurnRequest) -> ToolResult:
    (block,) = [block for block in request.messages[-1].blocks if isinstance(block, ToolResult)]
    return block


RECALLS = (
    *(looks(f"{number}.py") for number in range(1, 9)),
    calls(("recall", {"number": 2})),
    calls(("recall", {"number": 2, "offset": 12_000})),
    calls(("recall", {"number": 99})),
    calls(("submit", {"text": "done"})),
)


def test_what_a_long_conversation_leaves_out_is_read_again_by_its_number() -> None:
    model = ScriptedModel({Stage.RESEARCH: RECALLS})

    assert runs(model, size=SIZE).outcome is Outcome.FINISHED

    whole = text_of("2.py", SIZE)
    stub = model.asked[8].messages[4].blocks[0]
    assert isinstance(stub, ToolResult)
    assert "`recall` with number=2 shows" in stub.text
    first, second, wrong = (result(model.asked[turn]) for turn in (9, 10, 11))
    assert first.text.startswith(whole[:12_000])
    assert "go on with offset=12000" in first.text
    assert second.text.startswith(whole[12_000:24_000])
    assert (wrong.failed, wrong.text) == (True, "There is no result 99; there are 10 so far.")


def test_a_resumed_run_recalls_what_its_earlier_life_saw() -> None:
    whole = RecordingCheckpoint()
    expected = runs(ScriptedModel({Stage.RESEARCH: RECALLS}), size=SIZE, checkpoint=whole)

    again = ScriptedModel({Stage.RESEARCH: RECALLS})
    trail = runs(again, size=SIZE, checkpoint=whole.resumed(after=8))

    assert [request.turn for request in again.asked] == [9, 10, 11, 12]
    assert trail.messages == expected.messages


# ── the prompt cache, by Anthropic's rules, on a loopback API ──────────────────────────────────────────────────────


def look(turn: int, times: int = 1) -> Reply:
    blocks: list[Mapping[str, Any]] = [
        {"type": "tool_use", "id": f"toolu_{turn}_{place}", "name": "look", "input": {"path": f"{turn}/{place}.py"}}
        for place in range(times)
    ]
    return Reply(blocks, "tool_use")


SUBMIT = Reply([{"type": "tool_use", "id": "toolu_s", "name": "submit", "input": {"text": "done"}}], "tool_use")


@pytest.fixture
def api() -> Iterator[Api]:
    with serving(Api([], cache=PromptCache())) as served:
        yield served


def test_most_of_what_a_run_sends_is_read_from_the_cache_and_the_ledger_and_the_run_say_so(
    api: Api, sqlite_store: Store
) -> None:
    api.by_model = {FIRST: scripted(*(look(turn) for turn in range(1, 16)), SUBMIT)}

    runs(a_model(api, sqlite_store, FIRST), size=4_000, store=sqlite_store)

    (run,) = sqlite_store.runs.all()
    read = run.cached_tokens / (run.cached_tokens + run.input_tokens)
    assert run.turns == 16
    assert read > 0.80  # 16 turns of 1,000 tokens each, on a prompt of 1,500: 0.89 was measured
    assert sqlite_store.spending.total().cached_tokens == run.cached_tokens


def test_a_turn_of_many_calls_does_not_lose_the_cache(api: Api, sqlite_store: Store) -> None:
    before = [look(turn) for turn in range(1, 21)]
    api.by_model = {FIRST: scripted(*before, look(21, times=25), look(22), SUBMIT)}

    runs(a_model(api, sqlite_store, FIRST), size=2_000, store=sqlite_store)

    whole = len(json.dumps(api.asked[-1][1])) // 4  # tokens of the last request, which holds all that was ever said
    (run,) = sqlite_store.runs.all()
    assert run.input_tokens < 1.1 * whole


def test_leaving_old_results_out_costs_one_rewriting_a_leap(api: Api, sqlite_store: Store) -> None:
    api.by_model = {FIRST: scripted(*(look(turn) for turn in range(1, 25)), SUBMIT)}

    runs(a_model(api, sqlite_store, FIRST), size=SIZE // 2, store=sqlite_store)

    (run,) = sqlite_store.runs.all()
    read = run.cached_tokens / (run.cached_tokens + run.input_tokens)
    assert read > 0.60
