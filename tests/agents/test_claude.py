"""Claude's adapter, over the real SDK, against a small Messages API on loopback."""

from __future__ import annotations

import datetime as dt
import json
import re

import pytest
from structlog.testing import capture_logs

from agents.adapters.claude.claude import ClaudeModel
from agents.adapters.claude.ledger import StoreLedger
from agents.adapters.claude.prices import DEAREST, price_of
from agents.errors import ModelRefused, SpentForToday, Stopped
from agents.model_terms import Models
from agents.terms import Budgets
from storage.columns import now
from storage.errors import DatabaseDown
from storage.judgments import Stage, Threat
from storage.readings import Reading
from storage.store import Store
from tests.agents.asking_claude import ABOUT, SAFE, a_line, a_model, calls
from tests.agents.loopback import Api, Reply, says
from tests.factories import a_moment, a_report


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


def test_an_answer_that_was_cut_off_is_a_fault_and_the_next_has_twice_the_room(api: Api, sqlite_store: Store) -> None:
    api.replies = [says('{"reason": "long', "max_tokens"), says(SAFE)]

    assert a_model(api, sqlite_store).judge(Stage.READ, ABOUT, Reading).passed
    assert "cut off after 8000 tokens" in api.asked[1][1]["messages"][2]["content"]
    assert [body["max_tokens"] for _, body in api.asked] == [8000, 16000]


@pytest.mark.parametrize("stop_reason", ["refusal", "model_context_window_exceeded"])
def test_a_refusal_ends_it_at_once(api: Api, sqlite_store: Store, stop_reason: str) -> None:
    api.replies = [Reply([], stop_reason)]

    with pytest.raises(ModelRefused):
        a_model(api, sqlite_store).judge(Stage.READ, ABOUT, Reading)

    assert len(api.asked) == 1
    assert calls(sqlite_store)[0].stop_reason == stop_reason


def test_when_the_day_s_budget_does_not_hold_the_estimate_no_call_is_made(api: Api, sqlite_store: Store) -> None:
    model = a_model(api, sqlite_store, budgets=Budgets(day_usd=0.001))

    with pytest.raises(SpentForToday, match=r"budgets\.day_usd") as spent:
        model.judge(Stage.READ, ABOUT, Reading)

    assert 0 < (spent.value.retry_after or 0) <= 3_600
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


def where_it_is(hour: int) -> str:
    """The zone where the clock shows this hour now."""
    east = (hour - now().hour + 11) % 24 - 11
    return f"Etc/GMT{-east:+d}"  # such names count westwards


@pytest.mark.parametrize(("hour", "is_over"), [(18, True), (6, False)])
def test_the_day_of_the_budget_is_the_team_s(sqlite_store: Store, hour: int, is_over: bool) -> None:
    zone, later = where_it_is(hour), now() + dt.timedelta(hours=12)
    sqlite_store.spending.reserve("fix", "x", "m", 100.0)
    ledger = StoreLedger(sqlite_store.spending, Budgets(day_usd=50.0), lambda: later, zone)

    if is_over:
        assert ledger.reserve(Stage.READ, ABOUT, "m", 1.0) > 0
        return
    with pytest.raises(SpentForToday, match=re.escape(f"midnight ({zone})")):
        ledger.reserve(Stage.READ, ABOUT, "m", 1.0)


def test_when_the_books_cannot_be_read_no_call_is_made(api: Api, sqlite_store: Store) -> None:
    class Broken:
        def reserve(self, *_: object) -> int:
            raise DatabaseDown("The database did not answer.")

        def settle(self, *_: object, **__: object) -> None:
            raise AssertionError("there is nothing to settle")

    with pytest.raises(DatabaseDown):
        ClaudeModel([a_line(api)], Models(), Broken()).judge(Stage.READ, ABOUT, Reading)

    assert api.asked == []


def test_an_unknown_model_is_priced_as_the_dearest() -> None:
    assert price_of("claude-next-9") == DEAREST
    assert price_of("claude-sonnet-4-6").put_in == 3.0
    assert price_of("claude-haiku-4-5-20251001") == price_of("claude-haiku-4-5")
    assert price_of("claude-opus-4-8").got_out == 25.0
    assert price_of("claude-haiku-5-5").of(60_000, 0, 40_000, 1_000) == pytest.approx(0.0069)
    assert price_of("claude-haiku-5-5").of(60_001, 0, 40_000, 1_000) == pytest.approx(0.0345, rel=1e-4)
    assert price_of("claude-opus-4-1").got_out == 75.0
