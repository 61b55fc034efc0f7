"""`signalbox pull`: read a source now, look at what it would bring, or read it back to a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from agents.errors import BadSettings
from agents.gathering.weighing import Intake
from agents.means import Basis
from bot import breaker
from bot.ending import without_promise
from bot.log import configure_logging
from bot.models import is_offline
from bot.policy import read_policy
from bot.pulling.backfill import Reader, Seen, moment_of
from bot.pulling.pulls import Puller
from bot.redaction import redactor_of
from bot.settings import Settings, read_settings
from bot.sources import ALL_KINDS, KINDS, open_sources
from bot.sources.naming import named_in_vain
from storage.columns import now
from storage.database import migrate, open_store

_TITLE = 100  # characters of a title in a preview


def pull(
    source: Annotated[str, typer.Argument(help="The source's name in the policy file.")],
    since: Annotated[
        str, typer.Option(help="Read it back to this day (2026-11-01) or for this long (7d), resumably.")
    ] = "",
    preview: Annotated[bool, typer.Option("--preview", help="Only say what it would bring; keep nothing.")] = False,  # noqa: FBT002 typer's way to declare a flag
) -> None:
    """Pull one source now, look at what it would bring (--preview), or read it back (--since)."""
    settings = read_settings()
    configure_logging(settings.signalbox_log)
    puller, reader = puller_of(settings, source)
    console = Console(highlight=False, soft_wrap=True)
    if preview:
        seen = reader.preview(moment_of(since, now()) if since else None)
        _show(console, source, seen)
        for sentence in named_in_vain(reader.source):
            console.print(f"{source}: {sentence}", markup=False)
    elif since:
        _backfill(console, reader, since)
    else:
        _pull(console, puller, source)


def puller_of(settings: Settings, source: str) -> tuple[Puller, Reader]:
    """What pulls one source at a person's wish, without Slack; digests are left to a worker's sweep.

    Raises BadSettings for a source that is not in the policy, or is not pulled.
    """
    policy = read_policy(settings.signalbox_policy, ALL_KINDS)
    pulled = {name: terms for name, terms in policy.sources.items() if terms.kind in KINDS}
    terms = pulled.get(source)
    if terms is None:
        known = ", ".join(pulled) or "none"
        raise BadSettings(
            f"There is no source {source!r} that is pulled in {settings.signalbox_policy}; there are: {known}."
        )
    sources = open_sources({source: terms}, settings)
    redactor = redactor_of(settings)  # makes the folder that a file of the database may be in
    migrate(settings.database)
    store = open_store(settings.database)
    later = _LeftToTheSweep()
    researches = not is_offline(settings, policy.models)
    intake = Intake(Basis(store=store, policy=policy, messenger=later, nudge=later, researches=researches))
    puller = Puller(store, sources, pulled, redactor, intake)
    return puller, Reader(source, sources[source], terms, store, redactor, intake)


class _LeftToTheSweep:
    """The ports Nudge and Messenger, where no job engine runs."""

    def publish(self, report_id: int) -> None: ...
    def signal(self, signal_id: int) -> None: ...
    def report(self, report_id: int) -> None: ...


def _pull(console: Console, puller: Puller, source: str) -> None:
    brought = puller.pull_now(source)
    cursor = puller.store.cursors.get(source)
    console.print(f"{brought} signals are new.", markup=False)
    troubled = without_promise(breaker.how_it_is(cursor, now()))
    unread = (cursor.lacking, breaker.what_was_put_aside(cursor))
    for sentence in (troubled, *unread, breaker.what_was_left_out(cursor)):
        if sentence:
            console.print(f"{source}: {sentence}", markup=False)
    if cursor.trouble:
        again = f"Put that right, then type `signalbox pull {source}` again; a bot that runs reads it again by itself."
        console.print(again, markup=False)
        raise typer.Exit(1)


def _backfill(console: Console, reader: Reader, since: str) -> None:
    unfinished = reader.left_unfinished()
    if unfinished is not None and unfinished.asked == since:
        console.print(f"Going on where it was stopped, after {unfinished.read} signals.", markup=False)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[said]}"), TimeElapsedColumn())
    read = fresh = 0
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(reader.name, total=1.0, said="")
        for progress in reader.backfill(since):
            read, fresh = progress.read, progress.fresh
            bar.update(task, completed=progress.part, said=f"{read} read, {fresh} new")
        bar.update(task, completed=1.0)
    console.print(f"{read} signals were read, {fresh} of them are new or changed; a worker digests them.", markup=False)


def _show(console: Console, source: str, seen: Sequence[Seen]) -> None:
    table = Table("", "weight", "when", "title", box=None, pad_edge=False)
    for each in seen:
        when = each.raw.happened_at.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M")
        title = " ".join((each.raw.title or each.raw.body).split())[:_TITLE]
        table.add_row("takes" if each.taken else "leaves out", f"{each.weight:.2f}", when, _plain(title))
    console.print(table)
    left_out = sum(not each.taken for each in seen)
    rest = f", of which the first pull leaves out {left_out} (first_day)" if left_out else ""
    console.print(f"{source} would bring {len(seen)} signals{rest}. Nothing was kept.", markup=False)


def _plain(text: str) -> str:
    """Foreign words, without anything that a terminal or rich would obey."""
    return "".join(char if char.isprintable() else " " for char in text).replace("[", "\\[")
