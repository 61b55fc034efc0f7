"""The loopback Sentry, asked over HTTP as the bot asks it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from playground.faults import Fault, Faults, Kind, Moment
from playground.sentry import Sentry
from playground.sentry_records import Crumb, ErrorSeen, Frame, Substatus, project_number
from tests.playground.staging import Serve

NOW = datetime(2026, 11, 20, 7, 30, tzinfo=UTC)
TOKEN = "token"
ISSUES = "/api/0/organizations/acme/issues/"
BLANK = ErrorSeen(
    short_id="SOLAR-1A7",
    title="ValueError: math domain error",
    project="solar",
    type="ValueError",
    value="math domain error",
    culprit="lib.number in metric",
    frames=(
        Frame("app/tiles.py", 9, "tile", "    return metric(0)"),
        Frame("lib/number.py", 3, "metric", "x", in_app=False),
    ),
    events=1204,
    users=61,
    release="app@7",
    tags={"python": "3.11"},
    extra={"site": "North"},
    breadcrumbs=(Crumb("2026-11-20T07:14:00Z", "drawn"),),
)


class Asker:
    """Asks a served Sentry, with its token unless told otherwise."""

    def __init__(self, sentry: Sentry, faults: Faults, url: str) -> None:
        self.sentry, self.faults, self.url = sentry, faults, url

    def get(self, path: str = ISSUES, token: str | None = TOKEN, **query: str) -> requests.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        asked = {"project": "-1", **query} if path == ISSUES else query
        return requests.get(self.url + path, params=asked, headers=headers, timeout=5)

    def found(self, **query: str) -> list[str]:
        return [issue["shortId"] for issue in self.get(**query).json()]


@pytest.fixture
def asker(serve_app: Serve) -> Asker:
    faults = Faults()
    sentry = Sentry(TOKEN, faults, now=lambda: NOW)
    return Asker(sentry, faults, serve_app(sentry.app))


def minutes_ago(minutes: int) -> datetime:
    return NOW - timedelta(minutes=minutes)


def test_who_is_in_no_team_finds_nothing_without_asking_for_all_projects(asker: Asker) -> None:
    asker.sentry.add_issue(BLANK, last_seen=minutes_ago(1))

    assert asker.found() == asker.found(project=project_number("solar")) == ["SOLAR-1A7"]
    assert asker.found(project="") == asker.found(project="77") == []


def test_an_issue_has_the_shape_of_sentrys(asker: Asker) -> None:
    number = asker.sentry.add_issue(BLANK, first_seen=minutes_ago(60), last_seen=minutes_ago(16))
    [issue] = asker.get().json()
    expected: dict[str, Any] = {
        "id": number,
        "shortId": "SOLAR-1A7",
        "title": "ValueError: math domain error",
        "culprit": "lib.number in metric",
        "level": "error",
        "status": "unresolved",
        "substatus": "new",
        "count": "1204",
        "userCount": 61,
        "firstSeen": "2026-11-20T06:30:00Z",
        "lastSeen": "2026-11-20T07:14:00Z",
        "isUnhandled": True,
        "type": "error",
        "permalink": f"{asker.url}/organizations/acme/issues/{number}/",
    }
    assert {name: issue[name] for name in expected} == expected
    assert issue["project"]["slug"] == "solar"
    assert issue["metadata"]["function"] == "metric"
    page = asker.get(f"{ISSUES}{number}/").json()
    assert [each["type"] for each in page.pop("activity")] == ["first_seen"]
    assert {name: issue[name] for name in page} == page


def test_a_list_counts_what_happened_in_its_time_and_all_of_it_beside(asker: Asker) -> None:
    asker.sentry.add_issue(BLANK, first_seen=minutes_ago(60), last_seen=minutes_ago(50))
    asker.sentry.happen("SOLAR-1A7", events=3, at=minutes_ago(5))

    [issue] = asker.get(start=minutes_ago(10).isoformat(), end=NOW.isoformat()).json()

    assert (issue["count"], issue["userCount"], issue["firstSeen"]) == ("3", 3, "2026-11-20T07:25:00Z")
    life = issue["lifetime"]
    assert (life["count"], life["userCount"], life["firstSeen"]) == ("1207", 61, "2026-11-20T06:30:00Z")


def test_the_latest_event_has_its_frames_tags_and_extra_data(asker: Asker) -> None:
    number = asker.sentry.add_issue(BLANK)
    event = asker.get(f"{ISSUES}{number}/events/latest/").json()
    exception, breadcrumbs = event["entries"]
    [value] = exception["data"]["values"]
    frames = value["stacktrace"]["frames"]
    assert (value["type"], value["mechanism"]["handled"]) == ("ValueError", False)
    assert [(f["filename"], f["lineNo"], f["inApp"], f["context"]) for f in frames] == [
        ("app/tiles.py", 9, True, [[9, "    return metric(0)"]]),
        ("lib/number.py", 3, False, [[3, "x"]]),
    ]
    assert breadcrumbs["data"]["values"][0]["message"] == "drawn"
    assert {"key": "release", "value": "app@7"} in event["tags"]
    assert (event["context"], event["groupID"]) == ({"site": "North"}, number)


def test_issues_are_searched_sorted_and_bounded_in_time(asker: Asker) -> None:
    asker.sentry.add_issue(BLANK, last_seen=minutes_ago(5))
    asker.sentry.add_issue(
        replace(BLANK, short_id="FLEET-2", project="fleet", title="StaleWorker: eu-3", events=9000, level="warning"),
        last_seen=minutes_ago(50),
        substatus=Substatus.ESCALATING,
    )
    asker.sentry.add_issue(replace(BLANK, short_id="OLD-3"), last_seen=NOW - timedelta(days=20))
    asker.sentry.resolve("OLD-3")
    assert asker.found() == ["SOLAR-1A7", "FLEET-2"]
    assert asker.found(query="") == ["SOLAR-1A7", "FLEET-2", "OLD-3"]
    assert asker.found(query="", sort="freq")[0] == "FLEET-2"
    assert asker.found(query="is:resolved") == ["OLD-3"]
    assert asker.found(query="is:unresolved project:fleet") == ["FLEET-2"]
    assert asker.found(query="is:unresolved !project:fleet") == ["SOLAR-1A7"]
    assert asker.found(query="is:escalating") == ["FLEET-2"]
    assert asker.found(query="level:warning staleworker") == ["FLEET-2"]
    assert asker.found(query='is:unresolved "math domain"') == ["SOLAR-1A7"]
    assert asker.found(query="lastSeen:>2026-11-20T07:00:00") == ["SOLAR-1A7"]
    assert asker.found(query="", statsPeriod="1h") == ["SOLAR-1A7", "FLEET-2"]
    assert asker.found(query="", start="2026-11-20T07:00:00") == ["SOLAR-1A7"]


def test_pages_are_linked_both_ways_and_say_whether_there_is_more(asker: Asker) -> None:
    for number in range(5):
        asker.sentry.add_issue(replace(BLANK, short_id=f"S-{number}"), last_seen=minutes_ago(number))
    first = asker.get(limit="2")
    assert [issue["shortId"] for issue in first.json()] == ["S-0", "S-1"]
    assert first.headers["Link"] == (
        f'<{asker.url}{ISSUES}?project=-1&limit=2&cursor=0%3A0%3A1>; rel="previous"; results="false"; cursor="0:0:1", '
        f'<{asker.url}{ISSUES}?project=-1&limit=2&cursor=0%3A2%3A0>; rel="next"; results="true"; cursor="0:2:0"'
    )
    last = asker.get(limit="2", cursor="0:4:0")
    assert [issue["shortId"] for issue in last.json()] == ["S-4"]
    assert (last.links["next"]["results"], last.links["previous"]["results"]) == ("false", "true")


def test_a_resolved_issue_that_comes_again_has_regressed(asker: Asker) -> None:
    asker.sentry.add_issue(BLANK, last_seen=minutes_ago(30))
    asker.sentry.resolve("SOLAR-1A7")
    assert asker.found() == []
    asker.sentry.happen("SOLAR-1A7", events=3)
    [issue] = asker.get().json()
    assert (issue["substatus"], issue["count"], issue["lastSeen"]) == ("regressed", "1207", "2026-11-20T07:30:00Z")


def test_an_issues_page_tells_when_it_regressed_and_escalated(asker: Asker) -> None:
    number = asker.sentry.add_issue(BLANK, last_seen=minutes_ago(30))
    asker.sentry.resolve("SOLAR-1A7")
    asker.sentry.happen("SOLAR-1A7", at=minutes_ago(20))
    asker.sentry.escalate("SOLAR-1A7", at=minutes_ago(10))
    activity = asker.get(f"{ISSUES}{number}/").json()["activity"]
    assert [(each["type"], each["dateCreated"]) for each in activity[:2]] == [
        ("set_escalating", "2026-11-20T07:20:00Z"),
        ("set_regression", "2026-11-20T07:10:00Z"),
    ]
    assert asker.found(query="is:escalating") == ["SOLAR-1A7"]
    asker.sentry.settle("SOLAR-1A7")
    assert asker.found(query="is:ongoing") == ["SOLAR-1A7"]


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ({"query": "is:odd"}, 'Invalid value for "is" search'),
        ({"statsPeriod": "soon"}, "Invalid statsPeriod: 'soon'"),
        ({"sort": "beauty"}, "Invalid sort"),
        ({"limit": "101"}, "Must be between 1 and 100"),
        ({"cursor": "x"}, "Invalid cursor parameter"),
        ({"start": "yesterday"}, "not a valid ISO8601"),
    ],
)
def test_a_search_that_sentry_would_not_take_is_refused(asker: Asker, query: dict[str, str], detail: str) -> None:
    answer = asker.get(**query)
    assert answer.status_code == 400
    assert detail in answer.json()["detail"]


def test_only_the_token_and_its_organisation_open_the_api(asker: Asker) -> None:
    assert asker.get(token=None).json()["detail"] == "Authentication credentials were not provided."
    assert [asker.get(token=token).status_code for token in (None, "other")] == [401, 401]
    assert asker.get("/api/0/organizations/other/issues/").status_code == 403
    assert asker.get(f"{ISSUES}1/events/latest/").status_code == 404


def test_a_rate_limit_says_when_to_come_back_and_other_faults_are_sentrys(asker: Asker) -> None:
    asker.faults.plan(
        Fault("sentry:issues.list", Moment.RECEIPT, Kind.REFUSE, status=429, retry_after=7),
        Fault("sentry:events.latest", Moment.RECEIPT, Kind.REFUSE, status=503),
    )
    limited = asker.get()
    assert (limited.status_code, limited.headers["Retry-After"]) == (429, "7")
    assert limited.headers["X-Sentry-Rate-Limit-Remaining"] == "0"
    assert int(limited.headers["X-Sentry-Rate-Limit-Reset"]) > NOW.timestamp()
    assert asker.get(f"{ISSUES}1/events/latest/").status_code == 503
    assert asker.get().headers["X-Sentry-Rate-Limit-Remaining"] == "39"


def test_a_dropped_call_has_no_answer(asker: Asker) -> None:
    asker.faults.plan(Fault("sentry:issues.list", Moment.PERFORMED, Kind.DROP))
    with pytest.raises(requests.ConnectionError):
        asker.get()


def test_a_short_id_is_taken_once(asker: Asker) -> None:
    asker.sentry.add_issue(BLANK)
    with pytest.raises(ValueError, match="SOLAR-1A7 already"):
        asker.sentry.add_issue(BLANK)
