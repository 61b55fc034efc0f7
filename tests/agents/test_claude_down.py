"""Claude that is busy, set up wrongly, silent, or says no."""

from __future__ import annotations

import socket

import pytest
from structlog.testing import capture_logs

from agents.errors import ModelDown, ModelRefused
from storage.judgments import Stage
from storage.readings import Reading
from storage.store import Store
from tests.agents.asking_claude import ABOUT, SAFE, a_model, calls
from tests.agents.loopback import Api, Reply, says

SPENT = "You have reached your specified API usage limits."


@pytest.mark.parametrize(
    ("status", "wait"), [(429, "7"), (529, ""), (500, ""), (503, "2"), (408, ""), (409, ""), (424, "")]
)
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
    [(401, "ANTHROPIC_API_KEY"), (403, "the key may not"), (404, r"check \[models\]")],
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


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (
            Reply(status=400, message=f"{SPENT} You will regain access on 2026-12-01 at 00:00 UTC."),
            "spend limit .* raise it in the Claude Console, or it goes on at 2026-12-01",
        ),
        (Reply(status=400, message="You have reached your specified workspace API usage limits."), "raise it in"),
        (Reply(status=400, message="Your credit balance is too low to access the Anthropic API."), "no credit left"),
        (Reply(status=402), "no credit left"),
        (Reply(status=400, message="This organization has been disabled."), "disabled; its owner must ask"),
        (Reply(status=403, error_code="organization_on_hold"), "disabled; its owner must ask"),
        (Reply(status=429, error_code="enforced_spend_limit_reached"), "its tier allows in a month"),
        (Reply(status=429, error_code="contract_spend_limit_reached"), "its contract allows"),
    ],
)
def test_an_account_that_may_spend_no_more_is_waited_for_and_named_and_not_asked_again_at_once(
    api: Api, sqlite_store: Store, reply: Reply, told: str
) -> None:
    """A signal must not be judged unread, and no report get stuck, because its owner set a limit in the Console."""
    api.replies = [reply]

    with pytest.raises(ModelDown, match=told) as down:
        a_model(api, sqlite_store, retries=2).judge(Stage.READ, ABOUT, Reading)

    assert down.value.retry_after == 1_800
    assert len(api.asked) == 1


@pytest.mark.parametrize("status", [400, 413])
def test_a_request_that_is_longer_than_the_model_reads_says_so(api: Api, sqlite_store: Store, status: int) -> None:
    api.replies = [Reply(status=status, message="prompt is too long: 214315 tokens > 200000 maximum")]

    with pytest.raises(ModelRefused, match="longer than the model can read; set a model with a larger window"):
        a_model(api, sqlite_store).judge(Stage.READ, ABOUT, Reading)


@pytest.mark.parametrize(("limit", "is_told"), [("30000", True), ("500000", False), ("", False)])
def test_a_rate_that_may_not_hold_one_long_request_is_named(
    api: Api, sqlite_store: Store, limit: str, is_told: bool
) -> None:
    headers = {"anthropic-ratelimit-input-tokens-limit": limit} if limit else {}
    api.replies = [Reply(status=429, headers=headers)]

    with pytest.raises(ModelDown, match="limits our rate") as down:
        a_model(api, sqlite_store).judge(Stage.READ, ABOUT, Reading)

    assert ("30,000 input tokens a minute may be less than one long request" in str(down.value)) is is_told


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
            a_model(mute, sqlite_store, seconds=0.2, retries=2).judge(Stage.READ, ABOUT, Reading)
        silent.settimeout(0)
        with silent.accept()[0], pytest.raises(BlockingIOError):
            silent.accept()  # it was waited for long enough: it is not asked again within the call

    (call,) = calls(sqlite_store)
    assert call.settled
    assert call.cost_usd > 0


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413])
def test_a_proxys_own_no_is_not_taken_for_claudes(api: Api, sqlite_store: Store, status: int) -> None:
    api.replies = [Reply(status=status, raw="<html>Request blocked</html>", headers={"content-type": "text/html"})]

    with pytest.raises(ModelDown, match=f"What answered {status} in Claude's place .* ANTHROPIC_BASE_URL"):
        a_model(api, sqlite_store).judge(Stage.READ, ABOUT, Reading)


@pytest.mark.parametrize("raw", ["<html>captive portal</html>", '{"ok": true}', "[]"])
def test_what_is_not_the_api_is_down(api: Api, sqlite_store: Store, raw: str) -> None:
    api.replies = [Reply(raw=raw)]

    with pytest.raises(ModelDown):
        a_model(api, sqlite_store).judge(Stage.READ, ABOUT, Reading)

    assert calls(sqlite_store)[0].settled
