"""The database: opened with its settings, or refused with a sentence."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from sqlalchemy import text

from storage.database import examine, migrate, open_store
from storage.errors import DatabaseDown, NotFound
from storage.store import Store
from tests.factories import a_raw_signal, a_report, a_signal
from tests.storage.together import together


def pragma(store: Store, name: str) -> object:
    with store.engine.connect() as connection:
        return connection.execute(text(f"PRAGMA {name}")).scalar()


def test_sqlite_writes_ahead_waits_for_others_and_checks_foreign_keys(sqlite_store: Store) -> None:
    settings = {name: pragma(sqlite_store, name) for name in ("journal_mode", "synchronous", "foreign_keys")}
    assert settings == {"journal_mode": "wal", "synchronous": 1, "foreign_keys": 1}
    assert pragma(sqlite_store, "busy_timeout") == 30_000


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("mysql://localhost/x", "names mysql"),
        ("nonsense", "not an address"),
        ("sqlite://", "names no file"),
        ("sqlite:////proc/nowhere/x.db", "cannot be made"),
        ("postgresql://u:geheim@127.0.0.1:1/x", r"u:\*\*\*@127.0.0.1:1/x does not answer"),
    ],
)
def test_an_address_that_cannot_be_used_is_a_sentence_without_the_password(url: str, sentence: str) -> None:
    with pytest.raises(DatabaseDown, match=sentence) as raised:
        open_store(url)
    assert "geheim" not in str(raised.value)


def test_a_file_that_is_no_database_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("these are notes, and many of them, so that no header is found" * 100)
    with pytest.raises(DatabaseDown, match="not a database"):
        migrate(f"sqlite:///{path}")


@pytest.mark.parametrize("prefix", ["postgresql://", "postgresql+psycopg://", "postgres://"])
def test_each_way_to_write_a_postgresql_address_is_understood(postgres_url: str, prefix: str) -> None:
    store = open_store(postgres_url.replace("postgresql://", prefix))
    assert store.signals.counts().total == 0
    store.close()


def test_a_database_without_tables_says_what_to_run(empty_url: str) -> None:
    store = open_store(empty_url)
    with pytest.raises(DatabaseDown, match="signalbox migrate"):
        store.signals.counts()
    store.close()


def test_what_is_not_there_is_a_sentence(store: Store) -> None:
    with pytest.raises(NotFound, match="no report 7"):
        store.reports.get(7)
    with pytest.raises(NotFound, match="no signal 7"):
        store.signals.get(7)


def test_rows_come_back_detached_and_changing_one_changes_nothing(store: Store) -> None:
    report = a_report(store)
    report.title = "something else"
    assert store.reports.get(report.id or 0).title == "The export fails"


def test_text_that_no_database_can_hold_loses_only_what_cannot_be_held(store: Store) -> None:
    report = a_report(store)
    store.reports.change(report.id or 0, note="before\x00after \ud83d é")
    assert store.reports.get(report.id or 0).note == "beforeafter ? é"


def test_a_method_is_one_transaction_that_leaves_nothing_when_it_fails(store: Store) -> None:
    signal = a_signal(store)
    raws = [a_raw_signal(), a_raw_signal(), a_raw_signal().model_copy(update={"severity": "dreadful"})]
    with pytest.raises(Exception, match="dreadful"):
        store.cursors.advance("sentry", "7", raws)
    assert [store.signals.counts().total, store.cursors.get("sentry").value] == [1, ""]
    assert store.signals.get(signal.id or 0).deliveries == 1


def test_many_threads_and_two_stores_write_at_once_and_nothing_is_lost(store: Store, database_url: str) -> None:
    other = open_store(database_url)
    report_id = a_report(store).id or 0
    calls = [
        lambda where=where, number=number: [
            where.reports.note(report_id, "word", f"U{number}", f"{number}.{line}") for line in range(5)
        ]
        for number in range(12)
        for where in (store, other)
    ]
    results = together(*calls)
    other.close()
    assert [result for result in results if isinstance(result, Exception)] == []
    assert len(store.reports.journal(report_id)) == 1 + 12 * 2 * 5
    assert store.reports.get(report_id).version == 2 + 12 * 2 * 5


def test_a_damaged_file_is_said_to_be_damaged_with_what_to_do(sqlite_url: str) -> None:
    with Path(sqlite_url.removeprefix("sqlite:///")).open("r+b") as file:
        file.write(b"garbage" * 3)

    for use in (migrate, open_store):
        with pytest.raises(DatabaseDown, match=r"is damaged .* put a backup in its place"):
            use(sqlite_url)


def test_damage_that_no_start_meets_is_found_when_all_is_read(sqlite_url: str) -> None:
    migrate(sqlite_url)
    examine(sqlite_url)
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    with file.open("r+b") as pages:  # the head of the last page alone: whoever opens the file reads the first ones
        pages.seek(-4096, os.SEEK_END)
        pages.write(b"garbage!" * 8)

    with pytest.raises(DatabaseDown, match=r"is damaged .* put a backup in its place"):
        examine(sqlite_url)


def test_a_damaged_file_of_jobs_is_found_when_all_is_read(sqlite_url: str) -> None:
    migrate(sqlite_url)
    Path(f"{sqlite_url.removeprefix('sqlite:///')}.jobs").write_bytes(b"garbage" * 300)

    with pytest.raises(DatabaseDown, match=r"holds the jobs, is damaged .* move it away"):
        examine(sqlite_url)


def test_a_database_that_may_only_be_read_says_so(postgres_url: str) -> None:
    store = open_store(
        f"{postgres_url}{'&' if '?' in postgres_url else '?'}options=-cdefault_transaction_read_only%3Don"
    )

    with pytest.raises(DatabaseDown, match="may only be read"):
        a_report(store)
    store.close()
