"""Asks a person at a terminal."""

from __future__ import annotations

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
        self._console = Console(highlight=False, soft_wrap=True)

    def say(self, words: str = "") -> None:
        """Words are shown as they are: what stands in brackets is no style."""
        self._console.print(words, markup=False)

    def show(self, finding: Finding) -> None:
        """As the doctor does."""
        print_finding(self._console, finding)

    def ask(self, question: str, default: str = "") -> str:
        """One line."""
        return str(typer.prompt(question, default=default, show_default=bool(default))).strip()

    def secret(self, question: str) -> str:
        """One line that nobody sees."""
        return str(typer.prompt(question, default="", show_default=False, hide_input=True)).strip()

    def agrees(self, question: str, *, default: bool) -> bool:
        """Enter is the default."""
        return typer.confirm(question, default=default)
