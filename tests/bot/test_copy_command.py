"""`signalbox copy` over real databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import command_line
from bot.commands.copy import has_been_run_on
from bot.durable.engine import Engine
from bot.durable.place import engine_url
from storage.errors import DatabaseDown
from storage.status import Status
from storage.store import Store
from tests.factories import a_report, a_signal


@pytest.fixture
def environment(sqlite_url: str, tmp_path: Path) -> dict[str, str]:
    return {"DATABASE_URL": sqlite_url, "SIGNALBOX_HOME": str(tmp_path), "COLUMNS": "80"}


def typed(environment: dict[str, str], target: str) -> Result:
    return CliRunner().invoke(command_line(["copy"]), ["copy", target], env=environment)


def test_it_says_what_came_over_and_what_begins_anew(
    environment: dict[str, str], postgres_url: str, sqlite_store: Store
) -> None:
    a_signal(sqlite_store)
    done, under_way = a_report(sqlite_store), a_report(sqlite_store, status=Status.AWAITING_FIX)

    told = typed(environment, postgres_url.replace("postgres:@", "postgres:geheim@"))

    assert told.exit_code == 0, told.output
    assert "rows were copied into postgresql://postgres:***@" in told.stdout
    assert "Name the new database in DATABASE_URL on every machine, then start." in told.stdout
    assert f"for {under_way.ref}: it begins anew there" in told.stdout
    assert done.ref not in told.stdout
    assert "geheim" not in told.output


def test_a_database_on_which_a_bot_has_run_is_refused(environment: dict[str, str], tmp_path: Path) -> None:
    """Its engine remembers jobs by their ids, and would not do those of the same ids again."""
    target = f"sqlite:///{tmp_path / 'other.db'}"
    Path(engine_url(target).removeprefix("sqlite:///")).touch()

    told = typed(environment, target)

    assert (told.exit_code, told.stdout) == (1, "")
    assert "A bot has run on sqlite:///" in told.stderr
    assert "Name a new database. Nothing was copied." in told.stderr


def test_an_engine_that_ran_is_seen_on_postgresql_too(postgres_url: str) -> None:
    assert not has_been_run_on(postgres_url)
    engine = Engine(postgres_url)
    engine.start(lambda *_: None)
    engine.stop()
    assert has_been_run_on(postgres_url)


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("signalbox", "The target is not an address; write sqlite:///path or postgresql://…"),
        ("mysql://u@h/x", "The target names mysql; only sqlite:///path and postgresql://… are supported."),
        ("postgresql://u:geheim@127.0.0.1:1/x", "The database postgresql://u:***@127.0.0.1:1/x does not answer"),
    ],
)
def test_a_target_that_is_none_is_said(environment: dict[str, str], target: str, sentence: str) -> None:
    told = typed(environment, target)
    assert told.exit_code == 1
    assert sentence in told.stderr
    assert "geheim" not in told.output
    with pytest.raises(DatabaseDown):
        has_been_run_on(target)
