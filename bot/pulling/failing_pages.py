"""In how many pulls which item's own page failed: a row, so that a restart or another process goes on counting."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import TypeAdapter, ValidationError

from bot.sources.source import CountsPages, Source
from storage.columns import now
from storage.store import Store

PAGES_OF = "pages:"  # begins the name of the cursor that keeps the count
_KEPT = dt.timedelta(days=14)  # so long after the last change
_COUNT = TypeAdapter(dict[str, int])


@contextmanager
def counted(store: Store, name: str, source: Source) -> Iterator[None]:
    """Let a source count on from where the last pull was, whoever made it; what it counted is kept however it ends."""
    if not isinstance(source, CountsPages):
        yield
        return
    before = _known(store, name)
    source.failing.clear()
    source.failing.update(before)
    try:
        yield
    finally:
        if source.failing != before:
            store.cursors.advance(f"{PAGES_OF}{name}", _COUNT.dump_json(source.failing).decode(), [])


def _known(store: Store, name: str) -> dict[str, int]:
    row = store.cursors.get(f"{PAGES_OF}{name}")
    try:
        return _COUNT.validate_json(row.value) if row.value and row.moved_at > now() - _KEPT else {}
    except ValidationError:
        return {}
