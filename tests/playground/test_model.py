"""Replayed and recorded model replies, through the real SDK."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import anthropic
import pydantic
import pytest
from anthropic.types import ToolUseBlock
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from playground.faults import Fault, Faults, Kind, Moment
from playground.model import Recorder, Replay
from playground.recorded import BadRecording, Turn, Wanted
from tests.playground.staging import Serve

SUBJECT = "C07SOLAR/1795157642.118209"
USAGE = {
    "input_tokens": 12,
    "output_tokens": 7,
    "cache_creation_input_tokens": 5,
    "cache_read_input_tokens": 3,
}
CALL = {"type": "tool_use", "id": "toolu_1", "name": "read", "input": {"path": "a.py"}}
SAYS_YES = {
    "must_contain": ['wall goes "blank"\nat night'],
    "content": [{"type": "text", "text": '{"yes": true}'}],
    "stop_reason": "end_turn",
    "usage": USAGE,
}
TEXT = {"type": "text", "text": "x"}


def after(*said: dict[str, Any]) -> dict[str, Any]:
    """A conversation in which the model said these blocks."""
    blocks = [{**CALL, **block} if block["type"] == "tool_use" else block for block in said]
    return {"messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": blocks}]}


CALLS_TOOL = {**SAYS_YES, "must_contain": [], "content": [CALL], "stop_reason": "tool_use"}

Connect = Callable[[ASGIApp], anthropic.Anthropic]


class Verdict(pydantic.BaseModel):
    yes: bool


@pytest.fixture
def connect(serve_app: Serve) -> Connect:
    """Serves an app and gives an SDK client of it that does not retry."""

    def one(app: ASGIApp) -> anthropic.Anthropic:
        return anthropic.Anthropic(base_url=serve_app(app), api_key="key", max_retries=0, timeout=10)

    return one


def write(folder: Path, stage: str, *turns: dict[str, Any], subjects: tuple[str, ...] = (SUBJECT,)) -> None:
    (folder / stage).mkdir(parents=True, exist_ok=True)
    body = {"stage": stage, "subjects": list(subjects), "turns": list(turns), "note": "by hand"}
    (folder / stage / "one.json").write_text(json.dumps(body))


def headers(stage: str, turn: str = "1", subject: str = SUBJECT) -> dict[str, str]:
    return {"x-signalbox-stage": stage, "x-signalbox-subject": subject, "x-signalbox-turn": turn}


def ask(client: anthropic.Anthropic, said: str = 'The wall goes "blank"\nat night', **more: Any) -> Any:
    asked = {"model": "claude-sonnet-5-5", "max_tokens": 100, "messages": [{"role": "user", "content": said}]}
    return client.messages.create(**{**asked, **more})


def test_a_recorded_reply_is_replayed_whole_with_its_tokens(tmp_path: Path, connect: Connect) -> None:
    write(tmp_path, "screen", SAYS_YES)
    replay = Replay(tmp_path, Faults())
    client = connect(replay.app)
    message = ask(client, extra_headers=headers("screen"))
    assert (message.content[1].text, message.stop_reason, message.model) == ('{"yes": true}', "end_turn", "recorded")
    assert {name: getattr(message.usage, name) for name in USAGE} == USAGE
    again = ask(client, extra_headers=headers("screen"))
    assert again == message
    assert [(call.stage, call.turn, call.output_tokens) for call in replay.calls()] == [("screen", 1, 7)] * 2


def test_a_structured_reply_is_parsed_by_the_sdk(tmp_path: Path, connect: Connect) -> None:
    write(tmp_path, "screen", SAYS_YES)
    parsed = connect(Replay(tmp_path, Faults()).app).messages.parse(
        model="claude-sonnet-5-5",
        max_tokens=100,
        messages=[{"role": "user", "content": 'wall goes "blank"\nat night'}],
        output_format=Verdict,
        extra_headers=headers("screen"),
    )
    assert parsed.parsed_output == Verdict(yes=True)


def test_turns_are_chosen_by_their_header_in_any_order(tmp_path: Path, connect: Connect) -> None:
    write(tmp_path, "fix", CALLS_TOOL, SAYS_YES, subjects=("other", SUBJECT))
    client = connect(Replay(tmp_path, Faults()).app)
    second = ask(client, extra_headers=headers("fix", "2"))
    first = ask(client, extra_headers=headers("fix", "1"))
    assert (second.stop_reason, first.stop_reason) == ("end_turn", "tool_use")
    assert (first.content[1].id, first.content[1].input) == ("toolu_1", {"path": "a.py"})


def test_a_streamed_reply_adds_up_to_the_same_message(tmp_path: Path, connect: Connect) -> None:
    write(tmp_path, "fix", {**CALLS_TOOL, "content": [{"type": "text", "text": "I look."}, CALL]})
    client = connect(Replay(tmp_path, Faults()).app)
    with client.messages.stream(
        model="m",
        max_tokens=9,
        messages=[{"role": "user", "content": "x"}],
        extra_headers=headers("fix"),
    ) as stream:
        message = stream.get_final_message()
    assert [block.type for block in message.content] == ["thinking", "text", "tool_use"]
    called = message.content[2]
    assert isinstance(called, ToolUseBlock)
    assert (called.input, message.usage.output_tokens) == ({"path": "a.py"}, 7)


def test_what_is_not_recorded_is_said_with_what_to_do(tmp_path: Path, connect: Connect) -> None:
    write(tmp_path, "fix", CALLS_TOOL)
    client = connect(Replay(tmp_path, Faults()).app)
    with pytest.raises(anthropic.BadRequestError, match=r"No reply is recorded for stage 'screen'.*Record it with"):
        ask(client, extra_headers=headers("screen"))
    with pytest.raises(anthropic.BadRequestError, match=r"turn 2: .*one\.json ends at turn 1"):
        ask(client, extra_headers=headers("fix", "2"))


def test_a_request_that_lost_what_it_must_contain_is_refused_by_name(tmp_path: Path, connect: Connect) -> None:
    write(tmp_path, "screen", SAYS_YES)
    replay = Replay(tmp_path, Faults())
    with pytest.raises(anthropic.BadRequestError, match=r"does not contain .*wall goes"):
        ask(connect(replay.app), "Something else", extra_headers=headers("screen"))
    assert replay.calls() == ()


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"extra_headers": {"x-signalbox-stage": "fix"}}, "missing: x-signalbox-subject, x-signalbox-turn"),
        ({"extra_headers": headers("fix", "0")}, "counts from 1"),
        ({"messages": [{"role": "assistant", "content": "Hi"}]}, "first message must use the user role"),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": " "}]}]}, "non-whitespace"),
        (
            {"messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": [CALL]}]},
            "without `tool_result` blocks",
        ),
        (after({"type": "tool_use"}, {"type": "tool_use"}), "ids must be unique"),
        (after({"type": "tool_use", "input": "a.py"}), "valid dictionary"),
        (after({"type": "thinking", "thinking": "hm"}), "thinking.signature"),
        (
            {"messages": [{"role": "user", "content": [TEXT, {"type": "tool_result", "tool_use_id": "toolu_1"}]}]},
            "must come first",
        ),
        (
            {"messages": [{"role": "user", "content": [{**TEXT, "cache_control": {"type": "ephemeral"}}] * 5}]},
            "maximum of 4 blocks",
        ),
    ],
)
def test_a_request_the_real_api_would_refuse_is_refused(
    tmp_path: Path, connect: Connect, more: dict[str, Any], sentence: str
) -> None:
    write(tmp_path, "fix", CALLS_TOOL)
    client = connect(Replay(tmp_path, Faults()).app)
    with pytest.raises(anthropic.BadRequestError, match=sentence):
        ask(client, **{"extra_headers": headers("fix"), **more})


@pytest.mark.parametrize(
    ("status", "error"),
    [(429, anthropic.RateLimitError), (529, anthropic.InternalServerError), (500, anthropic.InternalServerError)],
)
def test_a_refused_call_is_the_sdks_own_error_and_the_next_gets_through(
    tmp_path: Path, connect: Connect, status: int, error: type[anthropic.APIStatusError]
) -> None:
    write(tmp_path, "screen", SAYS_YES)
    faults = Faults()
    faults.plan(Fault("model:screen", Moment.RECEIPT, Kind.REFUSE, status=status))
    client = connect(Replay(tmp_path, faults).app)
    with pytest.raises(error) as refused:
        ask(client, extra_headers=headers("screen"))
    assert refused.value.status_code == status
    assert ask(client, extra_headers=headers("screen")).stop_reason == "end_turn"


def test_a_reply_that_was_dropped_counts_as_made(tmp_path: Path, connect: Connect) -> None:
    write(tmp_path, "screen", SAYS_YES)
    faults = Faults()
    faults.plan(Fault("model:screen", Moment.PERFORMED, Kind.DROP))
    replay = Replay(tmp_path, faults)
    with pytest.raises(anthropic.APIConnectionError):
        ask(connect(replay.app), extra_headers=headers("screen"))
    assert len(replay.calls()) == 1


def test_broken_recordings_are_named_all_at_once(tmp_path: Path) -> None:
    write(tmp_path, "screen", {**SAYS_YES, "usage": 3})
    (tmp_path / "fix").mkdir()
    (tmp_path / "fix" / "bad.json").write_text("{")
    (tmp_path / "ask").mkdir()
    (tmp_path / "ask" / "odd.json").write_text(json.dumps({"stage": "fix", "subjects": [], "turns": []}))
    with pytest.raises(BadRecording) as refused:
        Replay(tmp_path, Faults())
    assert "turn 1 needs 'usage'" in str(refused.value)
    assert "bad.json" in str(refused.value)
    assert "its folder is 'ask'" in str(refused.value)


class Upstream:
    """A Messages API that numbers its replies and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.refuse_with: int | None = None
        self.app = Starlette(routes=[Route("/v1/messages", self._answer, methods=["POST"])])

    async def _answer(self, request: Request) -> Response:
        self.asked.append((request.headers["x-api-key"], await request.json()))
        if self.refuse_with:
            error = {"type": "overloaded_error", "message": "Too many at once"}
            return JSONResponse({"type": "error", "error": error}, self.refuse_with)
        text = {"type": "text", "text": f"Reply {len(self.asked)}"}
        return JSONResponse({"model": "claude-x", "content": [text], "stop_reason": "end_turn", "usage": USAGE})


@pytest.fixture
def upstream(serve_app: Serve) -> tuple[Upstream, str]:
    one = Upstream()
    return one, serve_app(one.app)


def test_what_is_recorded_can_be_replayed(tmp_path: Path, connect: Connect, upstream: tuple[Upstream, str]) -> None:
    recorder = Recorder(upstream[1], "secret", tmp_path, today=lambda: date(2026, 11, 21))
    client = connect(recorder.app)
    said = [ask(client, extra_headers=headers("screen", turn)).content[0].text for turn in ("1", "2")]
    assert said == ["Reply 1", "Reply 2"]
    assert upstream[0].asked[0][0] == "secret"
    assert [call.model for call in recorder.calls()] == ["claude-x", "claude-x"]
    body = json.loads((tmp_path / "screen" / "c07solar-1795157642-118209.json").read_text())
    assert (body["subjects"], body["turns"][0]["must_contain"], body["turns"][1]["usage"]) == ([SUBJECT], [], USAGE)
    assert body["note"] == "recorded model replies, hand-played through a model desk on 2026-11-21"
    replayed = connect(Replay(tmp_path, Faults()).app)
    assert ask(replayed, extra_headers=headers("screen", "2")).content[1].text == "Reply 2"


def test_a_turn_recorded_again_replaces_what_followed_and_none_is_left_out(
    tmp_path: Path, connect: Connect, upstream: tuple[Upstream, str]
) -> None:
    client = connect(Recorder(upstream[1], "secret", tmp_path, note="by hand").app)
    for turn in ("1", "2", "1"):
        ask(client, extra_headers=headers("fix", turn))
    body = json.loads(next(tmp_path.glob("fix/*.json")).read_text())
    assert [turn["content"][0]["text"] for turn in body["turns"]] == ["Reply 3"]
    with pytest.raises(anthropic.BadRequestError, match="turn 2 is not recorded yet"):
        ask(client, extra_headers=headers("fix", "3"))


def test_an_upstream_error_is_passed_on_and_not_recorded(
    tmp_path: Path, connect: Connect, upstream: tuple[Upstream, str]
) -> None:
    upstream[0].refuse_with = 529
    with pytest.raises(anthropic.InternalServerError, match="Too many at once"):
        ask(connect(Recorder(upstream[1], "secret", tmp_path).app), extra_headers=headers("fix"))
    assert list(tmp_path.glob("*/*.json")) == []


def test_an_upstream_that_is_not_there_is_an_overload_that_names_it(tmp_path: Path, connect: Connect) -> None:
    client = connect(Recorder("http://127.0.0.1:9", "secret", tmp_path).app)
    with pytest.raises(anthropic.InternalServerError, match=r"127\.0\.0\.1:9 did not answer"):
        ask(client, extra_headers=headers("fix"))


def test_what_is_not_recorded_may_be_left_to_somebody_else_who_may_decline(tmp_path: Path, connect: Connect) -> None:
    write(tmp_path, "screen", SAYS_YES)

    def otherwise(wanted: Wanted, body: object) -> Turn | None:
        del body
        return Turn([{"type": "text", "text": "No."}], "end_turn", USAGE) if wanted.turn == 1 else None

    client = connect(Replay(tmp_path, Faults(), otherwise).app)
    assert ask(client, extra_headers=headers("screen")).model == "recorded"
    other = ask(client, extra_headers=headers("group"))
    assert (other.content[1].text, other.model) == ("No.", "improvised")
    assert ask(client, "other words", extra_headers=headers("screen")).model == "improvised"
    with pytest.raises(anthropic.BadRequestError, match="No reply is recorded"):
        ask(client, extra_headers=headers("group", "2"))
