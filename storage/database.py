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
from sqlalchemy.exc import DBAPIError

from storage.engine import make_engine, masked
from storage.errors import DatabaseDown
from storage.migrations.vector_search import make_vector_search
from storage.store import Store
from storage.transactions import WRITING

_MIGRATIONS = Path(__file__).parent / "migrations"
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
            raise DatabaseDown(
                f"The database {masked(url)} is damaged ({said}): stop everything, put a backup in its place, of the "
                "file ending in .jobs too, and start again (docs/runbook.md)."
            ) from error
        raise DatabaseDown(f"The database {masked(url)} does not answer: {said}. Check {check}.") from error
