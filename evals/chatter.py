"""Chatter: of what is said in a channel, is what tells of a problem taken for a signal, and nothing else?

The offline engine alone: with a model the judgment is part of the reading, and costs a call a message.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel

from agents.adapters.chatter import tells_of_a_problem
from evals.metrics import detection_figures
from evals.reading import Arrival, rows
from evals.runs import Engine, Score


class _Said(BaseModel):
    user: str
    text: str


class Dialogue(BaseModel):
    project: str
    messages: list[_Said]
    label: int

    @property
    def first(self) -> str:
        """What its first speaker says before anybody answers: the thread's first message, as Slack would have it."""
        speaker, text = self.messages[0].user, []
        for message in self.messages:
            if message.user != speaker:
                break
            text.append(message.text)
        return "\n".join(text)


class Message(BaseModel):
    text: str


class _Issue(BaseModel):
    title: str
    body: str | None = ""
    label: str


def evaluate(data: Path, engine: Engine, runs: int) -> list[Score]:  # noqa: ARG001 rules alone, the same in every run
    """The sets of chat below the folder: labelled dialogues, plain chat, issues by type, and our own sets."""
    scores = []
    for path in sorted(data.rglob("dialogs.jsonl")):
        dialogues = list(rows(path, Dialogue))
        said = [tells_of_a_problem(dialogue.first) for dialogue in dialogues]
        figures = detection_figures([dialogue.label == 1 for dialogue in dialogues], said)
        scores.append(Score(name=path.parent.name, figures=dict(figures)))
    for path in sorted(data.rglob("messages.jsonl")):
        messages = list(rows(path, Message))
        taken = sum(tells_of_a_problem(message.text) for message in messages)
        scores.append(Score(name=path.parent.name, figures={"taken": taken / len(messages), "of": len(messages)}))
    scores += [
        Score(name=path.parent.name, figures=_by_type(list(rows(path, _Issue))))
        for path in sorted(data.rglob("issues.jsonl"))
    ]
    for path in sorted([*data.rglob("mixed/stream.jsonl"), *data.rglob("several/*/stream.jsonl")]):
        told = [f"{arrival.title}\n{arrival.body}" for arrival in rows(path, Arrival) if arrival.source == "slack"]
        kept = sum(map(tells_of_a_problem, told))
        scores.append(
            Score(name=f"{path.parent.name}, from Slack", figures={"taken": kept / len(told), "of": len(told)})
        )
    return scores


def _by_type(issues: list[_Issue]) -> dict[str, float | int | str]:
    taken: dict[str, float | int | str] = {}
    for label in sorted({issue.label for issue in issues}):
        mine = [f"{issue.title}\n{issue.body or ''}" for issue in issues if issue.label == label]
        taken[f"taken of {label}"] = sum(map(tells_of_a_problem, mine)) / len(mine)
    return taken
