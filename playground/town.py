"""The town: every loopback server that the bot meets, the product, and the bot itself as a process of its own.

The bot is the real one; only the addresses in its environment and the policy file are the playground's.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Collection
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Self

from bot.slack.manifest import manifest
from playground.bots import Bot, Call, Start, from_nothing
from playground.case import AS_WRITTEN, RECORDED, Tool
from playground.codehost import CodeHost
from playground.codehost.checks import CheckRunner
from playground.faults import Faults
from playground.improvised import improvised
from playground.linear import Linear
from playground.loopback import Loopback
from playground.model import Recorder, Replay
from playground.posthog import PostHog
from playground.product import Product
from playground.sentry import Sentry
from playground.townsfolk import (
    AGENT,
    CHANNELS,
    ORGANISATION,
    PROJECT,
    REPOSITORY,
    REVIEWER,
    SOURCES,
    TEAM,
    TRACKER_TEAM,
    USERS,
    Pace,
    policy_text,
)
from playground.workspace import Workspace
from playground.workspace.asgi import app_of
from playground.workspace.seed import AppSeed, Rules, WorkspaceSeed
from playground.zendesk import CLIENT_ID, Zendesk

HERE = Path(__file__).parent
RECORDINGS = HERE / "recordings"
_TOKEN = "playground"  # noqa: S105 opens nothing but the loopback servers of this process


class Mind(StrEnum):
    """Who answers for the model."""

    RECORDED = "recorded"
    LIVE = "live"
    NONE = "none"  # no key: the offline engine alone


@dataclass(frozen=True)
class Upstream:
    """A Messages API whose answers are used and written down."""

    url: str
    api_key: str
    recordings: Path


@dataclass
class Town:
    """Starts everything on entering, ends everything on leaving. `root` is a new folder for this run."""

    root: Path
    product: Product
    mind: Mind = Mind.RECORDED
    upstream: Upstream | None = None
    database_url: str = ""
    page_port: int = 0
    recordings: Path = RECORDINGS
    visited: bool = False  # by people who bring what nobody recorded: such replies are improvised
    rules: Rules = field(default_factory=Rules)
    pace: Pace = field(default_factory=Pace)
    sources: Collection[str] = SOURCES  # those that the policy names
    terms: Callable[[str], str] = str  # what becomes of the policy's text before it is written
    checks_delay: float = 0.0
    moved: timedelta = AS_WRITTEN  # what is said in Slack, from when the file has it
    extra_environment: dict[str, str] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    start: Start = from_nothing
    bots: list[Bot] = field(default_factory=list)
    _stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        with ExitStack() as half_built:  # an error closes what is open already; nobody else would
            half_built.callback(self._stack.close)
            self._build()
            half_built.pop_all()
        return self

    def _build(self) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        app = AppSeed.from_manifest(manifest())
        self.workspace = Workspace(
            WorkspaceSeed(users=USERS, channels=CHANNELS, team=TEAM, app=app, rules=self.rules), self.faults
        )
        self.app = app
        runner = CheckRunner(
            command=self.product.test_command,
            python=self.product.environment / "bin" / "python",
            env=self.product.test_variables,
            delay=self.checks_delay,
        )
        self.code_host = CodeHost(self.root / "codehost", self.faults, token=_TOKEN, checks=runner)
        self.code_host.add_repository(REPOSITORY, from_directory=self.product.repository)
        self.code_host.add_person(REVIEWER)
        self.sentry = Sentry(token=_TOKEN, faults=self.faults, organisation=ORGANISATION)
        self.posthog = PostHog(_TOKEN, self.faults, project=PROJECT)
        self.linear = Linear(_TOKEN, self.faults)
        self.linear.add_team(TRACKER_TEAM)
        self.zendesk = Zendesk(_TOKEN, self.faults, email=AGENT)
        self.page = self._stack.enter_context(Loopback(app_of(self.workspace), port=self.page_port))
        self.workspace.serve(self.page.url)
        for tool in (self.sentry, self.posthog, self.linear, self.zendesk):
            tool.serve(self._stack.enter_context(Loopback(tool.app)).url)
        self.code_host_server = self._stack.enter_context(Loopback(self.code_host.app))
        self.code_host.serve(self.code_host_server.url)
        self._start_model()
        policy = self.terms(policy_text(self.product, self.pace, self.sources))
        (self.root / "signalbox.toml").write_text(policy, encoding="utf-8")

    def __exit__(self, *_: object) -> None:
        self.faults.let_go()
        for bot in self.bots:
            if bot.poll() is None:
                bot.terminate()  # all of them at once, for each takes its time
        for bot in self.bots:
            self.stop(bot)
        self.code_host.stop()
        self._stack.close()

    def start_bot(self, command: str = "run") -> Bot:
        """Start `signalbox run` (or `worker`) in a process of its own; its log goes to a file in `root`."""
        log = self.root / f"{command}-{len(self.bots) + 1}.log"
        bot = self.start(Call(command, self.root, self.environment(), log))
        self.bots.append(bot)
        self.faults.victims[:] = [each.pid for each in self.bots if each.poll() is None]
        return bot

    def stop(self, bot: Bot) -> None:
        """End a bot politely, and if it does not listen, at once."""
        if bot.poll() is None:
            bot.terminate()
            try:
                bot.wait(timeout=10)
            except subprocess.TimeoutExpired:
                os.killpg(bot.pid, signal.SIGKILL)  # with all that it started
                bot.wait()

    def environment(self) -> dict[str, str]:
        """What the bot finds in its environment. Of ours only the search path and the language are let through."""
        kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "TMPDIR") if key in os.environ}
        environment = {
            **kept,
            "PYTHONPATH": str(HERE.parent),
            "PYTHONUNBUFFERED": "1",
            "SLACK_BOT_TOKEN": self.app.bot_token,
            "SLACK_APP_TOKEN": self.app.app_token,
            "SLACK_API_URL": f"{self.page.url}/api/",
            "GITHUB_TOKEN": _TOKEN,
            "GITHUB_API_URL": self.code_host_server.url,
            "GITHUB_URL": self.code_host_server.url,
            "SENTRY_TOKEN": _TOKEN,
            "SENTRY_URL": self.sentry.address or "",
            "POSTHOG_API_KEY": _TOKEN,
            "POSTHOG_URL": self.posthog.address or "",
            "LINEAR_API_KEY": _TOKEN,
            "LINEAR_URL": self.linear.address or "",
            "ZENDESK_URL": self.zendesk.address,
            "ZENDESK_CLIENT_ID": CLIENT_ID,
            "ZENDESK_CLIENT_SECRET": _TOKEN,
            "DATABASE_URL": self.database_url,
            "SIGNALBOX_HOME": str(self.root / "home"),
            "SIGNALBOX_POLICY": str(self.root / "signalbox.toml"),
        }
        return {**environment, **self._model_environment(), **self.extra_environment}

    @property
    def tools(self) -> frozenset[Tool]:
        """The tools that play: all of them, unless recorded replies answer and do not know them."""
        return RECORDED if self.mind is Mind.RECORDED and self.upstream is None else frozenset(Tool)

    @property
    def database(self) -> str:
        """The address of the bot's database."""
        return self.database_url or f"sqlite:///{(self.root / 'home').resolve() / 'signalbox.db'}"

    def _start_model(self) -> None:
        self.model: Replay | Recorder | None = None
        if self.upstream is not None:
            self.model = Recorder(self.upstream.url, self.upstream.api_key, self.upstream.recordings)
        elif self.mind is Mind.RECORDED:
            self.model = Replay(self.recordings, self.faults, improvised if self.visited else None)
        if self.model is not None:
            self.model_server = self._stack.enter_context(Loopback(self.model.app))

    def _model_environment(self) -> dict[str, str]:
        if self.model is not None:
            return {"ANTHROPIC_BASE_URL": self.model_server.url, "ANTHROPIC_API_KEY": _TOKEN}
        if self.mind is Mind.LIVE:
            names = ("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL")
            return {name: os.environ[name] for name in names if os.environ.get(name)}
        return {}
