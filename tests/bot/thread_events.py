"""What Slack tells of a thread, and what a test asks of what was kept."""

from __future__ import annotations

import json

from sqlmodel import Session, select

from storage.judgments import Grouping, Screening
from storage.plumbing import InboxRow, SlackMessage
from storage.records import Signal
from storage.reports.filing import NewReport
from tests.bot.workplace import BOB, SOLAR, Workplace
from tests.factories import a_summary, a_vector

TOKEN = "ghp_0123456789abcdefghijABCDEFGHIJ012345"


def after(ts: str, seconds: float = 1.0) -> str:
    return f"{float(ts) + seconds:.6f}"


def everything(place: Workplace) -> str:
    """All words that are kept of Slack."""
    with Session(place.store.engine) as session:
        rows = [*session.exec(select(InboxRow)), *session.exec(select(SlackMessage)), *session.exec(select(Signal))]
        return json.dumps([row.model_dump(mode="json", exclude={"vector", "query_vectors"}) for row in rows])


def filed(place: Workplace, signal_id: int, revision: int | None = None) -> None:
    """File a signal that is there, as its digest would that has read this revision of it."""
    store, vector = place.store, a_vector(1.0, 0.0)
    signal = store.signals.get(signal_id)
    store.signals.describe(signal_id, Screening(), a_summary(), vector, vector, revision)
    new = NewReport(title="The export fails", gist="g", subject=signal.external_id, channel=SOLAR,
                    visibility=signal.visibility)  # fmt: skip
    store.filing.file(
        signal_id, report_id=None, grouping=Grouping(reason="alone"), candidates=(), epoch=store.filing.epoch(),
        weight=1.0, keys=(), new_report=new, step=f"test:{signal_id}/file",
        revision=revision,
    )  # fmt: skip


def message(ts: str, text: str, user: str = BOB, **fields: str) -> dict[str, str]:
    return {
        "type": "message",
        "channel": SOLAR,
        "channel_type": "channel",
        "user": user,
        "text": text,
        "ts": ts,
        **fields,
    }


def changed(ts: str, text: str, at: str, **fields: str) -> dict[str, object]:
    nested = {"type": "message", "user": BOB, "text": text, "ts": ts, "edited": {"user": BOB, "ts": at}, **fields}
    return {"type": "message", "subtype": "message_changed", "channel": SOLAR, "ts": at, "channel_type": "channel",
            "message": nested, "previous_message": {**nested, "text": "before", "edited": None}}  # fmt: skip


def removed(ts: str, at: str, **fields: str) -> dict[str, object]:
    return {"type": "message", "subtype": "message_deleted", "channel": SOLAR, "deleted_ts": ts, "ts": at,
            "previous_message": {"type": "message", "user": BOB, "ts": ts, **fields}}  # fmt: skip
