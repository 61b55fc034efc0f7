"""Pulls by the clock: the breaker, the first day, what a crash leaves, and whose turn it is."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator

import pytest
import structlog
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route

from agents.errors import SourceDown, SourceRejected
from agents.terms import SourceTerms
from bot import breaker
from bot.clock import Tick, slot
from bot.enqueuing import place_in_line
from bot.forgetting import forget_words
from bot.settings import Settings
from bot.sources import KINDS
from bot.sources.pulling import FIRST, PullRuns
from bot.sources.source import retry_after
from bot.views import condition
from bot.views.limits import within
from playground.faults import Fault, Faults, Kind, Moment
from playground.loopback import Loopback
from playground.sentry import Sentry
from storage.columns import now
from storage.plumbing import Breaker, Cursor, Switch
from storage.raw import Severity
from storage.signals import SignalCounts
from storage.spending import Spent
from storage.store import Store
from tests.bot.shop import NAME, START, Shop
from tests.factories import a_raw_signal


@pytest.fixture
def shop(sqlite_store: Store) -> Iterator[Shop]:
    faults = Faults()
    sentry = Sentry("right", faults)
    with Loopback(sentry.app) as served:
        sentry.serve(served.url)
        yield Shop(sentry, faults, sqlite_store)


def status_of(cursor: Cursor, at: dt.datetime) -> str:
    how = condition.Condition(
        paused=Switch(name="paused"),
        counts=SignalCounts(total=0, held=0, dropped=0, filed=0, duplicates=0, waiting=0),
        open_reports=0,
        today=Spent(usd=0, calls=0, seconds=0),
        cursors=[cursor],
        at=at,
    )
    return json.dumps(within(condition.condition(how)), default=lambda block: block.to_dict())


# ── the breaker ─────────────────────────────────────────────────────────────────────────────────────────────────────


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


# ── the first day ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_switching_a_source_on_takes_the_heaviest_and_newest_and_counts_the_rest(shop: Shop) -> None:
    shop.first_day = 5
    shop.issues(*range(1, 131), level="warning")
    shop.issues(200, level="fatal", hours=20)

    assert shop.pull() == ["S-200", "S-127", "S-128", "S-129", "S-130"]
    cursor = shop.store.cursors.get(NAME)
    assert (cursor.left_out, cursor.left_out_since) == (126, START - dt.timedelta(days=1))
    assert len(shop.told.signals) == 5
    said = breaker.what_was_left_out(cursor)
    assert said.startswith("126 older or lighter signals were left out")
    assert f"signalbox pull {NAME} --since {START - dt.timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}" in said
    assert f"signalbox pull {NAME} --since" in status_of(cursor, shop.at)


def test_after_the_first_pull_everything_new_is_taken(shop: Shop) -> None:
    shop.first_day = 2
    shop.issues(1, 2, 3)
    assert shop.pull() == ["S-2", "S-3"]
    shop.issues(*range(10, 40), hours=1)
    assert len(shop.pull(after=60)) == 32
    assert shop.store.cursors.get(NAME).left_out == 1


def test_a_first_pull_that_breaks_off_begins_anew_and_loses_nothing(shop: Shop) -> None:
    shop.issues(*range(1, 8))
    shop.fails("sentry:events.latest", nth=4, status=500)
    assert shop.pull() == []
    assert shop.store.cursors.get(NAME).value == ""
    assert len(shop.pull(after=5)) == 7


def test_a_first_pull_that_a_rate_limit_stops_goes_on_behind_the_pages_it_read(shop: Shop) -> None:
    shop.first_day = 3
    shop.issues(1, level="fatal", hours=3)
    shop.issues(*range(100, 330), level="warning")
    shop.fails("sentry:events.latest", nth=150, status=429, retry_after=30)
    assert shop.pull() == []
    begun = shop.store.cursors.get(f"{FIRST}{NAME}")
    asked = shop.faults.seen("sentry:events.latest")
    assert (asked, "S-1" in begun.value) == (150, True)

    assert shop.pull(after=31) == ["S-328", "S-329", "S-1"]
    assert shop.faults.seen("sentry:events.latest") - asked < 140
    cursor = shop.store.cursors.get(NAME)
    assert (cursor.left_out, cursor.left_out_since) == (228, START - dt.timedelta(days=1))
    assert shop.store.cursors.get(f"{FIRST}{NAME}").value == ""


def test_what_a_first_pull_had_read_is_forgotten_when_nobody_goes_on_with_it(shop: Shop) -> None:
    shop.issues(*range(1, 201))
    shop.fails("sentry:events.latest", nth=150, status=500)
    shop.pull()
    assert shop.store.cursors.get(f"{FIRST}{NAME}").value

    forget_words(shop.store, now() + dt.timedelta(hours=23), 1e9)
    assert shop.store.cursors.get(f"{FIRST}{NAME}").value
    forget_words(shop.store, now() + dt.timedelta(hours=25), 1e9)
    assert shop.store.cursors.get(f"{FIRST}{NAME}").value == ""


# ── pages, crashes, replicas ────────────────────────────────────────────────────────────────────────────────────────


def test_what_was_read_before_a_failure_stays_and_the_rest_comes_later(shop: Shop) -> None:
    shop.pull()
    shop.issues(*range(1, 251), hours=2)
    shop.fails("sentry:events.latest", nth=120, status=500)
    first = len(shop.pull(after=60))
    assert first == 100  # one page of the pull, kept with its cursor; the next one broke off
    assert len(shop.pull(after=60)) == len(set(shop.known())) == 250


def test_a_pull_that_dies_after_reading_keeps_neither_signals_nor_cursor(shop: Shop) -> None:
    shop.pull()
    before = shop.store.cursors.get(NAME).value
    shop.issues(1, 2)
    shop.faults.plan(Fault("sentry:events.latest", Moment.PERFORMED, Kind.DROP, nth=2))
    assert shop.pull(after=60) == []
    assert shop.store.cursors.get(NAME).value == before
    assert shop.pull(after=60) == ["S-1", "S-2"]


def test_only_one_pull_of_a_source_runs_at_a_time(shop: Shop) -> None:
    shop.issues(1)
    shop.store.leases.take(f"pull:{NAME}", "somebody else", 60)
    assert shop.pull() == []
    with pytest.raises(PullRuns, match="is being pulled already"):
        shop.puller.pull_now(NAME)
    shop.store.leases.release(f"pull:{NAME}", "somebody else")
    assert shop.pull() == ["S-1"]


def test_a_cursor_that_somebody_else_moved_is_not_moved_back(store: Store) -> None:
    store.cursors.advance(NAME, "1", [], expect="")
    store.cursors.advance(NAME, "3", [], expect="1")
    known = store.cursors.advance(NAME, "2", [a_raw_signal(source=NAME)], expect="1", left_out=7)
    assert len(known) == 1
    assert (store.cursors.get(NAME).value, store.cursors.get(NAME).left_out) == ("3", 0)


def test_all_clocks_agree_on_when_in_its_slot_a_tick_comes() -> None:
    ticks = [Tick(f"pull:{name}", 120.0, print, spread=30.0) for name in ("a", "b", "c", "d")]
    moments = [[tick.moment(number) - number * 120 for number in range(1_000_000, 1_000_050)] for tick in ticks]
    again = [[tick.moment(number) - number * 120 for number in range(1_000_000, 1_000_050)] for tick in ticks]
    assert moments == again
    assert all(0 <= late < 30 for row in moments for late in row)
    assert len({round(late) for row in moments for late in row}) > 15  # spread, from source to source and slot to slot
    at = 1_000_000 * 120 + 1.0
    for _ in range(5):
        following = ticks[0].after(at)
        assert following > at
        assert slot(following, 120.0) == str(int(following // 120))
        at = following


# ── whose turn it is ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_flood_of_one_source_does_not_starve_another(store: Store) -> None:
    def keep(source: str, number: int, severity: Severity = Severity.ERROR, asked_by: str = "") -> int:
        raw = a_raw_signal(
            source=source, external_id=f"{source}-{number}", severity=severity, asked_by=asked_by, body=f"{number}"
        )
        return store.signals.remember(raw).signal_id

    flood = [keep("flood", number) for number in range(600)]
    quiet = [keep("quiet", number) for number in range(3)]
    fatal = keep("flood", 1000, Severity.FATAL)
    asked = keep("flood", 1001, asked_by="U1")

    def place(signal_id: int) -> int:
        signal = store.signals.get(signal_id)
        return place_in_line(signal, store.due.ahead_of(signal))

    assert place(asked) == place(fatal) == 1
    assert [place(signal_id) for signal_id in quiet] == [101, 102, 103]
    assert [place(signal_id) for signal_id in (flood[0], flood[3], flood[599])] == [101, 104, 700]
    swept = [signal.id for signal in store.due.now(dt.datetime.now(dt.UTC)).signals]
    assert len(swept) == 500
    assert swept[0] == fatal
    assert set(quiet) <= set(swept[:8])
    assert Counter(signal_id in flood for signal_id in swept)[True] > 490
