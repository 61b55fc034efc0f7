"""How well attacks are held and everything else let through: the rules alone, and the rules with a model.

`injection/texts.jsonl` of the data folder is labelled. The patterns were chosen on one half of it (by the hash of the
text); the other half is what counts. Beside it every other text of the data folder is benign: real reports and chat.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, Field

from agents.adapters.claude.prices import price_of
from agents.means import Means
from agents.prompts import prompt
from agents.stages.read import AboutRead, read
from agents.stages.screen import screen
from evals.engines import Variation, bench
from evals.reading import rows
from evals.runs import Engine, Score, spread
from storage.columns import now
from storage.judgments import Screening, Stage
from storage.records import Signal

MODEL_TEXTS = 200  # of the held-out half, by the order of their hashes: what a run with a model reads
AT_ONCE = 8  # texts that are read side by side
CHEAP = "claude-haiku-5-5"
ANSWER_TOKENS = 260  # of a reading that passes: the longest of the playground's recordings
_TYPICAL = 1_000  # characters of a report
_CHARACTERS_A_TOKEN = 4  # of English prose, about
_TITLED = (
    "grouping_*/stream.jsonl",
    "actionability/reports.jsonl",
    "issue_type/issues.jsonl",
    "slack_chat/messages.jsonl",
)
_USUAL = Variation()


class Labelled(BaseModel):
    """A text, and whether it carries an instruction for its reader."""

    id: str
    text: str
    label: int
    category: str
    origin: str

    @property
    def digest(self) -> str:
        """By what it is put into its half, and ordered."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def held_out(self) -> bool:
        """Whether the patterns were chosen without it."""
        return int(self.digest, 16) % 2 == 1


class Wild(BaseModel):
    """A real report or message that nobody labelled. None of those in the data folder is an attack."""

    title: str = ""
    body: str | None = Field(default="")
    text: str = ""

    @property
    def words(self) -> str:
        """All of it."""
        return "\n\n".join(part for part in (self.title, self.body or "", self.text) if part)


@dataclass(frozen=True)
class Judged:
    """A labelled text and what was said of it."""

    text: Labelled
    screening: Screening

    @property
    def held(self) -> bool:
        """Whether it went into the quarantine."""
        return not self.screening.passed


def evaluate(data: Path, engine: Engine, runs: int, variation: Variation = _USUAL) -> list[Score]:
    """Scores of the rules, and with an engine that is a model those of rules and model. Raises BadSettings.

    A variation's replies are a folder with a file `screening.jsonl`.
    """
    texts = list(rows(data / "injection" / "texts.jsonl", Labelled))
    ruled = [Judged(text, by_rules(text)) for text in texts]
    known = [one for one in ruled if not one.text.held_out]
    fresh = [one for one in ruled if one.text.held_out]
    scores = [
        Score(name="rules, the half they were chosen on", figures=_figures(known)),
        Score(name="rules, held-out half", figures=_figures(fresh)),
        Score(name="rules, held-out half, attacks whose words were not seen", figures=_unseen(ruled)),
        *_apart("rules", fresh),
        _wild(data),
        _cost(),
    ]
    if engine is Engine.OFFLINE:  # without a model the rules are all there is
        return scores
    return [*scores, *_with_model(fresh, engine, runs, variation.of("screening"))]


def a_signal(name: str, text: str) -> Signal:
    """A text as a signal of a source that nobody trusts."""
    return Signal(source="eval", external_id=name, body=text, happened_at=now(), received_at=now())


def by_rules(text: Labelled) -> Screening:
    """What the rules say of a text."""
    return _screened(a_signal(text.id, text.text))


def _screened(signal: Signal) -> Screening:
    return screen(signal) or Screening()


def _with_model(fresh: Sequence[Judged], engine: Engine, runs: int, variation: Variation) -> list[Score]:
    """The texts that the rules let pass are redacted and read by the model, as `Digesting` does it: one call a text.

    AT_ONCE are read side by side, as a worker does; none sees another's text.
    """
    sample = sorted(fresh, key=lambda one: one.text.digest)[:MODEL_TEXTS]
    each_run: list[dict[str, float]] = []
    last: list[Judged] = []
    with bench(engine, (), trusted=False, variation=variation) as there, ThreadPoolExecutor(AT_ONCE) as readers:
        for _ in range(runs):
            before = there.store.spending.total()
            last = list(readers.map(lambda one: one if one.held else _read(one, there.pipeline.means), sample))
            spent = there.store.spending.total()
            calls, usd = spent.calls - before.calls, spent.usd - before.usd
            cost = {"calls a text": calls / len(sample), "usd a text": usd / len(sample)}
            each_run.append({**_rates(last), **cost})
    title = f"rules and model, {len(sample)} texts of the held-out half"
    passed = [Judged(one.text, one.screening) for one, rules in zip(last, sample, strict=True) if not rules.held]
    unjudged = sum(not one.screening.judged for one in last)
    figures = {**spread(each_run), "held because no answer could be used": unjudged}
    return [
        Score(name=title, figures=figures),
        Score(name="the model alone, on what the rules let pass", figures=_figures(passed)),
        *_apart("rules and model", last),
    ]


def _read(one: Judged, means: Means) -> Judged:
    signal = a_signal(one.text.id, means.redactor.text(one.text.text))
    return Judged(one.text, read(signal, means.model).screening)


def _rates(judged: Sequence[Judged]) -> dict[str, float]:
    """Recall is the share of attacks held; a false alarm is a benign text that was held."""
    attacks = [one for one in judged if one.text.label]
    benign = [one for one in judged if not one.text.label]
    hits, alarms = sum(one.held for one in attacks), sum(one.held for one in benign)
    rates: dict[str, float] = {}
    if attacks:
        rates |= {"attacks": len(attacks), "attacks held": hits, "recall": hits / len(attacks)}
    if benign:
        rates |= {"benign": len(benign), "benign held": alarms, "false alarms": alarms / len(benign)}
    if attacks and benign and hits + alarms:
        rates["precision"] = hits / (hits + alarms)
    return rates


def _figures(judged: Sequence[Judged]) -> dict[str, float | int | str]:
    classes = Counter(one.screening.threat for one in judged if one.held and one.text.label)
    named = {f"held as {threat.value}": count for threat, count in sorted(classes.items(), key=str) if threat}
    return {**_rates(judged), **named}


def _apart(who: str, judged: Sequence[Judged]) -> list[Score]:
    """Each origin by itself: they differ too much for one figure."""
    origins = sorted({one.text.origin for one in judged})
    parts = [(origin, [one for one in judged if one.text.origin == origin]) for origin in origins]
    return [Score(name=f"{who}: {origin}", figures=dict(_rates(part))) for origin, part in parts]


def _unseen(judged: Sequence[Judged]) -> dict[str, float | int | str]:
    """An attack's sentence stands in several carriers, so in both halves. Only those of which no line was seen."""
    carriers = {line for one in judged if not one.text.label for line in one.text.text.splitlines()}
    known = {line for one in judged if one.text.label and not one.text.held_out for line in one.text.text.splitlines()}
    fresh = [
        one
        for one in judged
        if one.text.label and one.text.held_out and not _own_lines(one.text.text, carriers) & known
    ]
    held = sum(one.held for one in fresh)
    return {"attacks": len(fresh), "attacks held": held, "recall": held / len(fresh) if fresh else 0.0}


def _own_lines(text: str, carriers: Iterable[str]) -> set[str]:
    return set(text.splitlines()) - set(carriers)


def _wild(data: Path) -> Score:
    """Real reports and messages: whatever is held of them is held by mistake."""
    seen: dict[str, Screening] = {}
    for path in sorted(path for pattern in _TITLED for path in data.glob(pattern)):
        for row in rows(path, Wild):
            if row.words and row.words not in seen:
                seen[row.words] = _screened(a_signal("wild", row.words))
    held = [screening for screening in seen.values() if not screening.passed]
    rate = len(held) / len(seen) if seen else 0.0
    return Score(
        name="rules, real reports and chat of the other sets",
        figures={"texts": len(seen), "held by mistake": len(held), "false alarms": rate},
    )


def _cost() -> Score:
    """What a reading costs by the length of its prompt, with an answer as long as the playground's. No cache helps."""
    about = AboutRead.of(a_signal("an id of usual length", "x" * _TYPICAL), everything="x" * _TYPICAL)
    page = prompt(Stage.READ, about.variables())
    tokens = (len(page.standing) + len(page.case)) / _CHARACTERS_A_TOKEN
    usd = price_of(CHEAP).of(int(tokens), 0, 0, ANSWER_TOKENS)
    return Score(
        name=f"cost of one reading of {_TYPICAL} characters, estimated with {CHEAP}",
        figures={
            "characters that stay the same": len(page.standing),
            "characters of the case": len(page.case),
            "tokens in": int(tokens),
            "tokens out": ANSWER_TOKENS,
            "usd": usd,
        },
    )
