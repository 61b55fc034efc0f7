"""Jobs that do not end: what the bot's engine has in its hands after a life."""

from __future__ import annotations

import time

from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from bot.durable.place import engine_url
from playground.people import Impatience

_LOOK = 0.2  # seconds
_ALIVE = "('PENDING', 'ENQUEUED', 'DELAYED', 'CANCELLED')"


def wait_for_jobs(database: str, patience: float) -> None:
    """Wait until every job that there is now has ended, well or badly. Raises Impatience, which names the others."""
    deadline = time.monotonic() + patience
    left = alive(database)
    while left := [job for job in left if job in alive(database)]:
        if time.monotonic() > deadline:
            raise Impatience(f"these jobs did not end within {patience:.0f} seconds: {', '.join(left)}")
        time.sleep(_LOOK)


def alive(database: str) -> list[str]:
    """The ids of the jobs that wait, run, or were interrupted; by the engine's own table."""
    url = engine_url(database)
    schema = "" if url.startswith("sqlite") else "dbos."
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"), poolclass=NullPool)
    try:
        with engine.connect() as connection:
            rows = connection.execute(
                text(f"SELECT workflow_uuid FROM {schema}workflow_status WHERE status IN {_ALIVE}")  # noqa: S608
            )
            return sorted(str(row[0]) for row in rows)
    except DBAPIError:
        return ["(the database does not answer)"]
    finally:
        engine.dispose()
