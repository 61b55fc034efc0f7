"""What the bot's listeners tell, run on and compare with, where nobody is told and no model is loaded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Told:
    """The ports Messenger and Nudge, as lists."""

    published: list[int] = field(default_factory=list)
    signals: list[int] = field(default_factory=list)
    reports: list[int] = field(default_factory=list)

    def publish(self, report_id: int) -> None:
        self.published.append(report_id)

    def signal(self, signal_id: int) -> None:
        self.signals.append(signal_id)

    def report(self, report_id: int) -> None:
        self.reports.append(report_id)


class Pool(ThreadPoolExecutor):
    """Runs listeners as Bolt's own pool does, and remembers what it was given."""

    def __init__(self) -> None:
        super().__init__(max_workers=10)
        self.begun: list[Future[Any]] = []

    def submit(self, fn: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        future = super().submit(fn, *arguments, **named)
        self.begun.append(future)
        return future


class NoVectors:
    """All texts are alike."""

    def vectors(self, texts: Sequence[str]) -> list[bytes]:
        return [b"\x00\x00\x80?" for _ in texts]
