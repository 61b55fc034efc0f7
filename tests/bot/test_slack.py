"""The adapter of Slack's Web API against the playground's workspace: rates, faults, people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from slack_sdk import WebClient

from agents.errors import SlackDown, SlackRejected
from bot.patience import Bucket, Lately
from bot.slack.calls import Calls
from bot.slack.writer import SlackWriter
from bot.views import parts
from bot.views.drawing import File
from playground.faults import Fault, Faults, Kind, Moment
from playground.loopback import Loopback
from playground.workspace import Workspace
from playground.workspace.asgi import app_of
from storage.status import Visibility
from tests.bot.workplace import ADA, BOB, EVE, GUS, KIM, QUIET, SECRET, SHARED, SOLAR, TEAM, a_seed

KEY = {"report": "1", "purpose": "card"}


class Bench:
    """A writer, the workspace behind it, and how long it would have slept."""

    def __init__(self, workspace: Workspace, faults: Faults) -> None:
        self.workspace, self.faults = workspace, faults
        self.slept: list[float] = []
        client = WebClient(workspace.seed.app.bot_token, base_url=workspace.api_url)
        self.slack = SlackWriter.over(client, sleep=self.slept.append)
        self.slack.who_we_are()

    def fails(self, method: str, kind: Kind = Kind.REFUSE, moment: Moment = Moment.RECEIPT, **how: Any) -> None:
        self.faults.plan(Fault(f"slack:{method}", moment, kind, **how))

    def post(self, text: str = "hello", channel: str = SOLAR) -> str:
        return self.slack.post(channel, text, [parts.paragraph(text)], key=KEY)


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Workspace, Faults]]:
    faults = Faults()
    workspace = Workspace(a_seed(), faults)
    with Loopback(app_of(workspace)) as server:
        workspace.serve(server.url)
        yield workspace, faults


@pytest.fixture
def bench(served: tuple[Workspace, Faults]) -> Bench:
    served[1].clear()
    return Bench(*served)


def test_it_knows_who_it_is(bench: Bench) -> None:
    assert bench.slack.home_team == TEAM
    assert bench.slack.us.user == bench.workspace.seed.app.bot_user_id
    ts = bench.post()
    assert bench.slack.address(SOLAR, ts) == bench.workspace.permalink(SOLAR, ts)
    reply = bench.slack.post(SOLAR, "x", [], thread_ts=ts, key=KEY)
    assert bench.slack.address(SOLAR, reply, ts) == bench.workspace.permalink(SOLAR, reply)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_what_may_be_repeated_is_tried_again_after_a_5xx(bench: Bench, status: int) -> None:
    ts = bench.post()
    bench.fails("chat.update", times=2, status=status)
    bench.slack.update(SOLAR, ts, "new", [])

    assert bench.workspace.message(SOLAR, ts).text == "new"
    assert bench.faults.seen("slack:chat.update") == 3


@pytest.mark.parametrize("kind", [Kind.REFUSE, Kind.DROP])
def test_a_post_is_not_repeated_by_itself(bench: Bench, kind: Kind) -> None:
    bench.fails("chat.postMessage", kind, Moment.PERFORMED)
    with pytest.raises(SlackDown):
        bench.post(f"lost answer {kind}")

    assert len([each for each in bench.workspace.messages(SOLAR) if each.text == f"lost answer {kind}"]) == 1


def test_a_lost_connection_is_made_anew(bench: Bench) -> None:
    bench.fails("conversations.info", Kind.DROP, times=1)
    place = bench.slack.place(SECRET)

    assert place is not None
    assert place.visibility is Visibility.PRIVATE


@pytest.mark.parametrize("method", ["chat.postMessage", "users.info"])
def test_a_limit_is_waited_out_as_slack_asks(bench: Bench, method: str) -> None:
    bench.fails(method, times=2, status=429, retry_after=3)
    assert bench.post() if method == "chat.postMessage" else bench.slack.person(BOB, TEAM).name

    assert [each for each in bench.slept if each >= 1] == [3.0, 3.0]


def test_a_limit_of_minutes_is_for_the_caller(bench: Bench) -> None:
    bench.fails("chat.postMessage", status=429, retry_after=90)
    with pytest.raises(SlackDown) as caught:
        bench.post()

    assert caught.value.retry_after == 90.0


def test_while_slack_is_down_it_is_not_asked_for_a_while(bench: Bench) -> None:
    bench.fails("conversations.info", times=100, status=500)
    for channel in (SOLAR, QUIET, SECRET):
        with pytest.raises(SlackDown):
            bench.slack.place(channel)
    asked = bench.faults.seen("slack:conversations.info")
    with pytest.raises(SlackDown) as caught:
        bench.slack.place(SHARED)

    assert bench.faults.seen("slack:conversations.info") == asked
    assert caught.value.retry_after is not None


@pytest.mark.parametrize(
    ("channel", "code", "advice"), [(QUIET, "not_in_channel", "/invite"), ("C99", "channel_not_found", "policy file")]
)
def test_a_no_is_a_sentence_that_says_what_to_do(bench: Bench, channel: str, code: str, advice: str) -> None:
    with pytest.raises(SlackRejected, match=advice) as caught:
        bench.post(channel=channel)

    assert caught.value.code == code


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        ("restricted_action_thread_only_channel", "does not let the bot post in this channel"),
        ("token_expired", "rotates its tokens"),
        ("accesslimited", "certain networks only"),
    ],
)
def test_a_no_of_the_workspaces_settings_says_whom_to_ask(bench: Bench, error: str, advice: str) -> None:
    bench.fails("chat.postMessage", error=error)
    with pytest.raises(SlackRejected, match=advice):
        bench.post()


def test_a_workspace_that_moves_into_an_organization_is_waited_for(bench: Bench) -> None:
    bench.fails("chat.postMessage", error="team_added_to_org")
    with pytest.raises(SlackDown):
        bench.post()


@pytest.mark.parametrize("error", ["missing_scope", "invalid_auth", "account_inactive", "team_access_not_granted"])
def test_a_no_that_is_about_us_makes_nobody_a_stranger(bench: Bench, error: str) -> None:
    bench.fails("users.info", error=error)
    with pytest.raises(SlackDown, match=error):
        bench.slack.person(BOB, TEAM)

    bench.faults.clear()
    assert not bench.slack.person(BOB, TEAM).is_stranger


def test_a_wrong_token_is_said(served: tuple[Workspace, Faults]) -> None:
    served[1].clear()
    with pytest.raises(SlackRejected, match="SLACK_BOT_TOKEN is wrong"):
        SlackWriter.over(WebClient("xoxb-wrong", base_url=served[0].api_url)).who_we_are()


def test_posts_of_one_channel_keep_their_pace(bench: Bench) -> None:
    bench.slack.clock = lambda: 0.0  # no time passes, however slow the machine is

    for _ in range(6):
        bench.post()
    bench.post(channel=SECRET)

    assert [each for each in bench.slept if each > 0] == [1.0, 2.0]


def test_a_post_is_found_by_what_it_carries_and_only_if_it_is_ours(bench: Bench) -> None:
    key = {"report": "5", "purpose": "card"}
    ts = bench.slack.post(SOLAR, "x", [], key=key)
    reply = bench.slack.post(SOLAR, "x", [], thread_ts=ts, key={**key, "purpose": "plan:1"})

    assert bench.slack.find(SOLAR, "", key, float(ts) - 1) == ts
    assert bench.slack.find(SOLAR, ts, {**key, "purpose": "plan:1"}, float(ts) - 1) == reply
    assert bench.slack.find(SOLAR, "", key, float(ts) + 1) == ""
    bench.slack.us = type(bench.slack.us)(team=TEAM, bot="B99OTHER")
    assert bench.slack.find(SOLAR, "", key, float(ts) - 1) == ""


def test_an_upload_is_found_by_the_name_of_its_file(bench: Bench) -> None:
    ts = bench.post()
    files = [File("sb-9-before.log", "before", "log " * 5_000), File("sb-9-after.log", "after", "ok")]
    assert bench.slack.upload(SOLAR, ts, "The logs", files).startswith("F")

    assert bench.slack.find_file(SOLAR, ts, "sb-9-after.log", float(ts) - 1) > ts
    assert bench.slack.find_file(SOLAR, ts, "sb-9-other.log", float(ts) - 1) == ""


def test_to_have_reacted_before_is_as_good(bench: Bench) -> None:
    ts = bench.workspace.say(BOB, SOLAR, "hello")
    bench.slack.react(SOLAR, ts, "eyes")
    bench.slack.react(SOLAR, ts, "eyes")

    assert list(bench.workspace.reactions(SOLAR, ts)) == ["eyes"]
    with pytest.raises(SlackRejected):
        bench.slack.react(SOLAR, "1700000000.000100", "eyes")


def test_people_are_looked_up_once_a_minute(bench: Bench) -> None:
    before = len(bench.workspace.calls("users.info"))
    for _ in range(5):
        assert bench.slack.person(ADA, TEAM).name == "Ada Example"

    assert len(bench.workspace.calls("users.info")) == before + 1


@pytest.mark.parametrize(
    ("user", "kind"), [(GUS, "is_guest"), (EVE, "is_stranger"), ("U05ALERT", "is_bot"), ("U99NOBODY", "is_stranger")]
)
def test_people_who_may_nothing_are_known_as_such(bench: Bench, user: str, kind: str) -> None:
    assert getattr(bench.slack.person(user, TEAM), kind)


def test_who_is_in_several_workspaces_of_an_organisation_is_of_ours(bench: Bench) -> None:
    bench.slack.who_we_are()

    assert bench.slack.person(KIM, "T08SISTER").team_id == TEAM


def test_nobody_is_anybody_while_slack_is_down(bench: Bench) -> None:
    bench.fails("users.info", times=9, status=500)
    with pytest.raises(SlackDown):
        bench.slack.person(ADA, TEAM)
    bench.faults.clear()
    assert Bench(bench.workspace, bench.faults).slack.person(ADA, TEAM).user_id == ADA


def test_places_are_known_for_what_they_are(bench: Bench) -> None:
    shared, quiet = bench.slack.place(SHARED), bench.slack.place(QUIET)
    assert shared is not None
    assert shared.is_shared
    assert quiet is not None
    assert not quiet.is_member
    assert bench.slack.place("C99NOWHERE") is None


def test_a_whisper_is_seen_by_one_person(bench: Bench) -> None:
    bench.slack.whisper(SOLAR, BOB, "only you")

    assert [each.text for each in bench.workspace.ephemerals(BOB)] == ["only you"]
    assert bench.workspace.ephemerals(ADA) == []


def test_a_bucket_lets_a_burst_through_and_then_its_rate() -> None:
    at = [0.0]
    bucket = Bucket(rate=1.0, burst=2.0, clock=lambda: at[0])
    assert [bucket.take() for _ in range(4)] == [0.0, 0.0, 1.0, 2.0]
    at[0] = 10.0
    assert bucket.take() == 0.0


def test_slacks_breaker_opens_after_four_failures_for_three_seconds_each_time_and_lets_one_try() -> None:
    at = [0.0]
    circuit = Calls().circuit
    circuit.clock = lambda: at[0]
    for _ in range(4):
        assert circuit.take() == 0.0
        circuit.failed("500")
    assert circuit.take() == 3.0
    for _ in range(3):
        at[0] += 3.0
        assert circuit.take() == 0.0
        assert circuit.take() == 3.0, "one tries, the others wait for that"
        circuit.failed("500")
        assert circuit.take() == 3.0
    at[0] += 3.0
    assert circuit.take() == 0.0
    circuit.answered()
    assert circuit.take() == 0.0


def test_what_was_looked_up_is_forgotten_in_time_and_never_grows_without_end() -> None:
    at = [0.0]
    kept: Lately[int] = Lately(seconds=60.0, most=3, clock=lambda: at[0])
    kept.put("a", 1)
    assert kept.get("a") == 1
    at[0] = 61.0
    assert kept.get("a") is None
    for number in range(10):
        kept.put(str(number), number)
    assert len(kept._kept) <= 3
