"""Asks a person at a terminal."""

from __future__ import annotations

import atexit
import io
import sys
import termios
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from getpass import getpass
from typing import Protocol

import typer
from rich.console import Console

from bot.doctor.findings import Finding, print_finding


class Asking(Protocol):
    """What setting up needs of whoever sits there."""

    def say(self, words: str = "") -> None:
        """Show them a line."""

    def show(self, finding: Finding) -> None:
        """Show them what came of a trial."""

    def ask(self, question: str, default: str = "") -> str:
        """What they type, without blanks around it; the default when they type nothing."""

    def secret(self, question: str) -> str:
        """The same, not shown while it is typed; empty when they type nothing."""

    def agrees(self, question: str, *, default: bool) -> bool:
        """Yes or no."""


class Terminal:
    """A real one. Raises typer.Abort when they press Ctrl-C, or nothing more can be typed."""

    def __init__(self) -> None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")  # it may know fewer characters than names have
        self._console = Console(highlight=False, soft_wrap=True)
        self._veil = ExitStack()

    def say(self, words: str = "") -> None:
        """Words are shown as they are: what stands in brackets is no style."""
        self._veil.close()
        self._console.print(words, markup=False)

    def show(self, finding: Finding) -> None:
        """As the doctor does."""
        self._veil.close()
        print_finding(self._console, finding)

    def ask(self, question: str, default: str = "") -> str:
        """One line."""
        self._veil.close()
        suffix = " " if question.endswith("?") and not default else ": "
        return str(typer.prompt(question, default=default, show_default=bool(default), prompt_suffix=suffix)).strip()

    def secret(self, question: str) -> str:
        """One line that nobody sees: unlike typer, this hides what is typed before the question stands there."""
        try:
            typed = getpass(f"{question}: ").strip()
        except (EOFError, KeyboardInterrupt):
            raise typer.Abort from None
        self._veil.enter_context(_veiled())  # while it is tried, the next one may be pasted already
        return typed

    def agrees(self, question: str, *, default: bool) -> bool:
        """Enter is the default."""
        self._veil.close()
        return typer.confirm(question, default=default)


@contextmanager
def _veiled() -> Iterator[None]:
    """What is typed is not shown, and lost; however this process ends, the terminal is as it was."""
    if not sys.stdin.isatty():
        yield
        return
    before = termios.tcgetattr(sys.stdin)
    restore = partial(termios.tcsetattr, sys.stdin, termios.TCSAFLUSH, before)
    hidden = [*before[:3], before[3] & ~termios.ECHO, *before[4:]]
    atexit.register(restore)
    termios.tcsetattr(sys.stdin, termios.TCSADRAIN, hidden)
    try:
        yield
    finally:
        restore()
        atexit.unregister(restore)
