"""PostgreSQL's index over the signals' vectors, where the server has the extension pgvector and lets us switch it on.

Without it everything works, and each process keeps the vectors in its memory. `signalbox migrate` looks each time, so
whoever installs the extension later only has to migrate again; the vectors that are there already are put in.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from storage.searching.vector_index import VECTOR_TABLES

_LEAST = (0, 7)  # the first version of pgvector that has half precision
_AT_ONCE = 5_000
_MAKE = (
    """CREATE TABLE {table} (
        signal_id integer CONSTRAINT pk_{table} PRIMARY KEY
            CONSTRAINT fk_{table}_signal_id_signal REFERENCES signal (id) ON DELETE CASCADE,
        room varchar NOT NULL, embedding halfvec({width}) NOT NULL)""",
    "ALTER TABLE {table} ALTER COLUMN embedding SET STORAGE PLAIN",
    "CREATE INDEX ix_{table}_room ON {table} (room) WHERE room <> ''",
    """CREATE OR REPLACE FUNCTION forget_{table}() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN DELETE FROM {table} WHERE signal_id = new.id; RETURN NULL; END $$""",
    """CREATE TRIGGER forget_{table} AFTER UPDATE OF vector ON signal FOR EACH ROW
        WHEN (octet_length(old.vector) = 4 * {width} AND octet_length(new.vector) IS DISTINCT FROM 4 * {width})
        EXECUTE FUNCTION forget_{table}()""",
)
_INDEX = (
    "CREATE INDEX ix_{table}_public ON {table} USING hnsw (embedding halfvec_cosine_ops) "
    "WITH (m = 12, ef_construction = 48) WHERE room = ''"
)


def make_vector_search(connection: Connection) -> None:
    """Make each width's table and its index unless they are there, where the server can."""
    if connection.dialect.name != "postgresql":
        return
    missing = {width: table for width, table in VECTOR_TABLES.items() if not _is_there(connection, table)}
    if not missing or not _switched_on(connection):
        return
    connection.exec_driver_sql("SET LOCAL maintenance_work_mem = '1GB'")  # of which an empty index takes nothing
    for width, table in missing.items():
        for statement in _MAKE:
            connection.exec_driver_sql(statement.format(table=table, width=width))
        _fill(connection, width, table)
        connection.exec_driver_sql(_INDEX.format(table=table))


def drop_vector_search(connection: Connection) -> None:
    """Take it away. The extension stays: others may use it."""
    if connection.dialect.name == "postgresql":
        for table in VECTOR_TABLES.values():
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS forget_{table} ON signal")
            connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS forget_{table}")
            connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table}")


def _is_there(connection: Connection, table: str) -> bool:
    return bool(connection.execute(text("SELECT to_regclass(:table) IS NOT NULL"), {"table": table}).scalar())


def _switched_on(connection: Connection) -> bool:
    """Whether the server has the extension in a version that will do, and we may use it."""
    asked = text("SELECT default_version FROM pg_available_extensions WHERE name = 'vector'")
    version = connection.execute(asked).scalar()
    if version is None or tuple(int(part) for part in version.split(".")[:2]) < _LEAST:
        return False
    try:
        with connection.begin_nested():
            connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS vector")
    except DBAPIError:
        return False  # this user may not; an administrator can do it, and then we migrate again
    return True


def _fill(connection: Connection, width: int, table: str) -> None:
    """Put in the vectors of the signals that were there before."""
    last = 0
    asked = text(
        "SELECT id, CASE WHEN visibility = 'private' THEN channel ELSE '' END, vector FROM signal "
        "WHERE id > :last AND octet_length(vector) = :wide ORDER BY id LIMIT :most"
    )
    while rows := connection.execute(asked, {"last": last, "wide": 4 * width, "most": _AT_ONCE}).fetchall():
        driver: Any = connection.connection  # psycopg's own: SQLAlchemy knows no COPY
        with driver.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
            for signal_id, room, vector in rows:
                numbers = np.frombuffer(vector, "<f4").tolist()
                copy.write_row((signal_id, room, "[" + ",".join(f"{number:.6g}" for number in numbers) + "]"))
        last = rows[-1][0]
