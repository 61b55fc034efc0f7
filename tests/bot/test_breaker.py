"""The breaker: when a source rests, for how long, and how people hear of it."""

from __future__ import annotations

import datetime as dt

import pytest
import structlog
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route

from agents.errors import SourceDown, SourceRejected
from agents.terms import SourceTerms
from bot import breaker
from bot.settings import Settings
from bot.sources import KINDS
from bot.sources.source import retry_after
from playground.loopback import Loopback
from storage.plumbing import Breaker
from tests.bot.shop import NAME, START, Shop, status_of


def test_the_third_failure_opens_the_breaker_and_a_trial_closes_it(shop: Shop) -> None:
    shop.pull()
    shop.issues(1)
    shop.fails(status=502, times=3)
    states, asked = [], []
    for wait in (0, 5, 10):
        shop.pull(after=wait)
        states.append(shop.store.cursors.get(NAME).breaker(shop.at))
        asked.append(shop.faults.seen("sentry:issues.list"))
    assert states == [Breaker.CLOSED, Breaker.CLOSED, Breaker.OPEN]
    assert asked == [1, 2, 3]

    assert shop.pull(after=19) == []
    assert shop.faults.seen("sentry:issues.list") == 3  # it rests: nobody asks
    cursor = shop.store.cursors.get(NAME)
    assert cursor.breaker(shop.at + dt.timedelta(seconds=1)) is Breaker.HALF_OPEN

    assert shop.pull(after=1) == ["S-1"]
    cursor = shop.store.cursors.get(NAME)
    assert (cursor.breaker(shop.at), cursor.failures, cursor.trouble) == (Breaker.CLOSED, 0, "")


def test_a_trial_that_fails_opens_the_breaker_again_for_twice_as_long(shop: Shop) -> None:
    shop.fails(status=503, times=4)
    for wait in (0, 5, 10, 20):
        shop.pull(after=wait)
    cursor = shop.store.cursors.get(NAME)
    assert cursor.breaker(shop.at) is Breaker.OPEN
    assert cursor.not_before == shop.at + dt.timedelta(seconds=40)
    assert cursor.rests_since == START + dt.timedelta(seconds=15)  # when it opened first


def test_a_source_that_asks_for_a_rest_gets_it(shop: Shop) -> None:
    shop.fails(status=429, retry_after=90)
    shop.pull()
    cursor = shop.store.cursors.get(NAME)
    assert cursor.breaker(shop.at) is Breaker.OPEN
    assert cursor.not_before == shop.at + dt.timedelta(seconds=90)


def test_people_are_told_which_source_rests_why_and_until_when(shop: Shop) -> None:
    shop.fails(status=429, retry_after=90)
    shop.pull()
    cursor = shop.store.cursors.get(NAME)
    said = status_of(cursor, shop.at)
    assert f'"timestamp": {int(START.timestamp())}' in said
    assert f'"timestamp": {int(START.timestamp()) + 90}' in said
    assert "rests since" in said
    assert "Sentry answered 429" in said
    told = breaker.how_it_is(cursor, shop.at)
    assert told.startswith("resting since ")
    assert (START + dt.timedelta(seconds=90)).strftime("%H:%M UTC") in told
    assert "Sentry answered 429" in told
    assert breaker.how_it_is(cursor, shop.at + dt.timedelta(seconds=91)).startswith("about to be tried again")


def test_a_no_opens_the_breaker_at_once_and_rests_never_grow_beyond_a_quarter_of_an_hour() -> None:
    assert breaker.pause(0, SourceRejected("no"), START).rests
    assert breaker.pause(0, SourceRejected("no"), START).until == START + dt.timedelta(minutes=5)
    assert breaker.pause(1_000_000, SourceDown("away"), START).until == START + dt.timedelta(minutes=15)


def test_an_answer_that_cannot_be_read_counts_as_a_failure_and_is_not_hidden(shop: Shop) -> None:
    page = Starlette(routes=[Route("/{any:path}", lambda _: JSONResponse(7))])
    with Loopback(page) as served, structlog.testing.capture_logs() as logged:
        shop.sentry.serve(served.url)
        assert shop.pull() == []
    cursor = shop.store.cursors.get(NAME)
    assert (cursor.failures, cursor.value) == (1, "")
    assert f"what {NAME} answered could not be read (TypeError)" in cursor.trouble
    assert cursor.rests_since == START
    assert [(line["source"], line["exc_info"]) for line in logged if line["log_level"] == "error"] == [(NAME, True)]


@pytest.mark.parametrize("kind", ["sentry", "zendesk", "posthog", "linear"])
def test_a_page_for_people_where_an_api_should_be_names_the_address(kind: str) -> None:
    page = Starlette(routes=[Route("/{any:path}", lambda _: HTMLResponse("<h1>Hello</h1>"), methods=["GET", "POST"])])
    with Loopback(page) as served:
        settings = Settings(
            _env_file=None, sentry_url=served.url, zendesk_url=served.url, posthog_url=served.url,
            linear_url=f"{served.url}/graphql", sentry_token=SecretStr("x"), zendesk_token=SecretStr("x"),
            posthog_api_key=SecretStr("x"), linear_api_key=SecretStr("x"),
        )  # fmt: skip
        terms = SourceTerms(kind=kind, report_to="C01", options={"organization": "acme", "project": "42"})
        with pytest.raises(SourceRejected, match=rf"no JSON.*{kind.upper()}_URL"):
            KINDS[kind]("shop", terms, settings).pull("")


@pytest.mark.parametrize(
    ("header", "seconds"), [("7", 7.0), ("1.5", 1.5), ("", None), ("soon", None), ("999999999", 6 * 3600.0)]
)
def test_a_rest_is_asked_for_in_seconds(header: str, seconds: float | None) -> None:
    assert retry_after({"Retry-After": header} if header else {}) == seconds


def test_a_rest_is_asked_for_by_a_date() -> None:
    until = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=120)
    asked = retry_after({"Retry-After": until.strftime("%a, %d %b %Y %H:%M:%S GMT")})
    assert asked is not None
    assert 110 < asked <= 120
    assert retry_after({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0.0
