"""The command line: run, worker, demo, doctor, migrate, evals, pull, runs, schema."""

from __future__ import annotations

import functools
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any

import typer
from rich.console import Console

from bot import app as composition
from bot import pull_command, runs_command
from bot.doctor import Finding, Verdict, examine
from bot.ending import last_words
from bot.log import configure_logging
from bot.settings import read_settings
from bot.sources.webhook import json_schema
from storage.database import migrate
from storage.errors import SignalboxError

cli = typer.Typer(
    name="signalbox",
    help="A Slack-native bot that turns product signals into pull requests, and asks first.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
_COLOUR = {Verdict.GOOD: "green", Verdict.MISSING: "yellow", Verdict.BAD: "red"}


@contextmanager
def _sentences(command: str) -> Iterator[None]:
    """Print an error of ours as its sentence, without a traceback, and exit with 1. `command` is what was typed."""
    try:
        yield
    except SignalboxError as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print(
            f"signalbox: {last_words(error, command)}", markup=False
        )
        raise typer.Exit(1) from error


def _until_told() -> None:
    """Wait for Ctrl-C or SIGTERM."""
    told = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: told.set())
    told.wait()


def _handed_over(module: str, words: Sequence[str]) -> int:
    """Run another package of ours in a process of its own, for as long as it takes; its exit code, as a shell has it.

    Ctrl-C reaches it without us, for the terminal sends it to the whole group. What may be sent to us alone is handed
    on. In each case it is given the time that it needs to put away what it has made.
    """
    child: subprocess.Popen[bytes] | None = None
    early: list[int] = []

    def hand_on(number: int, _: FrameType | None) -> None:
        early.append(number) if child is None else child.send_signal(number)

    signal.signal(signal.SIGINT, lambda *_: None)  # unlike SIG_IGN, this is not inherited
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, hand_on)
    child = subprocess.Popen([sys.executable, "-m", module, *words])
    for each in early:
        child.send_signal(each)
    code = child.wait()
    return code if code >= 0 else 128 - code


@cli.command()
def run() -> None:
    """Run the bot, with a worker of its own."""
    with _sentences("signalbox run"):
        settings = read_settings()
        configure_logging(settings.signalbox_log, composition.redactor_of(settings))
        migrate(settings.database)
        with composition.bot(settings):
            _until_told()


@cli.command()
def worker() -> None:
    """Run one more worker, on this machine or another; it needs the same DATABASE_URL (PostgreSQL) and policy."""
    with _sentences("signalbox worker"):
        settings = read_settings()
        configure_logging(settings.signalbox_log, composition.redactor_of(settings))
        migrate(settings.database)
        with composition.worker(settings):
            _until_told()


@cli.command(name="migrate")
def migrate_command() -> None:
    """Bring the database's tables up to date. `run` and `worker` do it too."""
    with _sentences("signalbox migrate"):
        settings = read_settings()
        migrate(settings.database)
        typer.echo("The database is up to date.")


@cli.command()
def doctor() -> None:
    """Check tokens, scopes, channels, repositories, sandbox, database, sources and model; say what to do."""
    configure_logging(libraries=False)  # a traceback that is written otherwise shows what its frames hold
    findings: list[Finding] = []
    console = Console(highlight=False, soft_wrap=True)
    for finding in examine():
        findings.append(finding)
        colour = _COLOUR[finding.verdict]
        console.print(f"[{colour}]{finding.verdict.value:>7}[/{colour}]  {finding.what}:", end=" ")
        console.print(finding.sentence, markup=False)
    if any(finding.verdict is Verdict.BAD for finding in findings):
        raise typer.Exit(1)


@cli.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def demo(context: typer.Context) -> None:
    """Show the whole loop on this machine, played by a script: --headless only checks it, --live uses Claude."""
    raise typer.Exit(_handed_over("playground", context.args))


@cli.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def evals(context: typer.Context) -> None:
    """Measure how well we judge: grouping, screening, redaction, chatter or research, over --data DIR."""
    raise typer.Exit(_handed_over("evals", context.args))


@cli.command(name="pull")
@functools.wraps(pull_command.pull)
def _pull(**given: Any) -> None:
    with _sentences(f"signalbox pull {given['source']}"):
        pull_command.pull(**given)


@cli.command(name="runs")
@functools.wraps(runs_command.runs)
def _runs(**given: Any) -> None:
    with _sentences("signalbox runs"):
        runs_command.runs(**given)


@cli.command()
def schema() -> None:
    """Print the JSON Schema of what webhooks may send; docs/signals.schema.json holds it."""
    typer.echo(json.dumps(json_schema(), indent=2))


def main() -> None:
    """Entry point of the `signalbox` command."""
    cli()
