"""What of a source could not be read is noted, and said once in the log; the status and the doctor go on saying it."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from agents.redaction.redact import Redactor
from bot.sources.source import Pulled
from storage.raw import RawSignal
from storage.store import Store

log = structlog.get_logger()

_ASIDE = "an item was put aside because it could not be read"


def note(store: Store, redactor: Redactor, source: str, pulled: Pulled, raws: Sequence[RawSignal]) -> None:
    """Note it before the cursor moves on: doing that twice does no harm. `raws` are what could be read, redacted."""
    unread = [
        each.model_copy(update={"name": redactor.name(each.name), "why": redactor.text(each.why)})
        for each in pulled.unread
    ]
    lacking = redactor.text(" ".join(pulled.lacking))
    read = {raw.external_id for raw in raws} - {each.name for each in unread if each.in_part}
    news, is_news = store.cursors.note(source, unread=unread, read=read, lacking=lacking)
    for each in news:
        what = "an item was taken in, but not whole" if each.in_part else _ASIDE
        log.warning(what, source=source, item=each.name, why=each.why)
    if is_news:
        log.warning("a part of a source is not read", source=source, why=lacking)
