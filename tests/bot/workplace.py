"""The bot's Slack side over a real WebClient, a real Bolt app and the playground's workspace, on one machine."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from slack_bolt import App, BoltRequest, BoltResponse
from slack_sdk import WebClient

from agents.means import Means
from agents.people.assent import Assent
from agents.pipeline import Pipeline
from agents.redaction.redact import Redactor
from agents.terms import Channel, Policy, Repository, Waits
from bot.courtesy import Courtesy
from bot.listeners import Deps, build_slack_app
from bot.messenger import SlackMessenger
from bot.slack.manifest import manifest
from bot.slack.writer import SlackWriter
from playground.faults import Faults
from playground.workspace import AppSeed, ChannelSeed, Message, Rules, UserSeed, Workspace, WorkspaceSeed
from playground.workspace.asgi import app_of
from playground.workspace.records import Ephemeral
from storage.status import Visibility
from storage.store import Store
from tests.bot.ports import NoVectors, Pool
from tests.bot.site import Site
from tests.fake_code_host import FakeCodeHost
from tests.fake_issue_tracker import FakeIssueTracker
from tests.fake_workspaces import FakeWorkspaces
from tests.fakes import ScriptedModel, Told

T = TypeVar("T")

ADA, BOB, GUS, EVE = "U01ADA", "U02BOB", "U03GUS", "U04EVE"  # an approver, a colleague, a guest, another workspace's
KIM = "U06KIM"  # is in ours and in another workspace of our organisation
ALERTS = "B05ALERT"  # a bot that the policy allows
SOLAR, SECRET, QUIET, SHARED, ELSEWHERE = "C07SOLAR", "C09SECRET", "C08QUIET", "C10SHARED", "C11ELSE"
TEAM = "T07ACME"

POLICY = Policy(
    approvers=(ADA,),
    channels=(
        Channel(id=SOLAR, allow_bots=(ALERTS,)),
        Channel(id=SECRET, visibility=Visibility.PRIVATE),
        Channel(id=SHARED),
    ),
    repositories=(Repository(name="acme/app"),),
    waits=Waits(approval=3600),
)
_NUMBERS = itertools.count(1)


def a_seed() -> WorkspaceSeed:
    """Some people and channels, the app as the manifest describes it, and no limit of rate."""
    app = AppSeed.from_manifest(manifest())
    return WorkspaceSeed(
        users=(
            UserSeed(ADA, "ada", "Ada Example"),
            UserSeed(BOB, "bob", "Bob Example"),
            UserSeed(KIM, "kim", "Kim Both", team_id="T08SISTER", teams=("T08SISTER", TEAM)),
            UserSeed(GUS, "gus", "Gus Guest", is_restricted=True),
            UserSeed(EVE, "eve", "Eve Elsewhere", team_id="T09OTHER", is_stranger=True),
            UserSeed("U05ALERT", "alerts", is_bot=True, bot_id=ALERTS),
        ),
        channels=(
            ChannelSeed(SOLAR, "solar", members=(ADA, BOB, KIM, GUS, "U05ALERT", app.bot_user_id)),
            ChannelSeed(SECRET, "secret", members=(ADA, app.bot_user_id), is_private=True),
            ChannelSeed(QUIET, "quiet", members=(ADA, BOB)),
            ChannelSeed(SHARED, "shared", members=(ADA, EVE, app.bot_user_id), is_ext_shared=True),
            ChannelSeed(ELSEWHERE, "elsewhere", members=(ADA, BOB, GUS, app.bot_user_id)),
        ),
        app=app,
        rules=Rules(posts_per_second=10_000, post_burst=10_000),
    )


@dataclass
class Workplace:
    """Everything, and shorthands."""

    store: Store
    workspace: Workspace
    faults: Faults
    writer: SlackWriter
    deps: Deps
    app: App
    told: Told
    policy: Policy
    slept: list[float]
    pool: Pool

    @property
    def bot(self) -> str:
        return self.workspace.seed.app.bot_user_id

    def messenger(self, **changes: Any) -> SlackMessenger:
        return replace(SlackMessenger(self.store, self.writer, self.policy), **changes)

    def draw(self, report_id: int) -> list[Message]:
        """Draw the report; its thread then, the card first."""
        self.messenger().draw(report_id, f"test:{next(_NUMBERS)}")
        return self.thread(report_id)

    def thread(self, report_id: int) -> list[Message]:
        row = self.store.outbox.of_report(report_id)["card"]
        return self.workspace.thread(row.channel, row.ts)

    def dispatch(self, body: dict[str, Any]) -> BoltResponse:
        """What comes through the socket, handed to the real app."""
        return self.app.dispatch(BoltRequest(mode="socket_mode", body=body))

    def event(self, event: dict[str, Any], event_id: str = "", **outer: Any) -> BoltResponse:
        body = {
            "type": "event_callback",
            "team_id": TEAM,
            "event_id": event_id or f"Ev{next(_NUMBERS)}",
            "event": event,
            **outer,
        }
        return self.dispatch(body)

    def says(self, user: str, text: str, channel: str = SOLAR, *, event_id: str = "", **fields: Any) -> str:
        """Somebody writes a message, and the app is told; its ts. It is posted in the workspace too."""
        ts = self.workspace.say(user, channel, text, fields.get("thread_ts"))
        event = {"type": "message", "channel": channel, "user": user, "text": text, "ts": ts, **fields}
        assert self.event(event, event_id).status == 200
        self.settles()
        return ts

    def presses(self, user: str, message: Message, label: str, **user_fields: Any) -> BoltResponse:
        """Somebody presses a button of a message."""
        button = next(each for each in buttons(message) if each["text"]["text"] == label)
        return self.press(user, message, button["action_id"], button.get("value"), **user_fields)

    def press(
        self, user: str, message: Message, action_id: str, value: str | None, *, trigger: str = "", **user_fields: Any
    ) -> BoltResponse:
        body = {
            "type": "block_actions",
            "user": {"id": user, "team_id": TEAM, **user_fields},
            "team": {"id": TEAM},
            "channel": {"id": message.channel},
            "container": {
                "type": "message",
                "message_ts": message.ts,
                "channel_id": message.channel,
                "is_ephemeral": isinstance(message, Ephemeral),
            },
            "message": {"ts": message.ts, "thread_ts": message.thread_ts},
            "trigger_id": trigger or self.workspace.trigger(user),
            "actions": [{"type": "button", "action_id": action_id, "block_id": "b", "value": value, "action_ts": "1"}],
        }
        answer = self.dispatch(body)
        self.settles()
        assert answer.status == 200
        return answer

    def types(self, user: str, command: str, text: str, channel: str = SOLAR, **fields: Any) -> BoltResponse:
        """Somebody types a slash command."""
        answer = self.dispatch(
            {
                "command": command,
                "text": text,
                "user_id": user,
                "team_id": TEAM,
                "channel_id": channel,
                "trigger_id": f"{next(_NUMBERS)}.x",
                "response_url": "",
                **fields,
            }
        )
        self.settles()
        return answer

    def settles(self) -> None:
        """Wait until every listener that runs after its acknowledgement is done."""
        while self.pool.begun:
            self.pool.begun.pop().result(timeout=60)

    def whispers(self, user: str) -> list[str]:
        return [each.text for each in self.workspace.ephemerals(user)]


@contextmanager
def a_workplace(
    site: Site, store: Store, folder: Path, policy: Policy = POLICY, seed: WorkspaceSeed | None = None
) -> Iterator[Workplace]:
    """Show a workspace at the site, and build the bot's Slack side over it."""
    faults, told = Faults(), Told()
    workspace = Workspace(seed or a_seed(), faults)
    slept: list[float] = []
    site.stage.shown = app_of(workspace)
    workspace.serve(site.url)
    client = WebClient(workspace.seed.app.bot_token, base_url=workspace.api_url)
    writer = SlackWriter.over(client, sleep=slept.append)
    pool = Pool()
    deps = _deps(_means(store, folder, policy, told), writer, told, pool)
    app = build_slack_app(deps, client)
    with pool:
        app.listener_runner.listener_executor = pool
        yield Workplace(store, workspace, faults, writer, deps, app, told, policy, slept, pool)


def _means(store: Store, folder: Path, policy: Policy, told: Told) -> Means:
    """What thinking needs, with a model that says what a test tells it to."""
    return Means(
        store=store,
        policy=policy,
        model=ScriptedModel(),
        workspaces=FakeWorkspaces(folder),
        code_host=FakeCodeHost(),
        vectoriser=NoVectors(),
        redactor=Redactor(b"key"),
        messenger=told,
        nudge=told,
        issues=FakeIssueTracker(policy.linear.team) if policy.linear is not None else None,
    )


def _deps(means: Means, writer: SlackWriter, told: Told, pool: Pool) -> Deps:
    """What the listeners need."""
    us = writer.who_we_are()
    return Deps(
        store=means.store,
        pipeline=Pipeline(means),
        assent=Assent(means.store, means.policy, told, TEAM),
        policy=means.policy,
        slack=writer,
        redactor=means.redactor,
        home_team=TEAM,
        our_user=us["user_id"],
        our_bot=us["bot_id"],
        nudge_signal=told.signal,
        courtesy=Courtesy(pool),
    )


def buttons(message: Message) -> list[dict[str, Any]]:
    """The buttons of a message, in order."""
    rows = [block for block in message.blocks if block["type"] == "actions"]
    return [element for row in rows for element in row["elements"]]


def labels(message: Message) -> list[str]:
    """What the buttons of a message say."""
    return [each["text"]["text"] for each in buttons(message)]


def text_of(message: Message | Ephemeral) -> str:
    """Everything that a message shows."""
    return f"{message.text}\n{message.blocks}"


def wait_for(look: Callable[[], T], seconds: float = 5.0) -> T:
    """The first true answer."""
    deadline = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < deadline, "it did not become true in time"
        time.sleep(0.005)
    return seen
