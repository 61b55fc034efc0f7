"""Turns of a conversation with tools, as Claude is sent them and as its answers are kept."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import BaseModel, Field

from agents.errors import ModelDown, ModelRefused
from agents.exchange import About, Message, TextBlock, ToolCall, ToolResult, ToolSpec, TurnRequest
from agents.transcript import MOST_CHARACTERS, calls_of, shortened
from playground import thoughts
from storage.judgments import Stage
from storage.store import Store
from tests.agents.asking_claude import a_model, calls
from tests.agents.loopback import Api, Reply, says


class Read(BaseModel):
    """What to read."""

    path: str = Field(description="A path.", max_length=200)
    first: int = 1


def a_request(*messages: Message, turn: int = 3) -> TurnRequest:
    return TurnRequest(
        stage=Stage.RESEARCH,
        about=About(subject="acme/app#31#2", report_id=None),
        turn=turn,
        system="Find the cause.",
        messages=messages,
        tools=(ToolSpec("read_file", "Read a file.", Read), ToolSpec("log", "Read the log.", Read)),
        max_tokens=2000,
    )


TEXT = {"type": "text", "text": "I look."}


ASKED = Message(by_model=False, blocks=(TextBlock(text="It is slow."),))


CALLED = Message(
    by_model=True, blocks=(TextBlock(text="I look."), ToolCall(id="t1", name="read_file", arguments={"path": "a.py"}))
)


RESULT = Message(
    by_model=False,
    blocks=(ToolResult(call_id="t1", text="", failed=True), TextBlock(text="One turn is left.")),
)


def test_a_turn_sends_the_conversation_with_strict_tools_and_cache_marks(api: Api, sqlite_store: Store) -> None:
    api.replies = [
        Reply([{"type": "tool_use", "id": "t2", "name": "log", "input": {"path": "b.py"}}], stop_reason="tool_use")
    ]

    turn = a_model(api, sqlite_store).turn(a_request(ASKED, CALLED, RESULT))

    assert turn.message == Message(by_model=True, blocks=(ToolCall(id="t2", name="log", arguments={"path": "b.py"}),))
    assert (turn.stop_reason, turn.usage.cached_tokens) == ("tool_use", 10_000)
    assert turn.usage.usd == pytest.approx(calls(sqlite_store)[0].cost_usd)
    headers, body = api.asked[0]
    assert (headers["x-signalbox-turn"], headers["x-signalbox-subject"]) == ("3", "acme/app#31#2")
    assert (body["model"], body["max_tokens"]) == ("claude-sonnet-5-5", 2000)
    assert [tool["strict"] for tool in body["tools"]] == [True, True]
    assert body["tools"][0]["input_schema"]["additionalProperties"] is False
    assert "cache_control" not in body["tools"][0]
    assert body["tools"][1]["cache_control"] == {"type": "ephemeral"}
    assert body["system"] == [{"type": "text", "text": "Find the cause.", "cache_control": {"type": "ephemeral"}}]
    assert body["messages"][1]["content"][1] == {
        "type": "tool_use", "id": "t1", "name": "read_file", "input": {"path": "a.py"},
    }  # fmt: skip
    result, word = body["messages"][2]["content"]
    assert result == {"type": "tool_result", "tool_use_id": "t1", "content": "(nothing)", "is_error": True}
    assert word == {"type": "text", "text": "One turn is left.", "cache_control": {"type": "ephemeral"}}


def test_thoughts_are_kept_as_they_are_and_sent_back_unchanged(api: Api, sqlite_store: Store) -> None:
    thought = {"type": "thinking", "thinking": "hm", "signature": "s1g"}
    called = {"type": "tool_use", "id": "t1", "name": "log", "input": {"path": "b.py"}}
    api.replies = [Reply([thought, called], "tool_use"), says("Done.")]
    model = a_model(api, sqlite_store)

    first = model.turn(a_request(ASKED, turn=1)).message
    restored = Message.model_validate_json(first.model_dump_json())
    answer = Message(by_model=False, blocks=(ToolResult(call_id="t1", text="ok"),))
    model.turn(a_request(ASKED, restored, answer, turn=2))

    assert first.blocks == (ToolCall(id="t1", name="log", arguments={"path": "b.py"}),)
    sent = api.asked[1][1]["messages"][1]["content"]
    assert [block["type"] for block in sent] == ["thinking", "tool_use"]
    assert sent[0]["signature"] == "s1g"


def thinks(body: dict[str, Any]) -> Reply:
    """Answers as newer models do: each call comes with a thought that is bound to all that stood before it."""
    if sentence := thoughts.changed(body):
        return Reply(status=400, message=sentence)
    call = {"type": "tool_use", "id": f"t{len(body['messages'])}", "name": "log", "input": {"path": "b.py"}}
    return Reply([thoughts.thought(body), call], "tool_use")


def test_in_a_conversation_that_is_shortened_no_thought_is_sent_that_the_api_refuses(
    api: Api, sqlite_store: Store
) -> None:
    api.by_model = {"claude-sonnet-5-5": thinks}
    model = a_model(api, sqlite_store)
    messages: tuple[Message, ...] = (ASKED,)

    for number in range(1, 40):
        turn = model.turn(a_request(*shortened(messages), turn=number))
        (call,) = calls_of(turn.message)
        result = ToolResult(call_id=call.id, text="x" * (MOST_CHARACTERS // 10))
        messages = (*messages, turn.message, Message(by_model=False, blocks=(result,)))

    assert len(api.asked) == 39, "none was asked for twice"
    sent = [json.dumps(body["messages"]) for _, body in api.asked]
    assert sum("of this old result are left out" in each and "signature" in each for each in sent) > 20


def test_where_the_beginning_changed_the_model_is_asked_without_what_it_thought(api: Api, sqlite_store: Store) -> None:
    api.by_model = {"claude-sonnet-5-5": thinks}
    model = a_model(api, sqlite_store)
    first = model.turn(a_request(ASKED, turn=1)).message
    other = Message(by_model=False, blocks=(TextBlock(text="It is slow, says somebody else."),))
    answer = Message(by_model=False, blocks=(ToolResult(call_id="t1", text="ok"),))

    turn = model.turn(a_request(other, first, answer, turn=2))

    assert [call.name for call in calls_of(turn.message)] == ["log"]
    kinds = [[block["type"] for block in asked["messages"][1]["content"]] for _, asked in api.asked[1:]]
    assert kinds == [["thinking", "tool_use"], ["tool_use"]]
    assert [call.settled for call in calls(sqlite_store)] == [True, True]


def test_another_refusal_is_no_reason_to_ask_without_what_it_thought(api: Api, sqlite_store: Store) -> None:
    api.replies = [Reply([{"type": "thinking", "thinking": "", "signature": "s"}, TEXT]), Reply(status=400)]
    model = a_model(api, sqlite_store)
    first = model.turn(a_request(ASKED, turn=1)).message

    with pytest.raises(ModelRefused):
        model.turn(a_request(ASKED, first, ASKED, turn=2))

    assert len(api.asked) == 2


def test_a_model_that_will_not_work_on_it_has_refused(api: Api, sqlite_store: Store) -> None:
    api.replies = [Reply([], "refusal")]

    with pytest.raises(ModelRefused, match="research"):
        a_model(api, sqlite_store).turn(a_request(ASKED))


def test_an_answer_at_its_greatest_length_is_given_on_with_its_reason(api: Api, sqlite_store: Store) -> None:
    api.replies = [says("and then", "max_tokens")]

    assert a_model(api, sqlite_store).turn(a_request(ASKED)).stop_reason == "max_tokens"


def test_a_call_in_which_an_answer_was_cut_off_is_not_made_and_not_sent_back(api: Api, sqlite_store: Store) -> None:
    thought = {"type": "thinking", "thinking": "hm", "signature": "s1g"}
    whole = {"type": "tool_use", "id": "t1", "name": "log", "input": {"path": "b.py"}}
    half = {"type": "tool_use", "id": "t2", "name": "write_file", "input": {"path": "b.py", "text": "def total("}}
    api.replies = [Reply([thought, whole, half], "max_tokens"), says("Done.")]
    model = a_model(api, sqlite_store)

    turn = model.turn(a_request(ASKED, turn=1))
    answer = Message(by_model=False, blocks=(ToolResult(call_id="t1", text="ok"),))
    model.turn(a_request(ASKED, turn.message, answer, turn=2))

    assert [call.id for call in turn.message.blocks if isinstance(call, ToolCall)] == ["t1"]
    assert [block["type"] for block in api.asked[1][1]["messages"][1]["content"]] == ["thinking", "tool_use"]


def test_a_nul_half_a_surrogate_pair_and_arguments_that_are_no_object_end_no_run(api: Api, sqlite_store: Store) -> None:
    broken = {
        "type": "tool_use",
        "id": "t1",
        "name": "write_file",
        "input": {"text": "a \ud83d b", "old": ["\0"]},
    }
    listed = {"type": "tool_use", "id": "t2", "name": "log", "input": ["b.py"]}
    api.replies = [Reply([{"type": "text", "text": "so \udfff"}, broken, listed], "tool_use"), says("Done.")]
    model = a_model(api, sqlite_store)

    message = model.turn(a_request(ASKED, turn=1)).message
    restored = Message.model_validate_json(message.model_dump_json())
    results = tuple(ToolResult(call_id=f"t{number}", text="ok") for number in (1, 2))
    model.turn(a_request(ASKED, restored, Message(by_model=False, blocks=results), turn=2))

    assert message.blocks == (
        TextBlock(text="so ?"),
        ToolCall(id="t1", name="write_file", arguments={"text": "a ? b", "old": ["\ufffd"]}),
        ToolCall(id="t2", name="log", arguments={}),
    )


@pytest.mark.parametrize(
    "content",
    [
        [{"type": "text", "text": None}],
        [{"type": "tool_use", "name": "log", "input": {}}],
        [{"type": "tool_use", "id": "t2", "name": "log", "input": {}}] * 2,  # their results could not be told apart
    ],
)
def test_an_answer_with_parts_left_out_as_gateways_leave_them_is_waited_for(
    api: Api, sqlite_store: Store, content: list[dict[str, object]]
) -> None:
    api.replies = [Reply([*content], stop_reason="tool_use")]

    with pytest.raises(ModelDown, match="leaves parts out"):
        a_model(api, sqlite_store).turn(a_request(ASKED))

    (call,) = calls(sqlite_store)
    assert call.settled


def test_beyond_the_api_s_limits_tools_are_no_longer_strict(api: Api, sqlite_store: Store) -> None:
    class Many(BaseModel):
        """Thirteen optional things."""

        a: str = ""
        b: str = ""
        c: str = ""
        d: str = ""
        e: str = ""
        f: str = ""
        g: str = ""
        h: str = ""
        i: str = ""
        j: str = ""
        k: str = ""
        m: str = ""
        n: str = ""

    tools = tuple(ToolSpec(f"tool_{number}", "A tool.", Many) for number in range(2))
    request = a_request(ASKED)

    a_model(api, sqlite_store).turn(TurnRequest(**{**vars(request), "tools": tools}))

    assert ["strict" in tool for tool in api.asked[0][1]["tools"]] == [True, False]
