"""Claude's adapter, over the real SDK, against a small Messages API on loopback."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel, Field
from sqlmodel import Session, select
from structlog.testing import capture_logs

from agents.adapters.claude import ClaudeModel, ClientOptions
from agents.adapters.ledger import StoreLedger
from agents.adapters.prices import DEAREST, price_of
from agents.errors import ModelDown, ModelRefused, Stopped
from agents.exchange import About, Message, TextBlock, ToolCall, ToolResult, ToolSpec, TurnRequest
from agents.stages.read import AboutRead
from agents.terms import Budgets, Models
from storage.errors import DatabaseDown
from storage.judgments import Outcome, Stage, Threat
from storage.raw import Severity
from storage.readings import Reading
from storage.run_rows import ModelCall
from storage.store import Store
from tests.agents.loopback import Api, Reply, says, serving
from tests.factories import a_moment, a_report

SAID = {
    "about_product": True,
    "title": "The export is slow",
    "gist": "It takes minutes.",
    "queries": ["export takes minutes"],
}
SAFE = {"screening": {"reason": "A report of a slow export.", "quote": "", "threat": None}, "summary": SAID}
ABOUT = AboutRead(
    subject="acme/app#31",
    source="issues",
    severity=Severity.WARNING,
    received="2026-11-20",
    title="",
    text="the export is slow",
    everything="the export is slow",
)


@pytest.fixture
def api() -> Iterator[Api]:
    with serving(Api([says(SAFE)])) as served:
        yield served


def a_model(api: Api, store: Store, *, budgets: Budgets | None = None, **options: Any) -> ClaudeModel:
    settings: dict[str, Any] = {"api_key": "test", "base_url": api.url, "retries": 0, "seconds": 5.0, **options}
    ledger = StoreLedger(store.spending, budgets or Budgets())
    return ClaudeModel(ClientOptions(**settings), Models(stages={Stage.READ: "claude-haiku-4-5"}), ledger)


def calls(store: Store) -> list[ModelCall]:
    with Session(store.engine) as session:
        return list(session.exec(select(ModelCall)))


# ── judgments ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_judgment_is_asked_for_with_its_schema_its_prompt_and_its_headers(api: Api, sqlite_store: Store) -> None:
    answer = a_model(api, sqlite_store).judge(Stage.READ, ABOUT, Reading)

    assert answer == Reading.model_validate(SAFE)
    headers, body = api.asked[0]
    assert headers["x-signalbox-stage"] == "read"
    assert headers["x-signalbox-subject"] == "acme/app#31"
    assert headers["x-signalbox-turn"] == "1"
    assert headers["authorization"] == "Bearer test"
    assert body["model"] == "claude-haiku-4-5"
    assert body["system"][0]["cache_control"] == {"type": "ephemeral"}
    assert "Your step: read" in body["system"][0]["text"]
    assert "the export is slow" in body["messages"][0]["content"]
    schema = body["output_config"]["format"]["schema"]
    assert body["output_config"]["format"]["type"] == "json_schema"
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["screening", "summary"]
    screening = schema["$defs"]["Screening"]
    assert screening["required"] == ["reason", "quote", "threat"]
    assert "judged" not in screening["properties"]


def test_a_call_is_recorded_with_its_tokens_and_its_cost(api: Api, sqlite_store: Store) -> None:
    a_model(api, sqlite_store).judge(Stage.READ, ABOUT, Reading)

    (call,) = calls(sqlite_store)
    assert (call.stage, call.subject, call.model) == ("read", "acme/app#31", "claude-haiku-4-5")
    assert (call.input_tokens, call.output_tokens, call.cached_tokens) == (3000, 200, 10_000)
    assert call.cost_usd == pytest.approx((1000 * 1.0 + 2000 * 1.25 + 10_000 * 0.10 + 200 * 5.0) / 1e6)
    assert call.settled
    assert call.stop_reason == "end_turn"
    assert call.seconds > 0


def test_a_fault_is_fed_back_and_the_next_answer_counts(api: Api, sqlite_store: Store) -> None:
    wordy = {**SAFE, "screening": {"reason": "x" * 301, "quote": "", "threat": None}}
    api.replies = [says(wordy), says(f"```json\n{json.dumps(SAFE)}\n```")]

    answer = a_model(api, sqlite_store).judge(Stage.READ, ABOUT, Reading)

    assert answer.passed
    headers, body = api.asked[1]
    assert headers["x-signalbox-turn"] == "2"
    assert [message["role"] for message in body["messages"]] == ["user", "assistant", "user"]
    assert "screening.reason: String should have at most 300 characters" in body["messages"][2]["content"]
    assert len(calls(sqlite_store)) == 2


def test_an_answer_that_does_not_fit_its_case_is_a_fault_too(api: Api, sqlite_store: Store) -> None:
    invented = {"reason": "It asks.", "quote": "give me the keys", "threat": "secret_exfiltration"}
    block = {"screening": {**invented, "quote": "the export is slow"}, "summary": None}
    api.replies = [says({"screening": invented, "summary": None}), says(block)]

    answer = a_model(api, sqlite_store).judge(Stage.READ, ABOUT, Reading)

    assert answer.screening.threat is Threat.SECRET_EXFILTRATION
    assert "does not occur" in api.asked[1][1]["messages"][2]["content"]


@pytest.mark.parametrize("answer", ["I think it is safe.", '{"reason": "x", "quo', "", "[1, 2]"])
def test_after_two_faults_were_fed_back_the_model_has_refused(api: Api, sqlite_store: Store, answer: str) -> None:
    api.replies = [says(answer)]

    with capture_logs() as logged, pytest.raises(ModelRefused, match="no valid answer in 3 tries; the log") as refused:
        a_model(api, sqlite_store).judge(Stage.READ, ABOUT, Reading)

    assert logged[-1]["last_fault"]
    assert logged[-1]["last_fault"] not in str(refused.value)

    assert [headers["x-signalbox-turn"] for headers, _ in api.asked] == ["1", "2", "3"]
    assert all(call.settled for call in calls(sqlite_store))


def test_an_answer_that_was_cut_off_is_a_fault(api: Api, sqlite_store: Store) -> None:
    api.replies = [says('{"reason": "long', "max_tokens"), says(SAFE)]

    assert a_model(api, sqlite_store).judge(Stage.READ, ABOUT, Reading).passed
    assert "cut off" in api.asked[1][1]["messages"][2]["content"]


@pytest.mark.parametrize("stop_reason", ["refusal", "model_context_window_exceeded"])
def test_a_refusal_ends_it_at_once(api: Api, sqlite_store: Store, stop_reason: str) -> None:
    api.replies = [Reply([], stop_reason)]

    with pytest.raises(ModelRefused):
        a_model(api, sqlite_store).judge(Stage.READ, ABOUT, Reading)

    assert len(api.asked) == 1
    assert calls(sqlite_store)[0].stop_reason == stop_reason


# ── when it is down, or says no ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("status", "wait"), [(429, "7"), (529, ""), (500, ""), (503, "2"), (408, ""), (409, "")])
def test_a_busy_api_is_down_and_says_for_how_long(api: Api, sqlite_store: Store, status: int, wait: str) -> None:
    api.replies = [Reply(status=status, headers={"retry-after": wait} if wait else {})]

    with pytest.raises(ModelDown, match=str(status)) as down:
        a_model(api, sqlite_store).judge(Stage.READ, ABOUT, Reading)

    assert down.value.retry_after == (float(wait) if wait else None)
    (call,) = calls(sqlite_store)
    assert (call.settled, call.cost_usd) == (True, 0.0)


def test_the_sdk_retries_what_is_short(api: Api, sqlite_store: Store) -> None:
    api.replies = [Reply(status=529, headers={"retry-after": "0.01"}), says(SAFE)]

    assert a_model(api, sqlite_store, retries=2).judge(Stage.READ, ABOUT, Reading).passed
    assert len(api.asked) == 2


def test_a_long_retry_after_postpones_the_job_instead_of_its_thread(api: Api, sqlite_store: Store) -> None:
    api.replies = [Reply(status=429, headers={"retry-after": "3600"})]

    with pytest.raises(ModelDown) as down:
        a_model(api, sqlite_store, retries=2).judge(Stage.READ, ABOUT, Reading)

    assert down.value.retry_after == 3600
    assert len(api.asked) == 1


@pytest.mark.parametrize(
    ("status", "advice"),
    [(401, "ANTHROPIC_API_KEY"), (402, "no credit"), (403, "the key may not"), (404, r"check \[models\]")],
)
def test_a_wrong_set_up_is_waited_for_and_says_what_to_put_right(
    api: Api, sqlite_store: Store, status: int, advice: str
) -> None:
    api.replies = [Reply(status=status)]

    with capture_logs() as logged, pytest.raises(ModelDown, match=advice) as down:
        a_model(api, sqlite_store).judge(Stage.READ, ABOUT, Reading)

    assert down.value.retry_after == 300
    assert "words of the API" not in str(down.value)
    assert "words of the API" in logged[0]["said"]


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_request_that_is_not_accepted_is_refused_and_the_api_s_own_words_go_to_the_log(
    api: Api, sqlite_store: Store, status: int
) -> None:
    api.replies = [Reply(status=status)]

    with capture_logs() as logged, pytest.raises(ModelRefused, match="not accepted") as refused:
        a_model(api, sqlite_store).judge(Stage.READ, ABOUT, Reading)

    assert "words of the API" not in str(refused.value)
    assert "words of the API" in logged[-1]["said"]


def test_an_address_where_nobody_answers_is_down_and_costs_nothing(sqlite_store: Store) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = Api([], url=f"http://127.0.0.1:{taken.getsockname()[1]}")

        with pytest.raises(ModelDown, match="cannot be reached"):
            a_model(nobody, sqlite_store).judge(Stage.READ, ABOUT, Reading)

    assert calls(sqlite_store)[0].cost_usd == 0.0


def test_a_time_out_keeps_its_estimate_because_it_may_have_been_charged(sqlite_store: Store) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        mute = Api([], url=f"http://127.0.0.1:{silent.getsockname()[1]}")

        with pytest.raises(ModelDown, match="did not answer within"):
            a_model(mute, sqlite_store, seconds=0.2).judge(Stage.READ, ABOUT, Reading)

    (call,) = calls(sqlite_store)
    assert call.settled
    assert call.cost_usd > 0


@pytest.mark.parametrize("raw", ["<html>captive portal</html>", '{"ok": true}', "[]"])
def test_what_is_not_the_api_is_down(api: Api, sqlite_store: Store, raw: str) -> None:
    api.replies = [Reply(raw=raw)]

    with pytest.raises(ModelDown):
        a_model(api, sqlite_store).judge(Stage.READ, ABOUT, Reading)

    assert calls(sqlite_store)[0].settled


# ── money ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_when_the_day_s_budget_does_not_hold_the_estimate_no_call_is_made(api: Api, sqlite_store: Store) -> None:
    model = a_model(api, sqlite_store, budgets=Budgets(day_usd=0.001))

    with pytest.raises(Stopped, match=r"budgets\.day_usd") as stopped:
        model.judge(Stage.READ, ABOUT, Reading)

    assert stopped.value.outcome is Outcome.OUT_OF_MONEY
    assert api.asked == []
    (call,) = calls(sqlite_store)
    assert (call.settled, call.cost_usd, call.stop_reason) == (True, 0.0, "out_of_money")


def test_a_report_s_budget_counts_what_it_has_cost_before(api: Api, sqlite_store: Store) -> None:
    report = a_report(sqlite_store)
    about = ABOUT.model_copy(update={"report_id": report.id})
    spent = sqlite_store.spending.reserve("research", "x", "m", 0.98, report_id=report.id)
    sqlite_store.spending.settle(spent, usd=0.98)
    model = a_model(api, sqlite_store, budgets=Budgets(report_usd=1.0))

    with pytest.raises(Stopped, match="this report"):
        model.judge(Stage.READ, about, Reading)

    model.judge(Stage.READ, ABOUT, Reading)
    assert len(api.asked) == 1


def test_yesterday_s_spending_does_not_count_for_today(sqlite_store: Store) -> None:
    sqlite_store.spending.reserve("fix", "x", "m", 100.0)
    ledger = StoreLedger(sqlite_store.spending, Budgets(day_usd=50.0), clock=lambda: a_moment(days=-1))

    assert ledger.reserve(Stage.READ, ABOUT, "m", 1.0) > 0


def test_when_the_books_cannot_be_read_no_call_is_made(api: Api, sqlite_store: Store) -> None:
    class Broken:
        def reserve(self, *_: object) -> int:
            raise DatabaseDown("The database did not answer.")

        def settle(self, *_: object, **__: object) -> None:
            raise AssertionError("there is nothing to settle")

    options = ClientOptions(api_key="test", base_url=api.url)

    with pytest.raises(DatabaseDown):
        ClaudeModel(options, Models(), Broken()).judge(Stage.READ, ABOUT, Reading)

    assert api.asked == []


def test_an_unknown_model_is_priced_as_the_dearest() -> None:
    assert price_of("claude-next-9") == DEAREST
    assert price_of("claude-sonnet-4-6").put_in == 3.0
    assert price_of("claude-haiku-4-5-20251001") == price_of("claude-haiku-4-5")
    assert price_of("claude-opus-4-8").got_out == 25.0
    assert price_of("claude-opus-4-1").got_out == 75.0


# ── conversations ───────────────────────────────────────────────────────────────────────────────────────────────


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
    assert (body["model"], body["max_tokens"]) == ("claude-sonnet-4-6", 2000)
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


def test_a_model_that_will_not_work_on_it_has_refused(api: Api, sqlite_store: Store) -> None:
    api.replies = [Reply([], "refusal")]

    with pytest.raises(ModelRefused, match="research"):
        a_model(api, sqlite_store).turn(a_request(ASKED))


def test_an_answer_at_its_greatest_length_is_given_on_with_its_reason(api: Api, sqlite_store: Store) -> None:
    api.replies = [says("and then", "max_tokens")]

    assert a_model(api, sqlite_store).turn(a_request(ASKED)).stop_reason == "max_tokens"


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
