"""`signalbox demo` and `signalbox evals`: other packages of ours, in processes of their own."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Sequence
from types import FrameType

import typer


def demo(context: typer.Context) -> None:
    """Show the whole loop on this machine, played by a script: --headless only checks it, --live uses Claude."""
    raise typer.Exit(_handed_over("playground", context.args))


def evals(context: typer.Context) -> None:
    """Measure how well we judge: grouping, screening, redaction, chatter or research, over --data DIR."""
    raise typer.Exit(_handed_over("evals", context.args))


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
