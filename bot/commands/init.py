"""`signalbox init`: the files that a person fills in, to begin with."""

from __future__ import annotations

import os
from pathlib import Path

import typer

from agents.errors import BadSettings
from bot.settings import environment
from bot.slack.manifest import FILE as MANIFEST

_EXAMPLES = Path(__file__).parent.parent / "examples"  # links to those at the top, which a wheel has as files
_SECRET, _PLAIN = 0o600, 0o644


def init() -> None:
    """Write signalbox.toml, .env and manifest.yml into this folder, to be filled in; nothing that is there is changed.

    The policy goes where SIGNALBOX_POLICY says, if it is set.
    """
    policy = Path(environment().get("SIGNALBOX_POLICY") or "signalbox.toml")
    _write(Path("manifest.yml"), MANIFEST, "for Slack: Create new app, From a manifest", _PLAIN)
    _write(Path(".env"), _EXAMPLES / "env.example", "secrets and addresses; only you may read it", _SECRET)
    _write(policy, _EXAMPLES / "signalbox.example.toml", "what the bot may do: an example, to be changed", _PLAIN)
    typer.echo("Fill them in, then type `signalbox doctor`: it says what is missing.")


def _write(path: Path, example: Path, what_for: str, mode: int) -> None:
    try:
        with open(path, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
            file.write(example.read_bytes())
    except FileExistsError:
        typer.echo(f"{path}: is there already, and stays as it is.")
    except OSError as error:
        raise BadSettings(
            f"{path.absolute()} cannot be written ({error.strerror}); do it in a folder of yours."
        ) from error
    else:
        typer.echo(f"{path}: written; {what_for}.")
