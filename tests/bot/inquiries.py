"""Questions as people ask them in a report's thread, and an answer."""

from __future__ import annotations

from playground.workspace import Message
from storage.inquiries import Inquiry, Reply
from storage.judgments import Evidence, EvidenceKind, Finding
from tests.bot.life import Life
from tests.bot.workplace import BOB

CODE = Evidence(kind=EvidenceKind.CODE, where="app/export.py", line=12, quote="open(path)")
ANSWER = Reply(
    claims=(
        Finding(claim="No: 2.2 closes the file <!channel>.", evidence=(CODE,)),
        Finding(claim="It came with `1a2b3c`.", evidence=(CODE,)),
    ),
    unknown="Whether Windows has it; a run there would settle it.",
    citations_made=3,
    citations_dropped=1,
)


def says(life: Life, words: str, user: str = BOB, *, named: bool = True) -> str:
    """Somebody says it in the report's thread; Slack tells of a mention twice. The ts."""
    place, card = life.place, life.card()
    text = f"<@{place.bot}> {words}" if named else words
    ts = place.workspace.say(user, card.channel, text, card.ts)
    fields = {"channel": card.channel, "user": user, "text": text, "ts": ts, "thread_ts": card.ts}
    place.event({"type": "message", **fields})
    if named:
        place.event({"type": "app_mention", **fields})
    place.settles()
    return ts


def asked(life: Life) -> list[Inquiry]:
    return list(life.store.reports.snapshot(life.id).inquiries)


def last(life: Life) -> Message:
    return life.draw()[-1]
