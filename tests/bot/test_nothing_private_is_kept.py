"""Signals full of secrets, through every door of the real bot: none of them is in a file, a log, a prompt or Slack."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import random
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

import pytest
import requests
import structlog

from agents.adapters.offline import OfflineModel
from agents.adapters.vectors import WordVectors
from agents.exchange import About, Turn, TurnRequest
from agents.pipeline import Pipeline
from agents.redaction.redact import Redactor
from agents.terms import SourceTerms
from bot.durable.engine import Engine
from bot.durable.enqueuing import Enqueuer
from bot.durable.queues import Queue
from bot.http import Gate
from bot.http_server import HttpServer
from bot.jobs import Jobs
from bot.listeners import build_slack_app
from bot.listeners.events import deal_with
from bot.log import configure_logging
from bot.messenger import SlackMessenger
from bot.pulling.pulls import Puller
from bot.sources.source import Pulled
from bot.sources.webhooks.webhook import open_webhooks, sign
from evals.made_secrets import ANYWHERE, BY_FORM, BY_PLACE
from storage.columns import now
from storage.database import open_store
from storage.judgments import Judgment, Stage
from storage.raw import RawSignal
from storage.status import SignalStatus
from tests.bot.site import Site
from tests.bot.workplace import BOB, SECRET, SOLAR, Workplace, a_workplace, text_of
from tests.factories import a_raw_signal

J = TypeVar("J", bound=Judgment)

NAME = "Perpetua Lovelock"
PERSONAL = {
    "e-mail": "perpetua.l@mail.acme.example",
    "phone": "+49 151 2345 6789",
    "card": "4111 1111 1111 1111",
    "account": "DE89 3704 0044 0532 0130 00",
    "IPv4": "88.198.24.108",
    "IPv6": "2a01:4f8:c17:b0f::2",
}
STUMBLE = "the parser stumbles"
HOOK_SECRET = "a secret of the alerts"  # signs the webhook's deliveries


def made_secrets(seed: int) -> dict[str, tuple[str, str]]:
    """Per class a secret and the line it stands in."""
    dice = random.Random(seed)  # noqa: S311 made secrets, the same in every run
    by_form = {name: (make(dice), dice.choice(ANYWHERE)) for name, make in BY_FORM.items()}
    by_place = {name: (make(dice), dice.choice(places)) for name, (make, places) in BY_PLACE.items()}
    return {
        name: (secret, place.replace("{{", "{").replace("}}", "}").replace("{}", secret))
        for name, (secret, place) in {**by_form, **by_place}.items()
    }


class Overheard:
    """A model that judges by the offline engine's rules, and remembers all that it was told."""

    def __init__(self, secret: str) -> None:
        self._rules = OfflineModel()
        self._secret = secret
        self.told: list[str] = []

    @property
    def can_research(self) -> bool:
        return False

    def judge(self, stage: Stage, about: About, returns: type[J]) -> J:
        said = "\n".join((about.subject, *about.variables().values()))
        self.told.append(said)
        if STUMBLE in said:
            raise ValueError(f"cannot read {{'password': '{self._secret}'}} of {PERSONAL['e-mail']}")
        return self._rules.judge(stage, about, returns)

    def turn(self, request: TurnRequest) -> Turn:
        raise AssertionError(request)


@dataclass
class Board:
    """A source that has one page."""

    signals: tuple[RawSignal, ...] = ()

    def pull(self, cursor: str) -> Pulled:
        return Pulled(() if cursor else self.signals, "read", more=False)


@dataclass
class Bot:
    """The real listeners, sources, jobs and publisher, over one SQLite file and its engine."""

    place: Workplace
    jobs: Jobs
    engine: Engine
    board: Board
    model: Overheard
    gate: str
    database: Path
    secrets: dict[str, tuple[str, str]] = field(default_factory=dict)

    def ends(self) -> None:
        """Wait until every job that was enqueued is over."""
        deadline = time.monotonic() + 60
        while self.engine.alive() or self.place.pool.begun:
            assert time.monotonic() < deadline, f"still alive: {self.engine.alive()}"
            self.place.settles()
            time.sleep(0.05)

    def on_disk(self) -> bytes:
        return b"\n".join(path.read_bytes() for path in self.database.parent.glob(f"{self.database.name}*"))

    def shown(self) -> str:
        """All that Slack shows of us."""
        ours = self.place.bot
        roots = [root for channel in (SOLAR, SECRET) for root in self.place.workspace.messages(channel)]
        messages = [each for root in roots for each in self.place.workspace.thread(root.channel, root.ts)]
        return "\n".join([*(text_of(each) for each in messages if each.user == ours), *self.place.whispers(BOB)])


@pytest.fixture
def logs() -> Iterator[io.StringIO]:
    """All that is logged, also by threads that outlive the test."""
    root, hooks = logging.getLogger(), (sys.excepthook, threading.excepthook)
    before, level, settings = root.handlers[:], root.level, structlog.get_config()
    written = io.StringIO()
    with contextlib.redirect_stderr(written), contextlib.redirect_stdout(written):
        configure_logging("debug", Redactor(b"key"))
        yield written
    root.handlers[:] = before
    root.setLevel(level)
    sys.excepthook, threading.excepthook = hooks
    structlog.configure(**settings)


@pytest.fixture
def bot(site: Site, sqlite_url: str, tmp_path: Path, logs: io.StringIO) -> Iterator[Bot]:
    secrets = made_secrets(7)
    model, board = Overheard(secrets["password that is set"][0]), Board()
    with contextlib.ExitStack() as stack:
        store = open_store(sqlite_url)
        stack.callback(store.close)
        place = stack.enter_context(a_workplace(site, store, tmp_path))
        engine = Engine(sqlite_url)
        enqueuer, redactor = Enqueuer(store, engine), Redactor(b"key")
        means = replace(
            place.deps.pipeline.means, model=model, vectoriser=WordVectors(), messenger=enqueuer, nudge=enqueuer
        )
        place.deps = replace(place.deps, pipeline=Pipeline(means), nudge_signal=enqueuer.signal)
        place.app = build_slack_app(place.deps, place.writer.client)
        place.app.listener_runner.listener_executor = place.pool
        terms = {"board": SourceTerms(kind="zendesk", report_to=SOLAR)}
        jobs = Jobs(
            store=store,
            engine=engine,
            enqueuer=enqueuer,
            pipeline=Pipeline(means),
            publisher=SlackMessenger(store, place.writer, place.policy),
            puller=Puller(store, {"board": board}, terms, redactor, enqueuer),
            inbox=lambda event_id: deal_with(event_id, place.deps),
            redact=redactor.text,
        )
        alerts = SourceTerms(kind="webhook", report_to=SOLAR, options={"secret": "KEY"})
        policy = place.policy.model_copy(update={"sources": {"alerts": alerts}})
        hooks = open_webhooks(policy, {"KEY": HOOK_SECRET})
        engine.start(jobs)
        stack.callback(engine.stop, seconds=0)
        server = stack.enter_context(HttpServer(Gate(hooks, store, redactor, enqueuer).app(), "127.0.0.1", 0))
        yield Bot(place, jobs, engine, board, model, server.url, Path(sqlite_url.removeprefix("sqlite:///")), secrets)


def told(line: str, number: int) -> str:
    private = "; ".join(f"{name}: {value}" for name, value in PERSONAL.items())
    return (
        f"The export of report {number} fails with an error\n{line}\nTraceback: error in export.py line 12\n{private}"
    )


def needles(secrets: dict[str, tuple[str, str]]) -> dict[str, str]:
    """What may be found nowhere: each secret, or its longest line, as plain text."""
    longest = {
        name: max(secret.removeprefix("https://hooks.slack.com").split("\n"), key=len)
        for name, (secret, _) in secrets.items()
    }
    return {**longest, **PERSONAL, "name": NAME}


def test_no_secret_that_any_door_brings_is_kept_logged_prompted_or_posted(bot: Bot, logs: io.StringIO) -> None:
    lines = [line for _, line in bot.secrets.values()]
    for number, line in enumerate(lines[::3]):
        bot.place.says(BOB, told(line, number))
    bot.place.types(BOB, "/investigate", told(lines[1], 100))
    bot.place.says(BOB, told(lines[0], 101) + f"\n{STUMBLE}")
    bot.board.signals = tuple(
        a_raw_signal(
            source="board", external_id=f"T-{number}", title=f"{NAME}: {line.splitlines()[0]}"[:500], channel=SOLAR,
            thread_ts="", body=f"{told(line, 200 + number)}\nThanks, {NAME}", author=NAME, people=(NAME,),
            url=f"https://board.example/t/{number}?access_token={bot.secrets['token that is set'][0]}",
            keys=(f"mail:{PERSONAL['e-mail']}",),
        )
        for number, line in enumerate(lines[1::3])
    )  # fmt: skip
    bot.engine.enqueue("pull:board:1", Queue.PULL, "pull", "board")
    for number, line in enumerate(lines[2::3]):
        body = json.dumps({"title": f"Export {number} fails", "body": told(line, 300 + number)}).encode()
        at = str(int(now().timestamp()))
        headers = {
            "Content-Type": "application/json", "Signalbox-Source": "alerts", "Signalbox-Timestamp": at,
            "Signalbox-Signature": sign(HOOK_SECRET.encode(), at, "alerts", "", body),
        }  # fmt: skip
        assert requests.post(f"{bot.gate}/signals", data=body, headers=headers, timeout=10).status_code == 202
    bot.ends()

    counts = bot.place.store.signals.counts()
    assert counts.total == len(lines) + 2
    assert counts.filed >= len(lines) * 2 // 3
    stumbled = next(each for each in bot.place.store.signals.find("slack", _last(bot)) if each.trouble)
    assert stumbled.status is SignalStatus.AWAITING_DIGEST
    disk, shown = bot.on_disk().decode(errors="replace"), bot.shown()
    prompts, logged = "\n".join(bot.model.told), logs.getvalue()
    assert "cannot read" in logged
    assert "fails with an error" in disk
    assert "The export of report" in prompts
    assert "<@" in shown or "export" in shown.lower()
    for where, text in {"the files": disk, "Slack": shown, "the prompts": prompts, "the log": logged}.items():
        left = [name for name, needle in needles(bot.secrets).items() if needle in text]
        assert left == [], f"{where} hold {left}"


def _last(bot: Bot) -> str:
    """The id of the message that made the digest stumble."""
    found = [each for each in bot.place.workspace.messages(SOLAR) if STUMBLE in each.text and each.user == BOB]
    return f"{SOLAR}/{found[-1].ts}"


def test_a_deleted_message_is_in_no_table_and_no_post_any_more(bot: Bot) -> None:
    word = "quetzalcoatlus"
    ts = bot.place.says(BOB, f"The {word} export fails with an error since the {word} release")
    bot.ends()
    assert word in bot.shown()

    bot.place.event(
        {"type": "message", "subtype": "message_deleted", "channel": SOLAR, "deleted_ts": ts, "ts": "1900000001.1",
         "previous_message": {"ts": ts, "user": BOB, "text": f"the {word} export"}}
    )  # fmt: skip
    bot.place.settles()
    bot.ends()
    bot.engine.enqueue("retain:1", Queue.UPKEEP, "retain", "1")
    bot.ends()

    assert word not in bot.shown()
    files = bot.database.parent.glob(f"{bot.database.name}*")
    kept = [path.name for path in files if ".jobs" not in path.name and word.encode() in path.read_bytes()]
    assert kept == []


def test_what_no_field_names_is_redacted_in_the_log(logs: io.StringIO) -> None:
    secret = made_secrets(3)["GitHub, classic"][0]

    def ends_badly() -> None:
        raise RuntimeError(f"push to https://{secret}@git.example failed")

    structlog.get_logger().info(f"pushed with {secret}", nested={"key": [secret, (secret,)]}, error=ValueError(secret))
    logging.getLogger("somebody.else").warning("could not use %s", secret)
    try:
        ends_badly()
    except RuntimeError:
        structlog.get_logger().exception("push failed")
        logging.getLogger("somebody.else").exception("push failed")
    thread = threading.Thread(target=ends_badly)
    thread.start()
    thread.join()

    written = logs.getvalue()
    assert secret not in written
    assert written.count("<secret:") >= 7
    assert "ends_badly" in written
