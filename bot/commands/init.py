"""`signalbox init`: the files to begin with, by asking a person for what stands in them, or to be filled in."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from agents.errors import BadSettings
from bot.doctor.examination import examine
from bot.log import configure_logging
from bot.settings import environment
from bot.setup.answers import Answers
from bot.setup.asking import Asking, Terminal
from bot.setup.interview import Interview
from bot.setup.variables import is_open_to_others, of_this_shell
from bot.slack.manifest import FILE as MANIFEST

_EXAMPLES = Path(__file__).parent.parent / "examples"  # links to those at the top, which a wheel has as files
_SECRETS = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "ANTHROPIC_API_KEY", "GITHUB_TOKEN", "SENTRY_TOKEN")
_SECRET, _PLAIN = 0o600, 0o644


def init(
    *,
    examples: Annotated[
        bool, typer.Option("--examples", help="Ask nothing; write files to be filled in, and manifest.yml.")
    ] = False,
) -> None:
    """Ask for what the bot needs, try it, and write .env and signalbox.toml into this folder.

    A policy that is there stays, but for a repository where it names none, and in .env only what is refused is
    replaced. The policy goes where SIGNALBOX_POLICY says, if it is set. Without a terminal, the same as --examples.
    """
    policy = Path(environment().get("SIGNALBOX_POLICY") or "signalbox.toml")
    if not examples:
        if sys.stdin is not None and sys.stdin.isatty():
            _ask(policy)
            return
        typer.echo("Nobody can be asked here, where there is no terminal; so there are files to fill in.")
    _write(Path("manifest.yml"), MANIFEST, "for Slack: Create new app, From a manifest", _PLAIN)
    _write(Path(".env"), _EXAMPLES / "env.example", "secrets and addresses; only you may read it", _SECRET)
    _write(policy, _EXAMPLES / "signalbox.example.toml", "what the bot may do: an example, to be changed", _PLAIN)
    typer.echo("Fill them in, then type `signalbox doctor`: it says what is missing.")


def _ask(policy: Path) -> None:
    configure_logging(libraries=False)  # a traceback that is written otherwise shows what its frames hold
    asking = Terminal()
    try:
        answers = Interview(asking, policy).hold()
    except (typer.Abort, KeyboardInterrupt):
        asking.say()
        raise BadSettings(
            "Stopped. Tokens that were found good are kept in .env; `signalbox init` asks for what is missing."
        ) from None
    with suppress(typer.Abort, KeyboardInterrupt):  # all is written by now
        if asking.agrees("\nShall the doctor look at all of it?", default=True):
            for finding in examine():
                asking.show(finding)
    _say_what_is_next(asking, answers)


def _say_what_is_next(asking: Asking, answers: Answers | None) -> None:
    asking.say("\nNext:")
    rooms = dict.fromkeys((answers.channel, answers.report_to)) if answers else ()
    for room in rooms:
        if not room.is_member:
            asking.say(f"  in Slack, in #{room.name}: /invite @signalbox")
    if is_open_to_others():
        asking.say("  chmod 600 .env             others on this machine may read your tokens")
    if unseen := of_this_shell(_SECRETS):
        asking.say(f"  {', '.join(unseen)}: set in this shell alone; put into .env what a service shall see")
    if answers is None or answers.repository is not None:
        asking.say(
            "  signalbox doctor --tests   clones the repository and runs its tests in the sandbox, as a fix will"
        )
    asking.say("  signalbox run              starts the bot")
    asking.say("More sources, approvers by repository, limits: docs/install.md, and the file signalbox.example.toml.")


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
