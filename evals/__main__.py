"""`python -m evals KIND --data DIR`: measure, print a table, keep the figures."""

from __future__ import annotations

import importlib
import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from evals.engines import models_in_use
from evals.runs import Engine, Inputs, Score, keep

cli = typer.Typer(add_completion=False, pretty_exceptions_enable=False, help=__doc__)


class Kind(StrEnum):
    """What can be measured. Each is a module of this package with a function `evaluate`."""

    GROUPING = "grouping"
    SCREENING = "screening"
    REDACTION = "redaction"
    CHATTER = "chatter"


@cli.command()
def main(
    kind: Annotated[Kind, typer.Argument(help="What to measure.")],
    data: Annotated[Path, typer.Option(help="The folder with the data sets.", exists=True, file_okay=False)],
    engine: Annotated[Engine, typer.Option(help="What judges.")] = Engine.OFFLINE,
    runs: Annotated[int, typer.Option(help="How often; models differ from run to run.", min=1)] = 1,
    out: Annotated[Path, typer.Option(help="Where the figures are kept.")] = Path("var/evals"),
) -> None:
    """Measure one kind of judgment on labelled data, print the figures, and keep them with what produced them."""
    started = time.monotonic()
    module: Any = importlib.import_module(f"evals.{kind.value}")
    scores: list[Score] = module.evaluate(data, engine, runs)
    seconds = time.monotonic() - started
    inputs = Inputs(engine=engine, data=data, runs=runs, models=models_in_use(engine), seconds=seconds)
    path = keep(kind.value, scores, inputs, out)
    console = Console()
    for score in scores:
        console.print(_table(score))
    console.print(f"{seconds:.0f} s; kept in {path}", highlight=False)


def _table(score: Score) -> Table:
    table = Table("figure", "value", title=score.name, title_justify="left")
    for name, value in score.figures.items():
        table.add_row(name, f"{value:.4f}" if isinstance(value, float) else str(value))
    return table


if __name__ == "__main__":
    cli()
