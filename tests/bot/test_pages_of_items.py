"""One item whose own page cannot be had stops its source for a few pulls at most: it is taken in without that page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import structlog
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from agents.errors import OverRate, SourceDown, SourceRejected
from agents.terms import SourceTerms
from bot import breaker
from bot.pulling.failing_pages import PAGES_OF
from bot.settings import Settings
from bot.sources import KINDS
from bot.sources.reading import PULLS
from bot.sources.source import Pulled, Source
from playground.loopback import Loopback
from tests.bot.shop import NAME, Shop

NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
EARLIER, LATER = ((NOW - dt.timedelta(hours=ago)).isoformat().replace("+00:00", "Z") for ago in (2, 1))
Row = dict[str, Any]


class Service:
    """Lists some items, and answers for the own page of those in `sick` with a status that is not good."""

    def __init__(self, kind: str, *numbers: int) -> None:
        self.kind, self.numbers = kind, numbers
        self.sick: dict[int, int] = {}
        self.all_sick = 0
        self.app = Starlette(routes=[Route("/{any:path}", self._serve, methods=["GET", "POST"])])

    async def _serve(self, request: Request) -> Response:
        here = str(request.base_url).rstrip("/")
        body = await request.json() if request.method == "POST" else {}
        path = f"{request.url.path}{body.get('query', {}).get('issueId', '')}"
        asked = next((number for number in self.numbers if f"/{number}/" in f"{path}/".replace("query", "")), None)
        if asked is not None and (status := self.all_sick or self.sick.get(asked, 0)):
            return JSONResponse({"detail": "words of theirs"}, status)
        answer: Callable[[int | None, Row, str], Any] = getattr(self, self.kind)
        return JSONResponse(answer(asked, body, here))

    def sentry(self, asked: int | None, _: Row, __: str) -> Any:
        if asked is not None:
            return {"entries": [], "tags": [{"key": "release", "value": "9.9"}]}
        return [{"id": str(n), "shortId": f"S-{n}", "title": f"Boom {n}", "lastSeen": LATER} for n in self.numbers]

    def zendesk(self, asked: int | None, _: Row, __: str) -> Any:
        if asked is not None:
            said = {"public": True, "body": "more", "created_at": LATER, "author_id": 1}
            return {"comments": [said], "users": []}
        rows = [{"id": n, "status": "open", "subject": f"Boom {n}", "description": "x", "requester_id": 1,
                 "created_at": EARLIER, "updated_at": LATER} for n in self.numbers]  # fmt: skip
        return {"tickets": rows, "users": [], "after_cursor": "c2", "end_of_stream": True}

    def posthog_errors(self, asked: int | None, body: Row, _: str) -> Any:
        if asked is not None or body["query"].get("status") == "active":
            rows = self.numbers if asked is None else [asked]
            return {"results": [{"id": str(n), "name": f"Boom {n}", "first_seen": EARLIER, "last_seen": LATER}
                                for n in rows]}  # fmt: skip
        return {"results": []}

    def posthog_replays(self, asked: int | None, _: Row, __: str) -> Any:
        rows = [{"session_id": str(n), "created_at": LATER, "session_outcome": {"description": f"Boom {n}"}}
                for n in self.numbers]  # fmt: skip
        return {"results": rows, "next": None} if asked is None else {"summary": {}}

    def posthog_alerts(self, asked: int | None, _: Row, __: str) -> Any:
        rows = {n: {"id": str(n), "state": "Firing", "name": f"Boom {n}", "last_notified_at": LATER}
                for n in self.numbers}  # fmt: skip
        return {"results": list(rows.values()), "next": None} if asked is None else {**rows[asked], "checks": []}

    def github(self, asked: int | None, _: Row, here: str) -> Any:
        if asked is not None:
            return [{"event": "reopened", "created_at": LATER, "id": 1}]
        return [{"number": n, "id": n, "html_url": f"https://github.example/issues/{n}", "title": f"Boom {n}",
                 "url": f"{here}/repos/acme/app/issues/{n}", "body": "x", "user": {"login": "ada", "type": "User"},
                 "labels": [], "comments": 0, "state_reason": "reopened", "pull_request": None,
                 "created_at": EARLIER, "updated_at": LATER} for n in self.numbers]  # fmt: skip


SERVICES = ("sentry", "zendesk", "posthog_errors", "posthog_replays", "posthog_alerts", "github")


def source_at(service: str, url: str) -> Source:
    kind, _, shape = service.partition("_")
    token = SecretStr("x")
    settings = Settings(
        _env_file=None, sentry_url=url, zendesk_url=url, posthog_url=url, github_api_url=url,
        sentry_token=token, zendesk_token=token, posthog_api_key=token, github_token=token,
    )  # fmt: skip
    options = {"organization": "acme", "project": "a", "repository": "acme/app", "shapes": shape}
    return KINDS[kind]("here", SourceTerms(kind=kind, report_to="C01", options=options), settings)


def titles(pulled: Pulled) -> list[str]:
    return sorted(signal.title[:6] for signal in pulled.signals)


@pytest.mark.parametrize("service", SERVICES)
def test_an_item_whose_own_page_always_fails_is_taken_in_without_it_after_some_pulls(service: str) -> None:
    server = Service(service, 7, 8)
    server.sick = {7: 500}
    with Loopback(server.app) as at:
        source = source_at(service, at.url)
        for _ in range(PULLS):
            with pytest.raises(SourceDown):
                source.pull("")
        pulled = source.pull("")
        again = source.pull("")
        server.sick = {}
        whole = source.pull("")

    assert titles(pulled) == titles(again) == ["Boom 7", "Boom 8"]
    (unread,) = pulled.unread
    assert unread.name.endswith("7")
    assert unread.in_part
    assert "could not be had: " in unread.why
    assert "answered 500" in unread.why
    assert whole.unread == ()


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("status", [403, 404, 410])
def test_an_item_whose_own_page_is_kept_from_us_stops_no_pull_at_all(service: str, status: int) -> None:
    server = Service(service, 7, 8)
    server.sick = {7: status}
    with Loopback(server.app) as at:
        pulled = source_at(service, at.url).pull("")

    assert "Boom 8" in titles(pulled)
    if status == 403:
        assert titles(pulled) == ["Boom 7", "Boom 8"]
        assert ["answered 403" in each.why for each in pulled.unread] == [True]


@pytest.mark.parametrize("service", SERVICES)
def test_where_no_own_page_is_shown_a_right_is_lacking_and_nothing_is_passed_over(service: str) -> None:
    server = Service(service, 2, 3, 4, 5)
    server.all_sick = 403
    with Loopback(server.app) as at, pytest.raises(SourceRejected, match="answered 403"):
        source_at(service, at.url).pull("")


@pytest.mark.parametrize("service", [each for each in SERVICES if each != "github"])
def test_a_rate_limit_is_nobodys_page(service: str) -> None:
    server = Service(service, 7)
    server.all_sick = 429
    with Loopback(server.app) as at:
        source = source_at(service, at.url)
        for _ in range(PULLS + 2):
            with pytest.raises(OverRate):
                source.pull("")


def test_while_all_own_pages_fail_each_pull_waits_as_before() -> None:
    server = Service("sentry", 1, 2, 3)
    server.all_sick = 503
    with Loopback(server.app) as at:
        source = source_at("sentry", at.url)
        for _ in range(5 * PULLS):
            with pytest.raises(SourceDown, match="503"):
                source.pull("")
        server.all_sick = 0
        pulled = source.pull("")

    assert all("release: 9.9" in signal.body for signal in pulled.signals)
    assert pulled.unread == ()


def test_what_was_read_in_part_is_told_as_such_until_it_is_read_whole(shop: Shop) -> None:
    shop.issues(1, 2)
    puller = shop.puller
    shop.fails("sentry:events.latest", nth=1, status=403)
    with structlog.testing.capture_logs() as logged:
        puller.pull(NAME, lambda _, work, __: work())
    told = breaker.what_was_put_aside(shop.store.cursors.get(NAME))

    assert shop.known() == ["S-1", "S-2"]
    assert told.startswith("took 1 item in that could not be read whole, and read the rest. The latest: S-1, ")
    assert "its latest event could not be had: Sentry answered 403" in told
    assert [line["item"] for line in logged if line["event"] == "an item was taken in, but not whole"] == ["S-1"]

    assert [each.read for each in shop.reader.backfill("2d")] == [2]
    assert breaker.what_was_put_aside(shop.store.cursors.get(NAME)) == ""


def test_a_restart_goes_on_counting_in_how_many_pulls_a_page_failed(shop: Shop) -> None:
    shop.issues(1, 2)
    for pull in range(PULLS + 1):
        shop.fails("sentry:events.latest", nth=1, status=500)
        shop.puller.pull_now(NAME)
        assert shop.known() == (["S-1", "S-2"] if pull == PULLS else [])
    assert "its latest event could not be had: Sentry answered 500" in breaker.what_was_put_aside(
        shop.store.cursors.get(NAME)
    )

    kept = shop.store.cursors.get(f"{PAGES_OF}{NAME}").value
    assert "S-1" not in kept
    assert "event" not in kept


@pytest.mark.parametrize("service", ["sentry", "posthog_errors"])
def test_an_empty_page_that_promises_more_is_the_last_one(service: str) -> None:
    def answer(request: Request) -> Response:
        more = f'<{request.url}>; rel="next"; results="true"; cursor="0:0:0"'
        rows: Any = [] if service == "sentry" else {"results": [], "hasMore": True}
        return JSONResponse(rows, headers={"Link": more})

    with Loopback(Starlette(routes=[Route("/{any:path}", answer, methods=["GET", "POST"])])) as at:
        pulled = source_at(service, at.url).pull("")

    assert (pulled.signals, pulled.goes_on) == ((), False)
