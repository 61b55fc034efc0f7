"""What jobs carry out, as protocols: the pipeline's verbs, drawing in Slack, pulling of sources."""

from __future__ import annotations

from typing import Protocol

from agents.ports import Checkpoint


class Pipeline(Protocol):
    """The verbs that jobs run."""

    def digest(self, signal_id: int, checkpoint: Checkpoint) -> None: ...
    def research(self, report_id: int, checkpoint: Checkpoint, job: str = "") -> None: ...
    def fix(self, report_id: int, checkpoint: Checkpoint) -> None: ...
    def follow(self, report_id: int, checkpoint: Checkpoint) -> None: ...
    def prove(self, report_id: int, checkpoint: Checkpoint) -> None: ...
    def stand_in(self) -> None: ...
    def remind(self, checkpoint: Checkpoint) -> None: ...


class Publisher(Protocol):
    """Makes Slack show a report."""

    def draw(self, report_id: int, holder: str) -> None: ...


class Pulling(Protocol):
    """Pulls a source by its name."""

    def pull(self, source: str, checkpoint: Checkpoint, job: str) -> None: ...
