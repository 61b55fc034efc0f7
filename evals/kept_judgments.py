"""A model's replies, kept in a file and given again: what was paid for, or played by hand, is measured ever again.

One JSON object a line: the stage, the signal's external id, what each call cost, and the reply. A reply is the judgment
itself, so that it outlives the wording of a prompt; a change of a prompt is measured by asking anew, never by a replay.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict

from agents.adapters.claude.ledger import Ledger
from agents.errors import BadSettings, ModelRefused
from agents.exchange import About, Turn, TurnRequest, Usage
from agents.ports import Model
from evals.reading import rows
from storage.judgments import Judgment, Outcome, Stage

J = TypeVar("J", bound=Judgment)


class Reply(BaseModel):
    """One answer of a model, with what its calls used: more than one where a fault was fed back."""

    model_config = ConfigDict(frozen=True)

    stage: Stage
    subject: str
    model: str
    calls: tuple[Usage, ...]
    reply: str  # the judgment's JSON


class Noting:
    """A ledger that also remembers, for each thread, what the calls since the last look cost."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._thread = threading.local()

    def reserve(self, stage: Stage, about: About, model: str, usd: float, turn: int = 0) -> int:
        """Put the estimate aside."""
        self._thread.model = model
        return self._ledger.reserve(stage, about, model, usd, turn)

    def settle(self, call_id: int, usage: Usage, *, seconds: float, stop_reason: str) -> None:
        """Write what it cost, and remember it."""
        self._ledger.settle(call_id, usage, seconds=seconds, stop_reason=stop_reason)
        if stop_reason != Outcome.OUT_OF_MONEY:
            self._thread.calls = (*getattr(self._thread, "calls", ()), usage)

    def taken(self) -> tuple[str, tuple[Usage, ...]]:
        """The model that was last asked in this thread, and what its calls used; forgotten by this look."""
        model, calls = getattr(self._thread, "model", ""), getattr(self._thread, "calls", ())
        self._thread.calls = ()
        return model, calls


class Keeping:
    """A model whose replies are appended to a file as they come. What the file has already is not asked again."""

    can_research = False

    def __init__(self, model: Model, noting: Noting, path: Path) -> None:
        self._model, self._noting, self._path = model, noting, path
        self._known = Kept(path, noting) if path.exists() else None
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)

    def judge(self, stage: Stage, about: About, returns: type[J]) -> J:
        """The model's answer, kept."""
        if self._known is not None and self._known.has(stage, about.subject):
            return self._known.judge(stage, about, returns)
        self._noting.taken()
        answer = self._model.judge(stage, about, returns)
        name, calls = self._noting.taken()
        reply = Reply(stage=stage, subject=about.subject, model=name, calls=calls, reply=answer.model_dump_json())
        with self._lock, self._path.open("a", encoding="utf-8") as file:
            file.write(reply.model_dump_json() + "\n")
        return answer

    def turn(self, request: TurnRequest) -> Turn:
        """Nothing here researches."""
        raise ModelRefused(f"Only judgments are kept, not turns: {request.stage} was asked for.")


class Kept:
    """A model that gives the replies of a file. Raises BadSettings for a signal that the file knows nothing of."""

    can_research = False

    def __init__(self, path: Path, ledger: Ledger) -> None:
        if not path.exists():
            raise BadSettings(
                f"There are no kept replies at {path}: name the right folder, or ask with --engine claude."
            )
        self._path, self._ledger = path, ledger
        self._replies = {(reply.stage, reply.subject): reply for reply in rows(path, Reply)}

    def has(self, stage: Stage, subject: str) -> bool:
        """Whether the file holds this reply."""
        return (stage, subject) in self._replies

    def judge(self, stage: Stage, about: About, returns: type[J]) -> J:
        """The reply that was kept, paid for once more in the ledger. Validated anew, since judgments change."""
        kept = self._replies.get((stage, about.subject))
        if kept is None:
            raise BadSettings(f"{self._path} holds no reply of the stage {stage} for {about.subject}.")
        for usage in kept.calls:
            call = self._ledger.reserve(stage, about, kept.model, usage.usd)
            self._ledger.settle(call, usage, seconds=0.0, stop_reason="end_turn")
        return returns.model_validate_json(kept.reply)

    def turn(self, request: TurnRequest) -> Turn:
        """Nothing here researches."""
        raise ModelRefused(f"Only judgments are kept, not turns: {request.stage} was asked for.")
