"""`signalbox evals KIND --data DIR`: measure, print a table, keep the figures."""

from __future__ import annotations

import importlib
import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from agents.terms import Limits
from bot.encoders import encoder_of
from bot.ending import last_words
from evals.ablation import Part
from evals.engines import Variation, models_in_use
from evals.runs import Engine, Inputs, Score, keep
from storage.errors import SignalboxError

cli = typer.Typer(add_completion=False, pretty_exceptions_enable=False, help=__doc__)


class Kind(StrEnum):
    """What can be measured. Each is a module of this package with a function `evaluate`."""

    GROUPING = "grouping"
    SCREENING = "screening"
    REDACTION = "redaction"
    CHATTER = "chatter"
    REVIEW = "review"


Data = Annotated[Path, typer.Option(help="The folder with the data sets.", exists=True, file_okay=False)]
Judge = Annotated[Engine, typer.Option(help="What judges.")]
Out = Annotated[Path, typer.Option(help="Where the figures are kept.")]
Replies = Annotated[
    Path | None,
    typer.Option(
        help="grouping, screening, review: a folder of judgments: `kept` answers from it, `claude` writes to it."
    ),
]
Timeout = Annotated[
    float | None, typer.Option(help="grouping, screening, review by Claude: seconds to wait for one reply.", min=1)
]
Without = Annotated[Part | None, typer.Option(help="Grouping by the offline engine without this part.")]
Sentences = Annotated[
    str, typer.Option(help='Grouping with a sentence transformer: its folder, or "download", as SIGNALBOX_SENTENCES.')
]
Server = Annotated[
    str,
    typer.Option(help="Grouping on PostgreSQL: the address of a database; others are made beside it, and dropped."),
]
_OUT = Path("var/evals")


def _variation(kind: Kind, engine: Engine, told: Variation) -> Variation | None:
    """What is unusual about this run, if anything. Raises BadParameter for what does not fit together."""
    if told == Variation():
        return None
    if kind not in {Kind.GROUPING, Kind.SCREENING, Kind.REVIEW}:
        raise typer.BadParameter("Only --data, --engine, --runs and --out are for this. Leave out the others.")
    if (told.sentences or told.server) and kind is not Kind.GROUPING:
        raise typer.BadParameter("--sentences and --server are for grouping: leave them out.")
    if told.without is not None and (kind is not Kind.GROUPING or engine is not Engine.OFFLINE):
        raise typer.BadParameter("--without is for grouping by the offline engine: leave it out.")
    return told


def _measure(kind: Kind) -> None:
    """Add the command of one kind."""

    @cli.command(name=kind.value)
    def main(  # noqa: PLR0917 options of a command line
        data: Data,
        engine: Judge = Engine.OFFLINE,
        runs: Annotated[int, typer.Option(help="How often; models differ from run to run.", min=1)] = 1,
        out: Out = _OUT,
        replies: Replies = None,
        timeout: Timeout = None,
        without: Without = None,
        sentences: Sentences = "",
        server: Server = "",
    ) -> None:
        """Measure this kind of judgment on labelled data, print the figures, and keep them with what produced them."""
        started = time.monotonic()
        module: Any = importlib.import_module(f"evals.{kind.value}")
        variation = _variation(kind, engine, Variation(replies, without, timeout, sentences, server))
        more = () if variation is None else (variation,)
        scores: list[Score] = module.evaluate(data, engine, runs, *more)
        seconds = time.monotonic() - started
        inputs = Inputs(
            engine=engine,
            data=data,
            runs=runs,
            models=models_in_use(engine),
            seconds=seconds,
            without=without or "",
            encoder=encoder_of(sentences),
            database="postgresql" if server else "sqlite",
        )
        _print(scores, keep(kind.value, scores, inputs, out), seconds)


for _kind in Kind:
    _measure(_kind)


@cli.command(name="research")
def _research(  # noqa: PLR0917 options of a command line
    data: Data,
    clones: Annotated[Path, typer.Option(help="Clones of the cases' repositories, as owner+name.", exists=True)],
    engine: Judge = Engine.CLAUDE,
    cases: Annotated[int, typer.Option(help="How many of the cases, from the first; 0: all.", min=0)] = 0,
    only: Annotated[list[str] | None, typer.Option(help="Cases whose name holds this; may be given again.")] = None,
    record: Annotated[Path | None, typer.Option(help="Keep the model's replies here.")] = None,
    replay: Annotated[Path | None, typer.Option(help="Play the replies kept here; no model is asked.")] = None,
    timeout: Annotated[float, typer.Option(help="Seconds to wait for one reply.", min=1)] = 300.0,
    at_once: Annotated[int, typer.Option(help="How many cases at the same time.", min=1)] = 1,
    steps: Annotated[int, typer.Option(help="Turns a case may take at most.", min=1)] = Limits().steps,
    work: Annotated[Path, typer.Option(help="Checkouts and environments; kept for the next run.")] = _OUT / "research",
    out: Out = _OUT,
) -> None:
    """Research real bugs whose faulty file is known, with the real stage in its sandbox; keep every run in a file."""
    research = importlib.import_module("evals.research")
    limits = Limits().model_copy(update={"steps": steps})
    course = research.Course(work, clones, cases, tuple(only or ()), record, replay, timeout, at_once, limits)
    started = time.monotonic()
    scores, ran = research.evaluate(data, engine, course)
    seconds = time.monotonic() - started
    models = {} if replay else models_in_use(engine)
    inputs = Inputs(engine=engine, data=data, runs=1, models=models, seconds=seconds)
    path = keep("research", scores, inputs, out)
    research.keep_cases(ran, path.with_suffix(""))
    _print(scores, path, seconds)


def _print(scores: list[Score], path: Path, seconds: float) -> None:
    console = Console()
    for score in scores:
        console.print(_table(score))
    console.print(f"{seconds:.0f} s; kept in {path}", highlight=False)


def _table(score: Score) -> Table:
    table = Table("figure", "value", title=score.name, title_justify="left")
    for name, value in score.figures.items():
        table.add_row(name, f"{value:.4f}" if isinstance(value, float) else str(value))
    return table


def main() -> None:
    """Obey the command line; what cannot be done is one sentence and exit code 1."""
    try:
        cli(prog_name="signalbox evals")
    except SignalboxError as error:
        typer.echo(last_words(error, "signalbox evals"), err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
