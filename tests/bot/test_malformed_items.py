"""One item that a source has in a bad shape stops no other: it is put aside, counted, and said to be."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import structlog
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from agents.errors import SourceRejected
from agents.terms import SourceTerms
from bot import breaker
from bot.settings import Settings
from bot.sources import KINDS
from bot.sources.source import Pulled, Source
from playground.loopback import Loopback
from storage.cursors import MOST_UNREAD
from storage.raw import Unread
from tests.bot.shop import NAME, Shop

NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
EARLIER, LATER = ((NOW - dt.timedelta(hours=ago)).isoformat().replace("+00:00", "Z") for ago in (2, 1))
Row = dict[str, Any]


class Answers:
    """A service that answers every request with what a test says, and remembers nothing."""

    def __init__(self, answer: Callable[[Request, Any], Any]) -> None:
        self._answer = answer
        self.app = Starlette(routes=[Route("/{any:path}", self._serve, methods=["GET", "POST"])])

    async def _serve(self, request: Request) -> Response:
        raw = await request.body()
        return JSONResponse(self._answer(request, json.loads(raw) if raw else None))


def issue_of_sentry(**fields: Any) -> Row:
    return {"id": "7", "shortId": "S-7", "title": "Boom", "lastSeen": LATER, "permalink": "", **fields}


def sentry(rows: list[Row]) -> Answers:
    def answer(request: Request, _: Any) -> Any:
        return rows if request.url.path.endswith("/issues/") else {}

    return Answers(answer)


def ticket(**fields: Any) -> Row:
    return {"id": 7, "status": "open", "subject": "Help", "description": "x", "requester_id": 1,
            "created_at": LATER, "updated_at": LATER, **fields}  # fmt: skip


def zendesk(rows: list[Row]) -> Answers:
    return Answers(lambda *_: {"tickets": rows, "users": [], "after_cursor": "c2", "end_of_stream": True})


def issue_of_linear(**fields: Any) -> Row:
    return {"identifier": "L-7", "previousIdentifiers": [], "title": "Boom", "url": "https://linear.example/L-7",
            "priority": 2, "createdAt": EARLIER, "updatedAt": LATER, "state": {"name": "Todo", "type": "unstarted"},
            "team": {"key": "L"}, "labels": {"nodes": []}, "attachments": {"nodes": []}, "history": {"nodes": []},
            **fields}  # fmt: skip


def linear(rows: list[Row]) -> Answers:
    page = {"nodes": rows, "pageInfo": {"hasNextPage": False, "endCursor": None}}
    return Answers(lambda *_: {"data": {"issues": page}})


def error_of_posthog(**fields: Any) -> Row:
    return {"id": "7", "name": "KeyError", "first_seen": EARLIER, "last_seen": LATER, **fields}


def posthog(rows: list[Row]) -> Answers:
    def answer(request: Request, body: Any) -> Any:
        if request.url.path.endswith("/query/"):
            query = body["query"]
            asked = [row for row in rows if query.get("issueId") in (None, row.get("id"))]
            return {"results": asked if query["status" if "issueId" not in query else "kind"] != "resolved" else []}
        return {"results": [], "next": None}

    return Answers(answer)


def issue_of_github(**fields: Any) -> Row:
    return {"number": 7, "id": 7, "pull_request": None, "html_url": "https://github.example/7",
            "title": "Boom", "body": "x", "user": {"login": "ada", "type": "User"}, "labels": [], "comments": 0,
            "state_reason": None, "created_at": EARLIER, "updated_at": LATER, **fields}  # fmt: skip


def github(rows: list[Row]) -> Answers:
    def answer(request: Request, _: Any) -> Any:
        here = str(request.base_url)
        listed = [{**row, "url": f"{here}repos/acme/app/issues/7"} for row in rows]
        return listed if request.url.path.endswith("/issues") else {**listed[0], "pull_request": None}

    return Answers(answer)


Kind = tuple[str, Callable[[list[Row]], Answers], Callable[..., Row], Mapping[str, Any], Mapping[str, Any]]
KIND_OF: tuple[Kind, ...] = (  # how its items look, without a moment, and with something that makes no signal
    ("sentry", sentry, issue_of_sentry, {"lastSeen": None}, {"id": "8", "shortId": "S-8", "userCount": "many"}),
    ("zendesk", zendesk, ticket, {"updated_at": None}, {"id": 8, "created_at": "soon"}),
    ("linear", linear, issue_of_linear, {"updatedAt": None}, {"identifier": "L-8", "priority": None}),
    ("posthog", posthog, error_of_posthog, {"last_seen": None}, {"id": "8", "first_seen": "soon"}),
    ("github", github, issue_of_github, {"updated_at": 7}, {"number": 8, "title": 8}),
)


def source_of(kind: str, url: str) -> Source:
    settings = Settings(
        _env_file=None, sentry_url=url, zendesk_url=url, posthog_url=url, linear_url=f"{url}/graphql",
        github_api_url=url, sentry_token=SecretStr("x"), zendesk_token=SecretStr("x"),
        posthog_api_key=SecretStr("x"), linear_api_key=SecretStr("x"), github_token=SecretStr("x"),
    )  # fmt: skip
    options = {"organization": "acme", "project": "42", "repository": "acme/app", "shapes": "errors"}
    return KINDS[kind]("here", SourceTerms(kind=kind, report_to="C01", options=options), settings)


def pulled(kind: str, answers: Answers, cursor: str = "") -> Pulled:
    with Loopback(answers.app) as served:
        return source_of(kind, served.url).pull(cursor)


@pytest.mark.parametrize(("kind", "answers", "row", "timeless", "broken"), KIND_OF)
def test_what_has_no_moment_or_makes_no_signal_is_put_aside_and_the_rest_goes_in(
    kind: str,
    answers: Callable[[list[Row]], Answers],
    row: Callable[..., Row],
    timeless: Mapping[str, Any],
    broken: Mapping[str, Any],
) -> None:
    good, rows = row(), [row(**timeless), row(**broken), row()]

    first = pulled(kind, answers(rows))
    again = pulled(kind, answers(rows), first.cursor)

    assert [signal.title for signal in first.signals] == [pulled(kind, answers([good])).signals[0].title]
    assert len(first.unread) == 2
    assert not any("many" in each.why or "soon" in each.why for each in first.unread)
    assert again.signals == () or kind == "zendesk"  # which goes by a cursor of its own


@pytest.mark.parametrize(("kind", "answers", "row", "timeless", "broken"), KIND_OF)
def test_where_nothing_of_several_can_be_read_the_answer_is_refused_and_nothing_is_passed_over(
    kind: str,
    answers: Callable[[list[Row]], Answers],
    row: Callable[..., Row],
    timeless: Mapping[str, Any],
    broken: Mapping[str, Any],
) -> None:
    for wrong in (timeless, broken):
        with pytest.raises(SourceRejected, match="none of 4 items that here answered with could be read"):
            pulled(kind, answers([row(**wrong) for _ in range(4)]))


@pytest.mark.parametrize(("kind", "key"), [("sentry", "shortId"), ("zendesk", "id"), ("linear", "identifier"),
                                           ("posthog", "id")])  # fmt: skip
def test_what_has_no_name_is_put_aside_under_one_of_ours(kind: str, key: str) -> None:
    answers, row = next((each[1], each[2]) for each in KIND_OF if each[0] == kind)
    nameless = row()
    del nameless[key]

    first, second = (pulled(kind, answers([nameless, row()])) for _ in range(2))

    assert (len(first.signals), [each.why for each in first.unread]) == (1, [f"it has no {key}"])
    assert first.unread[0].name.startswith("without a name (")
    assert first.unread[0].name == second.unread[0].name


# ── what people are told ────────────────────────────────────────────────────────────────────────────────────────────


def breaks(shop: Shop, number: int, users: object) -> None:
    """What Sentry should not say of an issue."""
    shop.sentry._issues[f"51{number:08d}"].users = users  # type: ignore[assignment]


def test_it_is_counted_logged_once_and_told_until_it_can_be_read(shop: Shop) -> None:
    shop.issues(1, 2)
    breaks(shop, 1, "many")
    with structlog.testing.capture_logs() as logged:
        brought = [shop.pull(), shop.pull(after=60)]
    cursor = shop.store.cursors.get(NAME)
    told = breaker.what_was_put_aside(cursor)

    assert brought == [["S-2"], ["S-2"]]
    assert [(line["item"], line["source"]) for line in logged if "put aside" in line["event"]] == [("S-1", NAME)]
    assert (cursor.failures, [each.name for each in cursor.unread]) == (0, ["S-1"])
    assert told.startswith("put 1 item aside that could not be read, and read the rest. The latest: S-1, ")
    assert "(ValueError in sentry._signal)" in told

    breaks(shop, 1, 3)
    assert [each.read for each in shop.reader.backfill("2d")] == [2]
    assert shop.known() == ["S-2", "S-1"]
    assert breaker.what_was_put_aside(shop.store.cursors.get(NAME)) == ""


def test_so_many_are_remembered_and_the_oldest_are_forgotten(shop: Shop) -> None:
    for number in range(MOST_UNREAD + 5):
        one = Unread(name=f"S-{number}", why="it has no id", at=NOW)
        shop.store.cursors.note(NAME, unread=[one], read=(), lacking="")

    names = [each.name for each in shop.store.cursors.get(NAME).unread]
    assert (len(names), names[0], names[-1]) == (MOST_UNREAD, "S-5", f"S-{MOST_UNREAD + 4}")
    one = Unread(name="S-60", why="it has no id", at=NOW - dt.timedelta(days=30))
    assert shop.store.cursors.note("other", unread=[one], read=(), lacking="") == ((one,), False)
    assert shop.store.cursors.note("other", unread=[], read=(), lacking="") == ((), False)
    assert shop.store.cursors.get("other").unread == ()
