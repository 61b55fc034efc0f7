"""How well private things are taken out of text, and how much of the rest is spoilt. No model takes part."""

from __future__ import annotations

import json
import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agents.redaction.placeholders import PLACEHOLDER, Kind
from agents.redaction.redact import Redactor
from evals.made_secrets import ANYWHERE, BY_FORM, BY_PLACE
from evals.runs import Engine, Score

_REDACTOR = Redactor(b"the key of an evaluation")
_SEED = 20261121
_EACH = 200  # secrets a class
_PIECE = 12  # characters of a secret that may not be left
_TYPES = {
    "EMAIL_ADDRESS": Kind.EMAIL,
    "PHONE_NUMBER": Kind.PHONE,
    "CREDIT_CARD": Kind.CARD,
    "IBAN_CODE": Kind.IBAN,
    "US_SSN": Kind.SSN,
    "IP_ADDRESS": Kind.IP,
}
_SIZES = (4_000, 40_000)
_SLOWEST = 0.99


def evaluate(data: Path, engine: Engine, runs: int) -> list[Score]:  # noqa: ARG001 rules are the same each time
    """Score personal data, made secrets in real texts, placeholders in real texts, and speed."""
    texts = _real_texts(data)
    return [
        *_personal(data / "pii" / "sentences.jsonl"),
        *_secrets([text for held in texts.values() for text in held]),
        *_in_real(texts),
        *_speed([text for held in texts.values() for text in held]),
    ]


@dataclass
class _Count:
    there: int = 0
    taken: int = 0
    false: int = 0
    spoilt: int = 0

    def score(self, name: str, texts: int) -> Score:
        placed = self.taken + self.false
        return Score(
            name=name,
            figures={
                "there": self.there,
                "taken": self.taken,
                "recall": self.taken / max(1, self.there),
                "precision": self.taken / max(1, placed),
                "spoilt texts": self.spoilt,
                "spoilt per 1,000": 1000 * self.spoilt / max(1, texts),
            },
        )


# ── personal data ───────────────────────────────────────────────────────────────────────────────────────────────────


def _personal(path: Path) -> Iterator[Score]:
    counts = {kind: _Count() for kind in _TYPES.values()}
    rows = _rows(path)
    for row in rows:
        redacted = _REDACTOR.text(row["text"])
        placed = Counter(Kind(mark[1:].partition(":")[0]) for mark in PLACEHOLDER.findall(redacted))
        taken: Counter[Kind] = Counter()
        for span in row["spans"]:
            if (kind := _TYPES.get(span["type"])) is not None:
                gone = row["text"][span["start"] : span["end"]] not in redacted
                counts[kind].there += 1
                counts[kind].taken += gone
                taken[kind] += gone
        for kind, number in placed.items():
            too_many = max(0, number - taken[kind])
            if kind in counts and too_many:
                counts[kind].false += too_many
                counts[kind].spoilt += 1
    return (count.score(f"personal data: {kind.value}", len(rows)) for kind, count in counts.items())


# ── secrets ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class _Case:
    secret: str
    place: str


def _secrets(texts: list[str]) -> Iterator[Score]:
    dice = random.Random(_SEED)  # noqa: S311 made secrets, the same in every run
    clean = [_REDACTOR.text(text) for text in dice.sample(texts, min(len(texts), 2_000))]
    total = _Count()
    for name, cases in _cases(dice):
        count = _Count()
        for case in cases:
            _try(case, dice.choice(clean), dice, count)
        total = _Count(*(getattr(total, each) + getattr(count, each) for each in ("there", "taken", "false", "spoilt")))
        yield count.score(f"secrets: {name}", count.there)
    yield total.score("secrets: all", total.there)


def _cases(dice: random.Random) -> Iterator[tuple[str, list[_Case]]]:
    for name, make in BY_FORM.items():
        yield name, [_Case(make(dice), dice.choice(ANYWHERE)) for _ in range(_EACH)]
    for name, (make, places) in BY_PLACE.items():
        yield name, [_Case(make(dice), dice.choice(places)) for _ in range(_EACH)]


def _try(case: _Case, text: str, dice: random.Random, count: _Count) -> None:
    """Put the secret on a line of its own somewhere in a text that is redacted already."""
    lines = text.split("\n")
    at = dice.randrange(len(lines) + 1)
    before, after = (case.place.replace("{{", "{").replace("}}", "}")).split("{}")
    head, tail = "\n".join([*lines[:at], before]), "\n".join([after, *lines[at:]])
    redacted = _REDACTOR.text(f"{head}{case.secret}{tail}")
    gone = not _is_left(case.secret, redacted)
    count.there += 1
    count.taken += gone
    count.spoilt += gone and not _is_whole(redacted, head, tail, case.secret)


def _is_left(secret: str, redacted: str) -> bool:
    """Whether the secret, or a long piece of it, can still be read."""
    pieces = range(max(1, len(secret) - _PIECE + 1))
    body = re.sub(r"-----[A-Z ]+-----|\s", "", secret) if "\n" in secret else secret.rpartition("/services/")[2]
    return any(len(body) >= at + _PIECE and body[at : at + _PIECE] in redacted for at in pieces) or body in redacted


def _is_whole(redacted: str, head: str, tail: str, secret: str) -> bool:
    """Whether all around the secret is as it was. What names the issuer of a webhook may stay."""
    kept = secret[: secret.find("/services/") + len("/services/")] if "/services/" in secret else ""
    return (
        re.fullmatch(f"{re.escape(head)}{re.escape(kept)}<[a-z]+:[a-z2-7]{{6}}>{re.escape(tail)}", redacted) is not None
    )


# ── real texts ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _in_real(texts: dict[str, list[str]]) -> Iterator[Score]:
    """Placeholders in texts that nobody put anything in: what is true of them, a person must judge."""
    for name, held in texts.items():
        placed = Counter(
            mark[1:].partition(":")[0] for text in held for mark in PLACEHOLDER.findall(_REDACTOR.text(text))
        )
        per_thousand: dict[str, float | int | str] = {
            f"{kind.value} per 1,000": 1000 * placed[kind.value] / len(held) for kind in Kind if placed[kind.value]
        }
        yield Score(name=f"real texts: {name}", figures={"texts": len(held), **per_thousand})


def _real_texts(data: Path) -> dict[str, list[str]]:
    texts = {
        path.parent.name: [f"{row['title']}\n{row['body']}" for row in _rows(path)]
        for path in sorted(data.glob("grouping_*/stream.jsonl"))
    }
    for path, name in (
        (data / "localisation" / "instances.jsonl", "issue"),
        (data / "slack_chat" / "messages.jsonl", "text"),
    ):
        if path.exists():
            texts[path.parent.name] = [row[name] for row in _rows(path)]
    return {name: held for name, held in texts.items() if held}


def _rows(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


# ── speed ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class _Timed:
    seconds: list[float] = field(default_factory=list)

    def at(self, share: float) -> float:
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _speed(texts: list[str]) -> Iterator[Score]:
    """Milliseconds for messages cut from real texts: CPU time of this thread, so that a busy machine tells no lies."""
    dice = random.Random(_SEED)  # noqa: S311 which texts are timed
    for size in _SIZES:
        timed = _Timed()
        for _ in range(400 if size < _SIZES[-1] else 60):
            message = ""
            while len(message) < size:
                message += dice.choice(texts) + "\n"
            began = time.thread_time()
            _REDACTOR.text(message[:size])
            timed.seconds.append(time.thread_time() - began)
        figures: dict[str, float | int | str] = {
            "p50 ms": 1000 * timed.at(0.5), "p99 ms": 1000 * timed.at(_SLOWEST), "messages": len(timed.seconds)
        }  # fmt: skip
        yield Score(name=f"speed: {size // 1000} kB", figures=figures)
