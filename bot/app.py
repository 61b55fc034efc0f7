"""The composition root: the only place that builds real things. Everyone else is handed what they need."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial

import structlog
from slack_sdk import WebClient

from agents.adapters.git.mirrors import Mirrors
from agents.adapters.github.code_host import GithubCodeHost
from agents.adapters.sandbox.workspaces import SandboxWorkspaces
from agents.adapters.vectors import WordVectors
from agents.errors import BadSettings
from agents.gathering.reencoding import Reencoding
from agents.gathering.weighing import Intake
from agents.means import Means
from agents.people.assent import Assent
from agents.pipeline import Pipeline
from agents.redaction.redact import Redactor
from agents.terms import Autonomy, Policy
from bot import metrics
from bot.chores import Chores
from bot.circuits import API, GIT, Circuits
from bot.clock import Clock, Tick
from bot.connections import Connections
from bot.courtesy import Courtesy
from bot.durable.engine import Engine
from bot.durable.enqueuing import Enqueuer
from bot.durable.queues import Queue
from bot.durable.ticking import Ticking
from bot.durable.undertaker import Undertaker
from bot.encoders import encoder_of, vectoriser_of
from bot.forgetting import forget_ahead
from bot.github_credentials import credentials_of
from bot.home import at_home, places_of, short_of_room
from bot.http import Gate
from bot.http_server import HttpServer
from bot.jobs import Jobs
from bot.listeners import Deps, build_slack_app
from bot.listeners.events import deal_with
from bot.listening import EVERY as LISTENING_EVERY
from bot.listening import Listening
from bot.lookups import open_issues, open_lookups
from bot.messenger import SlackMessenger
from bot.models import model_of
from bot.notes.askers import Askers
from bot.notes.held import EVERY, HeldNotes
from bot.notes.waiting import EVERY as WAITING_EVERY
from bot.notes.waiting import WaitingNotes
from bot.notes.weekly import EVERY as WEEK_EVERY
from bot.notes.weekly import WeeklyNotes
from bot.people import SlackPeople
from bot.policy import read_policy
from bot.pulling import removals
from bot.pulling.pulls import Puller
from bot.redaction import note_key, redactor_of
from bot.settings import Settings, environment, secret, unset
from bot.slack.socket_mode import Socket
from bot.slack.writer import SlackWriter
from bot.sources import ALL_KINDS, KINDS, open_sources
from bot.sources.webhooks.webhook import open_webhooks
from bot.turned_private import TurnedPrivate
from storage.database import open_store
from storage.store import Store

log = structlog.get_logger()

_FORGET_EVERY = 3600.0
_RETAIN_EVERY = 3600.0
_REENCODE_EVERY = 60.0
_REMIND_EVERY = 30.0
# Seconds that a busy thread keeps the interpreter. Digests and acks share it, and at Python's own 0.005 an ack that has
# to take several turns waited about half as long again.
_TURN = 0.0005


@dataclass(frozen=True)
class Parts:
    """What a process is made of."""

    settings: Settings
    policy: Policy
    store: Store
    engine: Engine
    enqueuer: Enqueuer
    pipeline: Pipeline
    slack: SlackWriter
    redactor: Redactor
    puller: Puller
    deps: Deps


@contextmanager
def bot(settings: Settings) -> Iterator[Parts]:
    """The bot with a worker and a clock of its own, from here until the block ends."""
    sys.setswitchinterval(_TURN)
    with ExitStack() as stack:
        parts = stack.enter_context(worker(settings))
        app = build_slack_app(parts.deps, parts.slack.client)
        greeted = Connections(parts.store).greeted
        handler = Socket(app, secret(settings.slack_app_token), parts.deps.courtesy, greeted, trace_enabled=False)
        stack.callback(handler.close)
        _warm_up(parts.pipeline.means)
        _receive(parts, stack)
        handler.connect()
        log.info("the bot is listening", team=parts.slack.home_team)
        listening = Listening(parts.deps, handler.client.is_connected)
        own = Clock([Tick("heard", LISTENING_EVERY, lambda _: listening.note())])  # of this process: it has the socket
        own.start()
        stack.callback(own.stop)
        yield parts


def _receive(parts: Parts, stack: ExitStack) -> None:
    """Serve the policy's webhooks; without one no port is opened."""
    if webhooks := open_webhooks(parts.policy, environment()):
        gate = Gate(webhooks, parts.store, parts.redactor, Intake(parts.pipeline.means))
        host, port = parts.settings.signalbox_http_host, parts.settings.signalbox_http_port
        stack.enter_context(HttpServer(gate.app(), host, port))


@contextmanager
def worker(settings: Settings) -> Iterator[Parts]:
    """A worker with a clock, without Slack's events, from here until the block ends."""
    parts = build(settings)
    note_key(parts.store, parts.redactor)
    researches = parts.pipeline.means.model.can_research
    publisher = SlackMessenger(parts.store, parts.slack, parts.policy, researches=researches)
    jobs = Jobs(
        store=parts.store,
        engine=parts.engine,
        enqueuer=parts.enqueuer,
        pipeline=parts.pipeline,
        publisher=publisher,
        puller=parts.puller,
        inbox=lambda event_id: deal_with(event_id, parts.deps),
        chores=_chores(parts),
        give_way=parts.deps.courtesy.give_way,
        redact=parts.redactor.text,
        retention=parts.policy.retention,
        follow=parts.policy.waits.follow,
    )
    undertaker = Undertaker(parts.store, parts.engine)
    every = ticks(parts.policy, parts.engine)
    clock = Clock(every, lambda: forget_ahead(parts.engine, every, time.time()))
    undertaker.announce()
    parts.engine.start(jobs)
    try:
        undertaker.start()
        clock.start()
        with metrics.served(parts.settings, parts.policy, parts.store, parts.engine, jobs.tally):
            yield parts
    finally:
        clock.stop()
        undertaker.stop()
        parts.deps.courtesy.close()
        parts.engine.stop()
        parts.store.close()


def _chores(parts: Parts) -> Chores:
    store, slack, policy = parts.store, parts.slack, parts.policy
    return Chores(
        check=removals.Removals(store, parts.puller.sources, parts.redactor, parts.enqueuer).check,
        turn_private=TurnedPrivate(store, slack, policy).look,
        note_held=HeldNotes(store, slack, policy).post,
        note_waiting=WaitingNotes(store, slack, policy).post,
        note_week=WeeklyNotes(store, slack, policy).post,
        answer=Askers(store, slack).tell,
        own_up=Askers(store, slack).tell_of_trouble,
        issue=parts.pipeline.issue,
        inquire=parts.pipeline.inquire,
        reencode=Reencoding(parts.pipeline.means).some,
    )


def ticks(policy: Policy, engine: Engine) -> list[Tick]:
    """Everything that happens by the clock."""

    def tick(kind: str, queue: Queue, every: float, subject: str = "", spread: float = 0.0) -> Tick:
        name = f"{kind}:{subject}" if subject else kind
        return Tick(name, every, Ticking(engine, name, queue, kind, subject), spread)

    pulls = [
        tick("pull", Queue.PULL, terms.every, name, spread=terms.every / 4)
        for name, terms in policy.sources.items()
        if terms.kind in KINDS
    ]
    checks = [
        tick("check", Queue.PULL, removals.EVERY, name, spread=removals.EVERY / 2)
        for name, terms in policy.sources.items()
        if terms.kind in KINDS
    ]
    return [
        *pulls,
        *checks,
        tick("sweep", Queue.UPKEEP, policy.waits.sweep),
        tick("look", Queue.UPKEEP, policy.waits.follow),
        tick("remind", Queue.UPKEEP, _REMIND_EVERY),
        tick("standing", Queue.UPKEEP, policy.waits.sweep if policy.autonomy is Autonomy.DRAFT else _REMIND_EVERY),
        tick("held", Queue.UPKEEP, EVERY),
        tick("waiting", Queue.UPKEEP, WAITING_EVERY),
        tick("week", Queue.UPKEEP, WEEK_EVERY),
        tick("forget", Queue.UPKEEP, _FORGET_EVERY),
        tick("reencode", Queue.UPKEEP, _REENCODE_EVERY),
        tick("retain", Queue.UPKEEP, _RETAIN_EVERY),
    ]


def build(settings: Settings) -> Parts:
    """Build everything, and ask Slack who we are. Raises a SignalboxError that says what is missing or wrong."""
    with at_home(settings.signalbox_home):
        policy = read_policy(settings.signalbox_policy, ALL_KINDS)
    store = open_store(settings.database)
    slack = _slack(settings)
    us = slack.who_we_are()
    engine = Engine(settings.database, look=policy.waits.queue)
    enqueuer = Enqueuer(store, engine)
    redactor = redactor_of(settings)
    pipeline = Pipeline(_means(settings, policy, store, redactor, enqueuer, SlackPeople(slack)))
    deps = Deps(
        store=store,
        pipeline=pipeline,
        assent=Assent(store, policy, enqueuer, slack.home_team),
        policy=policy,
        slack=slack,
        redactor=redactor,
        home_team=slack.home_team,
        our_user=str(us["user_id"]),
        our_bot=str(us.get("bot_id") or ""),
        nudge_signal=enqueuer.signal,
        nudge_inquiry=enqueuer.inquiry,
        courtesy=Courtesy(),
        short_of_room=partial(short_of_room, *places_of(settings)),
    )
    intake = Intake(pipeline.means)
    puller = Puller(store, open_sources(policy.sources, settings), policy.sources, redactor, intake)
    _tell_what_is_missing(pipeline.means)
    return Parts(settings, policy, store, engine, enqueuer, pipeline, slack, redactor, puller, deps)


def _means(  # noqa: PLR0917 what is built before it, in that order
    settings: Settings, policy: Policy, store: Store, redactor: Redactor, enqueuer: Enqueuer, people: SlackPeople
) -> Means:
    credentials, circuits = credentials_of(settings), Circuits(store, redactor.text)
    home, git = settings.signalbox_home, circuits.of(GIT)
    mirrors = Mirrors(home / "mirrors", settings.github_url, credentials.token, circuit=git)
    code_host = GithubCodeHost(credentials, mirrors, circuit=circuits.of(API))
    model = model_of(settings, policy, store, circuits)
    return Means(
        store=store,
        policy=policy,
        model=model,
        researches=model.can_research,
        workspaces=SandboxWorkspaces(mirrors, home),
        code_host=code_host,
        vectoriser=vectoriser_of(settings.signalbox_sentences, home),
        words=WordVectors(),
        encoder=encoder_of(settings.signalbox_sentences),
        redactor=redactor,
        messenger=enqueuer,
        nudge=enqueuer,
        issues=open_issues(policy, settings),
        people=people,
        lookups=open_lookups(policy, settings, environment(), code_host),
    )


def _slack(settings: Settings) -> SlackWriter:
    if not settings.slack_bot_token or not settings.slack_app_token:
        raise BadSettings(unset("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"))
    return SlackWriter.over(WebClient(secret(settings.slack_bot_token), base_url=settings.slack_api_url, timeout=15))


def _warm_up(means: Means) -> None:
    """Read weights and collect garbage, which takes a third of a second, before the first ack and not during it."""
    means.vectoriser.vectors(["warm"])
    if means.words is not None:
        means.words.vectors(["warm"])
    gc.collect()
    gc.freeze()


def _tell_what_is_missing(means: Means) -> None:
    if not means.model.can_research:
        log.warning("no ANTHROPIC_API_KEY: signals are filed by rules, nothing is researched or fixed")
    for repository in means.policy.repositories:
        if why_not := means.workspaces.why_not(repository):
            log.warning("no sandbox: nothing is researched or fixed", repository=repository.name, why=why_not)
