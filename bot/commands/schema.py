"""`signalbox schema`."""

from __future__ import annotations

import json

import typer

from bot.sources.webhooks.schema import json_schema


def schema() -> None:
    """Print the JSON Schema of what webhooks may send; docs/signals.schema.json holds it."""
    typer.echo(json.dumps(json_schema(), indent=2))
