"""`signalbox outcomes` over a real database."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from bot.cli import command_line
from storage.store import Store
from tests.factories import a_signal


def test_people_see_a_table_and_machines_the_same_as_json(sqlite_url: str, sqlite_store: Store, tmp_path: Path) -> None:
    a_signal(sqlite_store, filed=True, source="shop\x1berrors")
    environment = {"DATABASE_URL": sqlite_url, "SIGNALBOX_HOME": str(tmp_path)}

    def ask(*words: str) -> str:
        return CliRunner().invoke(command_line(["outcomes"]), ["outcomes", *words], env=environment).stdout

    heading, line = ask("--by", "source").splitlines()
    assert heading.split()[:3] == ["source", "opened", "returned"]
    assert line.split()[:3] == ["shop", "errors", "1"]
    assert json.loads(ask("--json"))["outcomes"]["all"]["opened"] == 1


def test_where_nothing_came_of_anything_a_sentence_says_so(
    sqlite_url: str, sqlite_store: Store, tmp_path: Path
) -> None:
    assert sqlite_store.reports.all() == []
    environment = {"DATABASE_URL": sqlite_url, "SIGNALBOX_HOME": str(tmp_path)}

    said = CliRunner().invoke(command_line(["outcomes"]), ["outcomes", "--by", "repository"], env=environment).stdout
    assert said == "Nothing came of any report in that time; a longer `--since`, such as 90d, looks further back.\n"
