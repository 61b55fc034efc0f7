"""Run by alembic on the connection that storage.database hands over, inside its transaction."""

from __future__ import annotations

from typing import Any

from alembic import context
from sqlmodel import SQLModel

import storage.groups
import storage.inquiries
import storage.linked
import storage.plumbing
import storage.records
import storage.run_rows
import storage.sleep
import storage.standing_rows
import storage.taking
import storage.tracked  # noqa: F401 with the others, it makes the tables known
from storage.migrations.scope import is_looked_at, is_modelled

connection: Any = context.config.attributes.get("connection")
if connection is None:
    raise RuntimeError(
        "Migrations run through `signalbox migrate`, or storage.database.migrate, and not by themselves."
    )

context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    include_object=is_modelled,
    include_name=is_looked_at,
)
with context.begin_transaction():
    context.run_migrations()
