"""The files of an installation: nobody but the user we run as may read them."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.durable.place import prepare
from storage.database import migrate, open_store
from storage.engine import make_engine
from storage.errors import DatabaseDown
from storage.private_files import private_folder

OTHERS = """
import sqlite3, sys
for doing in ("SELECT count(*) FROM report", "CREATE TABLE made_by_others (word TEXT)"):
    other = sqlite3.connect(sys.argv[1])
    other.execute(doing)
    other.close()  # as the last of all connections, it would delete the journal
"""


def mode(path: Path) -> str:
    return f"{path.stat().st_mode & 0o777:o}"


def test_the_database_and_all_files_beside_it_are_ours_alone(tmp_path: Path) -> None:
    file = tmp_path / "home" / "signalbox.db"
    migrate(f"sqlite:///{file}")
    store = open_store(f"sqlite:///{file}")

    with store.engine.connect() as connection:
        connection.execute(text("SELECT count(*) FROM sqlite_master")).all()
        made = {each.name: mode(each) for each in file.parent.iterdir()}

    assert mode(file.parent) == "700"
    assert made == dict.fromkeys(("signalbox.db", "signalbox.db-wal", "signalbox.db-shm"), "600")


def test_the_engines_database_is_ours_alone(tmp_path: Path) -> None:
    file = tmp_path / "signalbox.db.jobs"
    prepare(f"sqlite:///{file}")
    assert mode(file) == "600"


def test_files_of_an_older_installation_are_closed_and_keep_what_they_hold(tmp_path: Path) -> None:
    file = tmp_path / "signalbox.db"
    with sqlite3.connect(file) as old:
        old.execute("CREATE TABLE kept (word TEXT)")
    file.chmod(0o644)
    tmp_path.chmod(0o755)

    with make_engine(f"sqlite:///{file}").connect() as connection:
        assert connection.execute(text("SELECT name FROM sqlite_master")).scalar() == "kept"

    assert mode(file) == "600"
    assert mode(tmp_path) == "755"  # it may be anybody's
    private_folder(tmp_path)
    assert mode(tmp_path) == "700"


def test_a_place_where_no_file_can_be_made_is_said_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DatabaseDown, match="DATABASE_URL"):
        make_engine(f"sqlite:///{tmp_path / 'file' / 'signalbox.db'}")


def test_a_database_that_is_opened_twice_in_a_process_keeps_its_journal_when_another_process_ends(
    tmp_path: Path,
) -> None:
    file = tmp_path / "signalbox.db"
    migrate(f"sqlite:///{file}")
    first = open_store(f"sqlite:///{file}")
    second = open_store(f"sqlite:///{file}")

    subprocess.run([sys.executable, "-c", OTHERS, str(file)], check=True)

    with first.engine.connect() as connection:
        assert connection.execute(text("SELECT name FROM sqlite_master WHERE name = 'made_by_others'")).scalar()
    first.close()
    second.close()


def test_a_folder_in_the_databases_place_is_said_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "signalbox.db").mkdir()
    with pytest.raises(DatabaseDown, match="DATABASE_URL"):
        make_engine(f"sqlite:///{tmp_path / 'signalbox.db'}")
