"""A run of an evaluation: which engine, what was measured, and the file that keeps both with what produced them."""

from __future__ import annotations

import datetime as dt
import json
import platform
import subprocess
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from agents.grouping.opinions import Encoder


class Engine(StrEnum):
    """What judges."""

    OFFLINE = "offline"
    CLAUDE = "claude"
    KEPT = "kept"  # replies of Claude, or of who played it, that were kept in a file


class Score(BaseModel):
    """What was measured on one set, or on one part of it. Rates are between 0 and 1, times in seconds."""

    model_config = ConfigDict(frozen=True)

    name: str
    figures: dict[str, float | int | str]


class Inputs(BaseModel):
    """What a run was started with, and how long it took."""

    model_config = ConfigDict(frozen=True)

    engine: Engine
    data: Path
    runs: int
    models: dict[str, str] = {}  # by stage; empty when no model was asked
    seconds: float = 0.0
    without: str = ""  # the part of grouping that was left out
    encoder: Encoder = Encoder.WORDS  # who made the vectors
    database: str = "sqlite"


def keep(kind: str, scores: list[Score], inputs: Inputs, out: Path) -> Path:
    """Write one file with the scores and all that produced them; its path."""
    at = dt.datetime.now(dt.UTC)
    record = {
        "kind": kind,
        "date": at.isoformat(timespec="seconds"),
        "revision": _revision(),
        "python": f"{platform.python_implementation()} {platform.python_version()} on {platform.machine()}",
        "engine": inputs.engine.value,
        "models": inputs.models,
        "without": inputs.without,
        "encoder": inputs.encoder.value,
        "database": inputs.database,
        "runs": inputs.runs,
        "seconds": round(inputs.seconds, 1),
        "data": _sizes(inputs.data),
        "scores": [score.model_dump() for score in scores],
    }
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{kind}-{inputs.engine.value}-{at:%Y%m%dT%H%M%S}.json"
    path.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def spread(of: list[dict[str, float]]) -> dict[str, float | int | str]:
    """The mean of each figure over several runs; where they differ, the least and the most beside it."""
    figures: dict[str, float | int | str] = {}
    for name in of[0] if of else ():
        values = [run[name] for run in of]
        mean = sum(values) / len(values)
        figures[name] = int(mean) if all(isinstance(value, int) for value in values) and mean == int(mean) else mean
        if max(values) != min(values):
            figures[f"{name} least"], figures[f"{name} most"] = min(values), max(values)
    return figures


def _revision() -> str:
    """The commit of the code, with a mark when files differ from it; empty outside a checkout."""
    here = Path(__file__).parent
    told = [
        subprocess.run(["git", *arguments], cwd=here, capture_output=True, text=True, check=False).stdout.strip()
        for arguments in (("rev-parse", "HEAD"), ("status", "--porcelain", "--untracked-files=no"))
    ]
    return f"{told[0]}{' with changes' if told[1] else ''}"


def _sizes(folder: Path) -> dict[str, int]:
    """The data's files by name, with their sizes in bytes."""
    files = sorted(path for path in folder.rglob("*") if path.suffix in {".jsonl", ".json", ".toml"} and path.is_file())
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in files}
