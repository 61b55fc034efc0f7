"""The format of recorded model replies: reading all of a folder, and writing one turn."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

USAGE = ("input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
PARTS = {"stage": str, "subjects": list, "turns": list}
TURN_PARTS = {"must_contain": list, "content": list, "stop_reason": str, "usage": dict}


class BadRecording(Exception):
    """Recordings that cannot be used; the text names every file and what is wrong in it."""


@dataclass(frozen=True)
class Wanted:
    """Which reply a request asks for."""

    stage: str
    subject: str
    turn: int

    def __str__(self) -> str:
        return f"stage {self.stage!r}, subject {self.subject!r}, turn {self.turn}"


@dataclass(frozen=True)
class Turn:
    """One recorded reply, and what the request for it must contain. `usage` has the four names of USAGE."""

    content: list[dict[str, Any]]
    stop_reason: str
    usage: Mapping[str, int]
    must_contain: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "must_contain": list(self.must_contain),
            "content": self.content,
            "stop_reason": self.stop_reason,
            "usage": dict(self.usage),
        }


@dataclass(frozen=True)
class Recording:
    """The replies of one stage about one subject, which may be known by several external ids."""

    path: Path
    stage: str
    subjects: tuple[str, ...]
    turns: tuple[Turn, ...]
    note: str = ""


@dataclass
class Recordings:
    """All recordings of a folder."""

    found: list[Recording] = field(default_factory=list)

    def get(self, stage: str, subject: str) -> Recording | None:
        return next((r for r in self.found if r.stage == stage and subject in r.subjects), None)


def read(folder: Path) -> Recordings:
    """Every recording under `folder`. Raises BadRecording with all faults at once."""
    found, faults = [], []
    for path in sorted(folder.glob("*/*.json")):
        try:
            found.append(_recording(path))
        except (ValueError, KeyError, TypeError) as fault:
            faults.append(f"{path}: {fault}")
    seen: dict[tuple[str, str], Path] = {}
    for recording in found:
        for subject in recording.subjects:
            first = seen.setdefault((recording.stage, subject), recording.path)
            if first != recording.path:
                faults.append(f"{recording.path}: {subject!r} is recorded in {first} already")
    if faults:
        raise BadRecording("These recordings cannot be played:\n" + "\n".join(faults))
    return Recordings(found)


def usage_of(given: Mapping[str, Any]) -> dict[str, int]:
    """The four counts of tokens; what is missing is 0."""
    return {name: int(given.get(name) or 0) for name in USAGE}


def write_turn(folder: Path, wanted: Wanted, turn: Turn, note: str) -> Path:
    """Write or replace one turn, and forget the turns after it, which followed from another reply.

    Raises BadRecording when an earlier turn is missing.
    """
    known = read(folder).get(wanted.stage, wanted.subject)
    path = known.path if known else folder / _slug(wanted.stage) / f"{_slug(wanted.subject)}.json"
    turns = list(known.turns[: wanted.turn - 1]) if known else []
    if len(turns) < wanted.turn - 1:
        raise BadRecording(f"{wanted} cannot be recorded: turn {len(turns) + 1} is not recorded yet.")
    body = {
        "stage": wanted.stage,
        "subjects": list(known.subjects) if known else [wanted.subject],
        "turns": [one.as_json() for one in (*turns, turn)],
        "note": note,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    draft.write_text(json.dumps(body, ensure_ascii=False, indent=2) + "\n")
    draft.replace(path)
    return path


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "unnamed"


def _recording(path: Path) -> Recording:
    body = json.loads(path.read_text())
    _check(body, PARTS, "the file")
    if body["stage"] != path.parent.name:
        raise ValueError(f"its stage is {body['stage']!r}, its folder is {path.parent.name!r}")
    turns = tuple(_turn(number, turn) for number, turn in enumerate(body["turns"], 1))
    return Recording(path, body["stage"], tuple(map(str, body["subjects"])), turns, body.get("note", ""))


def _turn(number: int, body: Any) -> Turn:
    _check(body, TURN_PARTS, f"turn {number}")
    return Turn(body["content"], body["stop_reason"], usage_of(body["usage"]), tuple(body["must_contain"]))


def _check(body: Any, parts: Mapping[str, type], where: str) -> None:
    if not isinstance(body, dict):
        raise TypeError(f"{where} must be a JSON object")
    for name, kind in parts.items():
        if not isinstance(body.get(name), kind):
            raise TypeError(f"{where} needs {name!r}, a JSON {kind.__name__}")
