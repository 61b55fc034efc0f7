"""Migrations: the tables they make are those the models describe, whoever makes them and however many at once."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import inspect, text

from storage.database import alembic_config, is_current, migrate, open_store
from storage.errors import DatabaseDown
from storage.migrations.text_search import TRIGGERS
from storage.store import Store


def migrate_and_tell(url: str, answers: multiprocessing.Queue[str]) -> None:
    try:
        migrate(url)
        answers.put("")
    except Exception as error:  # noqa: BLE001 it is told to the test
        answers.put(f"{type(error).__name__}: {error}")


def tables(store: Store) -> set[str]:
    return set(inspect(store.engine).get_table_names())


def test_models_and_migrations_say_the_same(store: Store) -> None:
    with store.engine.connect() as connection:
        command.check(alembic_config(connection))  # raises when a migration would have something to do
    assert is_current(store)


def test_a_database_without_tables_is_not_current(empty_url: str) -> None:
    assert not is_current(open_store(empty_url))


def test_migrating_again_changes_nothing(store: Store, database_url: str) -> None:
    store.switches.put("paused", True, by="U1")
    migrate(database_url)
    assert store.switches.on("paused")


def test_two_processes_migrate_an_empty_database_at_once(empty_url: str) -> None:
    spawn = multiprocessing.get_context("spawn")
    answers = spawn.Queue()
    processes = [spawn.Process(target=migrate_and_tell, args=(empty_url, answers)) for _ in range(2)]
    for process in processes:
        process.start()
    said = [answers.get(timeout=60) for _ in processes]
    for process in processes:
        process.join(60)

    assert said == ["", ""]
    store = open_store(empty_url)
    assert is_current(store)
    assert store.filing.epoch() == 0
    store.close()


def test_tables_of_a_newer_version_are_left_alone_with_a_sentence(store: Store, database_url: str) -> None:
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0999'"))

    with pytest.raises(DatabaseDown, match=r"newer Signalbox \(step 0999\).* run that version again"):
        migrate(database_url)

    assert is_current(store) is False


def test_a_step_back_to_nothing_leaves_nothing(store: Store, database_url: str) -> None:
    with store.engine.execution_options(signalbox_writing=True).begin() as connection:
        command.downgrade(alembic_config(connection), "base")
    assert tables(store) == {"alembic_version"}
    migrate(database_url)
    assert is_current(store)


def test_full_text_search_has_its_three_triggers(sqlite_store: Store) -> None:
    with sqlite_store.engine.connect() as connection:
        names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
    assert sorted(names) == sorted(TRIGGERS)
    assert len(names) == 3


def test_full_text_search_has_its_column_and_index_on_postgresql(postgres_url: str) -> None:
    store = open_store(postgres_url)
    columns = {column["name"]: column for column in inspect(store.engine).get_columns("signal")}
    indexes = {index["name"] for index in inspect(store.engine).get_indexes("signal")}
    store.close()
    assert "computed" in columns["words_tsv"]
    assert "ix_signal_words_tsv" in indexes


def test_a_migration_that_fails_leaves_the_tables_as_they_were(sqlite_url: str) -> None:
    store = open_store(sqlite_url)
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    with pytest.raises(DatabaseDown, match="already exists"):
        migrate(sqlite_url)
    assert "worker" in tables(store)
    store.close()


def test_a_path_with_a_per_cent_sign_and_no_folder_yet_is_migrated(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'var' / '100% new' / 'signalbox.db'}"
    migrate(url)
    assert is_current(open_store(url))
