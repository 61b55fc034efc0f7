"""PostgreSQL's index over the signals' vectors, where the server has the extension pgvector and lets us switch it on.

Without it everything works, and each process keeps the vectors in its memory. `signalbox migrate` looks each time, so
whoever installs the extension later only has to migrate again; the vectors that are there already are put in.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from storage.migrations.scope import VECTOR_INDEX, VECTOR_TABLE
from storage.vector_index import WIDTH

_LEAST = (0, 7)  # the first version of pgvector that has half precision
_AT_ONCE = 5_000
_MAKE = (
    f"""CREATE TABLE {VECTOR_TABLE} (
        signal_id integer CONSTRAINT pk_signal_vector PRIMARY KEY
            CONSTRAINT fk_signal_vector_signal_id_signal REFERENCES signal (id) ON DELETE CASCADE,
        room varchar NOT NULL, embedding halfvec({WIDTH}) NOT NULL)""",
    f"ALTER TABLE {VECTOR_TABLE} ALTER COLUMN embedding SET STORAGE PLAIN",
    f"CREATE INDEX ix_signal_vector_room ON {VECTOR_TABLE} (room) WHERE room <> ''",
    """CREATE OR REPLACE FUNCTION forget_signal_vector() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN DELETE FROM signal_vector WHERE signal_id = new.id; RETURN NULL; END $$""",
    f"""CREATE TRIGGER forget_{VECTOR_TABLE} AFTER UPDATE OF vector ON signal FOR EACH ROW
        WHEN (new.vector IS NULL AND old.vector IS NOT NULL) EXECUTE FUNCTION forget_{VECTOR_TABLE}()""",
)
_INDEX = (
    f"CREATE INDEX {VECTOR_INDEX} ON {VECTOR_TABLE} USING hnsw (embedding halfvec_cosine_ops) "
    "WITH (m = 12, ef_construction = 48) WHERE room = ''"
)


def make_vector_search(connection: Connection) -> bool:
    """Make the table and its index unless they are there; whether they are there now."""
    if connection.dialect.name != "postgresql":
        return False
    if connection.execute(text(f"SELECT to_regclass('{VECTOR_TABLE}') IS NOT NULL")).scalar():
        return True
    if not _switched_on(connection):
        return False
    connection.exec_driver_sql("SET LOCAL maintenance_work_mem = '1GB'")  # of which an empty index takes nothing
    for statement in _MAKE:
        connection.exec_driver_sql(statement)
    _fill(connection)
    connection.exec_driver_sql(_INDEX)
    return True


def drop_vector_search(connection: Connection) -> None:
    """Take it away. The extension stays: others may use it."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS forget_{VECTOR_TABLE} ON signal")
        connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS forget_{VECTOR_TABLE}")
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {VECTOR_TABLE}")


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


def _fill(connection: Connection) -> None:
    """Put in the vectors of the signals that were there before."""
    last = 0
    asked = text(
        "SELECT id, CASE WHEN visibility = 'private' THEN channel ELSE '' END, vector FROM signal "
        "WHERE id > :last AND octet_length(vector) = :wide ORDER BY id LIMIT :most"
    )
    while rows := connection.execute(asked, {"last": last, "wide": 4 * WIDTH, "most": _AT_ONCE}).fetchall():
        driver: Any = connection.connection  # psycopg's own: SQLAlchemy knows no COPY
        with driver.cursor() as cursor, cursor.copy(f"COPY {VECTOR_TABLE} FROM STDIN") as copy:
            for signal_id, room, vector in rows:
                numbers = np.frombuffer(vector, "<f4").tolist()
                copy.write_row((signal_id, room, "[" + ",".join(f"{number:.6g}" for number in numbers) + "]"))
        last = rows[-1][0]
