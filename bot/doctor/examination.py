"""Examines an installation: what is good, what is missing, what is wrong, and what to do about it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from http.client import HTTPException

import requests
from slack_sdk.errors import SlackClientError

from agents.adapters.sandbox.workspaces import SandboxWorkspaces
from agents.errors import SandboxUnusable
from agents.terms import Policy, Repository
from bot import breaker
from bot.circuits import known_rests
from bot.connections import others_listen, strangers_seen
from bot.doctor.findings import Finding, Verdict
from bot.doctor.linear import examine_issues
from bot.doctor.models import examine_models
from bot.doctor.repositories import examine_repositories, rehearse_tests
from bot.doctor.slack import examine_slack
from bot.encoders import vectoriser_of
from bot.ending import last_words
from bot.home import at_home, places_of, short_of_room
from bot.installed import outdated_install
from bot.lookups import open_mcp
from bot.policy import read_policy
from bot.redaction import kept_redactor, other_key
from bot.settings import Settings, environment, read_settings
from bot.sources import ALL_KINDS, KINDS
from bot.sources.naming import named_in_vain
from bot.sources.source import pulled_from
from bot.sources.webhooks import webhook
from storage.columns import now
from storage.database import examine as examine_files
from storage.database import migrate, open_store
from storage.errors import SignalboxError


def examine(*, tests: bool = False) -> Iterator[Finding]:
    """Examine everything, one finding after the other. Reads and asks; changes nothing but the database's tables.

    With `tests` the repositories are cloned as well, and their suites run once.
    """
    yield _python()
    if outdated := outdated_install():
        yield Finding("install", Verdict.MISSING, outdated)
    try:
        settings = read_settings()
    except SignalboxError as error:
        yield Finding("environment", Verdict.BAD, str(error))
        return
    policy = None
    try:
        policy = read_policy(settings.signalbox_policy, ALL_KINDS)
        yield Finding("policy", Verdict.GOOD, f"{settings.signalbox_policy} is valid")
    except SignalboxError as error:
        yield Finding("policy", Verdict.BAD, str(error))
    yield from guarded("database", "SIGNALBOX_HOME and DATABASE_URL", lambda: _database(settings))
    yield from guarded("Slack", "this machine's network and SLACK_API_URL", lambda: examine_slack(settings, policy))
    yield from guarded(
        "model", "this machine's network and ANTHROPIC_BASE_URL", lambda: examine_models(settings, policy)
    )
    yield from guarded("sentences", "SIGNALBOX_SENTENCES", lambda: _sentences(settings))
    named = policy.repositories if policy is not None else ()
    yield from guarded("sandbox", "that SIGNALBOX_HOME can be written", lambda: _sandbox(settings, named))
    if policy is not None:
        network = "this machine's network and GITHUB_API_URL"
        yield from guarded("repositories", network, lambda: examine_repositories(settings, policy))
        yield from guarded("sources", "this machine's network", lambda: _sources(settings, policy))
        yield from guarded("Linear issues", "LINEAR_URL", lambda: examine_issues(settings, policy))
        yield from guarded("MCP servers", "this machine's network", lambda: _mcp(policy))
        if tests:
            yield from guarded("tests", network, lambda: rehearse_tests(settings, policy))


def guarded(
    what: str,
    check: str,
    examination: Callable[[], Iterator[Finding]],
    again: str = "then type `signalbox doctor` again",
    command: str = "signalbox doctor",
) -> Iterator[Finding]:
    """An examination; when it cannot be made, a sentence and what to `check`, never the words of a library."""
    try:
        yield from examination()
    except SignalboxError as error:
        yield Finding(what, Verdict.BAD, last_words(error, command))
    except requests.JSONDecodeError:
        yield Finding(what, Verdict.BAD, f"what answers is not its API; check {check}, {again}")
    except (requests.RequestException, SlackClientError, HTTPException, OSError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
        yield Finding(what, Verdict.BAD, f"it cannot be reached ({why}); check {check}, {again}")


def _python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    if shutil.which("git") is None:
        return Finding("git", Verdict.BAD, "git is not installed; install it, repositories are read and pushed with it")
    return Finding("Python and git", Verdict.GOOD, f"Python {version}, git at hand")


def _database(settings: Settings) -> Iterator[Finding]:
    with at_home(settings.signalbox_home):
        where = places_of(settings)
    if short := short_of_room(*where):
        yield Finding("disk", Verdict.MISSING, short)
    migrate(settings.database)
    examine_files(settings.database)
    store = open_store(settings.database)
    kind = settings.database.split(":", 1)[0]
    yield Finding("database", Verdict.GOOD, f"{kind} answers; {store.signals.counts().total} signals are kept")
    if told := other_key(store, kept_redactor(settings)):
        yield Finding("redaction key", Verdict.MISSING, told)
    if strangers := strangers_seen(store):
        yield Finding(
            "Slack connections", Verdict.MISSING, f"when the bot was last connected, {others_listen(strangers)}"
        )
    if kind != "sqlite" and not store.search.is_indexed():
        yield Finding(
            "pgvector",
            Verdict.MISSING,
            "each process keeps the signals' vectors in its memory, about 1 KB a signal; from 50,000 signals on "
            "install pgvector 0.7 or later on the server, have an administrator run CREATE EXTENSION vector in our "
            "database, run `signalbox migrate`, and restart",
        )


def _sentences(settings: Settings) -> Iterator[Finding]:
    if settings.signalbox_sentences:
        vectoriser_of(settings.signalbox_sentences, settings.signalbox_home)
        yield Finding("sentences", Verdict.GOOD, "the sentence transformer is loaded")


def _sandbox(settings: Settings, repositories: Sequence[Repository]) -> Iterator[Finding]:
    """One finding for each image, and one for bubblewrap, which is for all that name none."""
    for image in sorted({repository.image for repository in repositories} or {""}):
        what, which = (f"sandbox {image}", "its containers run") if image else ("sandbox", "bubblewrap runs")
        try:
            why_not = SandboxWorkspaces.examine(settings.signalbox_home, image)
        except SandboxUnusable as error:
            why_not = str(error)
        if why_not:
            yield Finding(what, Verdict.MISSING, f"{why_not} Until then the bot reads and files, but runs no code.")
        else:
            yield Finding(what, Verdict.GOOD, f"{which}, and the attempts to escape failed as they should")


def _sources(settings: Settings, policy: Policy) -> Iterator[Finding]:
    for name, terms in policy.sources.items():
        what = f"source {name}"
        try:
            if terms.kind == webhook.KIND:
                hook = webhook.open_webhook(name, terms, environment())
                yield Finding(what, Verdict.GOOD, f"its secret is set; it is received at POST {hook.path}")
                continue
            source = KINDS[terms.kind](name, terms, settings)
            pulled = pulled_from(source, name, "")
        except SignalboxError as error:
            yield Finding(what, Verdict.BAD, last_words(error, "signalbox doctor"))
        else:
            yield Finding(what, Verdict.GOOD, f"answers; {len(pulled.signals)} signals of its first page could be read")
            yield from (Finding(what, Verdict.MISSING, sentence) for sentence in pulled.lacking)
            for each in pulled.unread:
                how = "can be read in part alone" if each.in_part else "cannot be read"
                yield Finding(what, Verdict.MISSING, f"{each.name} of its first page {how}: {each.why}")
            yield from (Finding(what, Verdict.MISSING, sentence) for sentence in named_in_vain(source))
    yield from _resting(settings, policy)


def _mcp(policy: Policy) -> Iterator[Finding]:
    for terms in policy.mcp:
        what = f"MCP server {terms.name}"
        if terms.token_env and not environment().get(terms.token_env):
            yield Finding(what, Verdict.BAD, f"{terms.token_env} is not set; put its token there, or drop token_env")
            continue
        server = open_mcp(terms, environment())
        try:
            usable, refusals = len(server.tools()), server.refusals()
        except SignalboxError as error:
            yield Finding(what, Verdict.BAD, last_words(error, "signalbox doctor"))
            continue
        for refusal in refusals:
            yield Finding(what, Verdict.MISSING, f"{refusal} Take it out of mcp.tools in the policy.")
        yield Finding(what, Verdict.GOOD if usable else Verdict.BAD, f"answers; {usable} of its tools can be used")


def _resting(settings: Settings, policy: Policy) -> Iterator[Finding]:
    """What the bot itself last met at its sources, and at what its jobs ask besides."""
    store = open_store(settings.database)
    for rest in known_rests(store, policy):
        yield Finding(f"{rest.source} in the bot", Verdict.MISSING, breaker.how_it_is(rest, now()))
    for name in policy.sources:
        cursor = store.cursors.get(name)
        for sentence in (
            breaker.how_it_is(cursor, now()),
            cursor.lacking,
            breaker.what_was_put_aside(cursor),
            breaker.what_was_left_out(cursor),
        ):
            if sentence:
                yield Finding(f"source {name} in the bot", Verdict.MISSING, sentence)
