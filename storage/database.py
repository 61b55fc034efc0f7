"""The database: how it is opened and brought up to date."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DatabaseError, DBAPIError

from storage.engine import make_engine, masked
from storage.errors import DatabaseDown
from storage.migrations.vector_search import make_vector_search
from storage.store import Store
from storage.transactions import WRITING

_MIGRATIONS = Path(__file__).parent / "migrations"
JOBS = ".jobs"  # the end of the name of SQLite's second file, which is the engine's
_GOOD = "ok"  # SQLite's word
DAMAGED = ("not a database", "malformed")  # SQLite's words
_LOCK = 0x51_67_6E_61_6C  # of PostgreSQL: whoever migrates holds it


def open_store(url: str) -> Store:
    """The store at an address. Raises DatabaseDown when the database does not answer; looks at no table."""
    engine = make_engine(url)
    with reaching(engine, url), engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    return Store(engine)


def migrate(url: str) -> None:
    """Bring the tables up to date, or make them. Several processes may do it at once: one does, the others wait.

    All steps are one transaction: after a crash the tables are as they were. Raises DatabaseDown, also for tables that
    a newer version of the code has made.
    """
    engine = make_engine(url, foreign_keys=False)  # a step may have to rebuild a table that others refer to
    with reaching(engine, url), engine.execution_options(**{WRITING: True}).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        _refuse_newer(connection, url)
        command.upgrade(alembic_config(connection), "head")
        make_vector_search(connection)  # the server may have got pgvector since that step was taken
        if connection.dialect.name == "sqlite" and (
            fault := connection.execute(text("PRAGMA foreign_key_check")).first()
        ):
            raise DatabaseDown(f"The migration was taken back: it would leave a row of {fault[0]} without its parent.")
    engine.dispose()


def _refuse_newer(connection: Connection, url: str) -> None:
    steps = {step.revision for step in ScriptDirectory.from_config(alembic_config(connection)).walk_revisions()}
    if unknown := set(MigrationContext.configure(connection).get_current_heads()) - steps:
        raise DatabaseDown(
            f"The database {masked(url)} has the tables of a newer Signalbox (step {', '.join(sorted(unknown))}), "
            "which this one cannot read: run that version again, or restore the backup from before it."
        )


def is_current(store: Store) -> bool:
    """Whether the tables are those that this version of the code expects."""
    with reaching(store.engine, str(store.engine.url)), store.engine.connect() as connection:
        at = MigrationContext.configure(connection).get_current_heads()
        return set(at) == set(ScriptDirectory.from_config(alembic_config(connection)).get_heads())


def alembic_config(connection: Connection) -> Config:
    """What alembic's commands need to work on this connection."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


@contextmanager
def reaching(engine: Engine, url: str, check: str = "DATABASE_URL") -> Iterator[None]:
    """Turn what the driver says into a sentence, and leave no connection behind."""
    try:
        yield
    except DBAPIError as error:
        engine.dispose()
        said = " ".join(str(error.orig).split())[:300]
        if any(words in said for words in DAMAGED):
            raise DatabaseDown(_damaged(url, said)) from error
        raise DatabaseDown(f"The database {masked(url)} does not answer: {said}. Check {check}.") from error


def examine(url: str) -> None:
    """Have SQLite read all of its files. Raises DatabaseDown where one is damaged. Servers see to theirs themselves."""
    engine = make_engine(url)
    if engine.dialect.name != "sqlite":
        return
    jobs = Path(f"{engine.url.database}{JOBS}")
    try:
        with reaching(engine, url), engine.connect() as connection:
            if (said := _fault(connection, "main")) != _GOOD:
                raise DatabaseDown(_damaged(url, said))
            if jobs.exists() and (said := _fault(connection, "jobs", jobs)) != _GOOD:
                raise DatabaseDown(damaged_jobs(str(jobs), said))
    finally:
        engine.dispose()


def _fault(connection: Connection, schema: str, jobs: Path | None = None) -> str:
    """The first thing that SQLite finds wrong."""
    try:
        if jobs is not None:
            connection.execute(text("ATTACH :file AS jobs"), {"file": str(jobs)})
        said = str(connection.execute(text(f"PRAGMA {schema}.quick_check(1)")).scalar_one())
    except DatabaseError as error:
        said = str(error.orig)
    return " ".join(said.split())[:300]


def _damaged(url: str, said: str) -> str:
    return (
        f"The database {masked(url)} is damaged ({said}): stop everything, put a backup in its place, of the file "
        f"ending in {JOBS} too, remove those ending in -wal and -shm beside them, and start again (docs/runbook.md)."
    )


def damaged_jobs(file: str, said: str) -> str:
    """What to do about the engine's file, which may be lost."""
    return (
        f"{file}, which holds the jobs, is damaged ({said}): stop everything, move it away with those ending in -wal "
        "and -shm beside it, and start again. What waits is found by its report; only work that was under way begins "
        "anew."
    )
