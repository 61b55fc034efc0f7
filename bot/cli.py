"""The command line: init, run, worker, demo, doctor, migrate, copy, evals, pull, runs, outcomes, approvals, schema."""

from __future__ import annotations

import contextlib
import functools
import gc
import importlib.metadata
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console

from agents.errors import BadPolicy, BadSettings, SlackRejected
from bot.ending import last_words
from bot.settings import show_the_way
from storage.errors import SignalboxError

_MODULES = {  # of each command, which has the command's name there
    "init": "bot.commands.init",
    "run": "bot.commands.run",
    "worker": "bot.commands.run",
    "migrate": "bot.commands.migrate",
    "copy": "bot.commands.copy",
    "doctor": "bot.commands.doctor",
    "demo": "bot.commands.elsewhere",
    "evals": "bot.commands.elsewhere",
    "pull": "bot.commands.pull",
    "runs": "bot.commands.runs",
    "outcomes": "bot.commands.outcomes",
    "approvals": "bot.commands.approvals",
    "schema": "bot.commands.schema",
}
_SUPERVISED = frozenset({"run", "worker"})
_WRONG = 78  # the exit code for what starting again does not mend, as sysexits.h has it: docs/install.md uses it
_ELSEWHERE: dict[str, Any] = {  # --help, too, is answered there, where the options are known
    "allow_extra_args": True,
    "ignore_unknown_options": True,
    "help_option_names": [],
}


def _say_version(asked: bool) -> None:  # noqa: FBT001 typer's way
    if asked:
        typer.echo(f"signalbox {importlib.metadata.version('signalbox')}")
        raise typer.Exit


def command_line(words: Sequence[str]) -> typer.Typer:
    """The command that the first word names, or all of them: to import what each of them needs takes seconds."""
    cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    cli.callback()(_signalbox)
    for name in words[:1] if words and words[0] in _MODULES else _MODULES:
        settings = _ELSEWHERE if _MODULES[name] == "bot.commands.elsewhere" else None
        cli.command(name, context_settings=settings)(_in_sentences(name, _function(name)))
    return cli


def main() -> None:
    """Import what there is to import, and obey the command line."""
    gc.disable()  # what is imported stays: looking through it again and again takes a sixth of the start
    cli = command_line(sys.argv[1:])
    gc.freeze()  # nor is it looked through later, in pauses that a person who presses a button would wait for
    gc.enable()
    try:
        cli(prog_name="signalbox")
    except SystemExit as ending:
        if sys.argv[1:2] and sys.argv[1] in _SUPERVISED:
            _end(ending.code)
        raise


def _end(code: object) -> NoReturn:
    """End now. Python waits for every thread first, and a job's may be in a test of ten minutes.

    Such a job had its moment to end (`Engine.stop`); it goes on at its last checkpoint with the next start.
    """
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):  # whoever read it is gone
            stream.flush()
    os._exit(code if isinstance(code, int) else 0 if code is None else 1)


def _signalbox(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Say which version this is.", is_eager=True, callback=_say_version)
    ] = False,
) -> None:
    """A Slack-native bot that turns product signals into pull requests, and asks first."""


def _function(name: str) -> Callable[..., None]:
    found: Callable[..., None] = getattr(import_module(_MODULES[name]), name)
    return found


def _in_sentences(name: str, command: Callable[..., None]) -> Callable[..., None]:
    """The command, which prints an error of ours as its sentence, without a traceback, and exits with 1."""

    @functools.wraps(command)
    def speaking(**given: Any) -> None:
        try:
            show_the_way()
            command(**given)
        except SignalboxError as error:
            typed = " ".join(["signalbox", name, *([given["source"]] if name == "pull" else [])])
            Console(stderr=True, highlight=False, soft_wrap=True).print(
                f"signalbox: {last_words(error, typed)}", markup=False
            )
            lasting = isinstance(error, BadPolicy | BadSettings | SlackRejected) and name in _SUPERVISED
            raise typer.Exit(_WRONG if lasting else 1) from error

    return speaking
