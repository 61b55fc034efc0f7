"""The life in which somebody asks the bot about a report, and it may die while it looks."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

from playground.case import Case, demo_cases
from playground.hands import Hands
from playground.people import QUESTION
from storage.columns import now
from storage.inquiries import TYPED
from storage.store import Store

ASK = "ask"  # an act: the question is kept by a bot that dies before it enqueues the answer
_ANSWERED = "NaN breaks the tile too"
_NOT_REPORTED = "replay-0193b5e2"  # a signal that the recorded answer cites and this life does not have


def asked(hands: Hands, store: Store, case: Case) -> None:
    """Ask in the report's thread, and read the answer there."""

    def keep(rows: Store) -> object:
        since = now() - dt.timedelta(days=1)
        return rows.inquiries.ask(1, by=case.reporter, words=QUESTION, message=f"{TYPED}lost", most=9, since=since)

    if not hands.lose(ASK, store, keep):
        hands.ask(case)
    hands.wait_until(lambda: hands.in_thread(case, _ANSWERED), "the answer to stand in the thread")


def corrected_answer(recordings: Path) -> None:
    """The answer is sent back for what cites a signal that was not reported here, and handed in without that."""
    subject = f"{demo_cases()[0].slack.external_id}@1"
    for path in (recordings / "inquire").glob("*.json"):
        body = json.loads(path.read_text(encoding="utf-8"))
        if subject in body["subjects"]:
            last = json.loads(json.dumps(body["turns"][-1]))
            for claim in last["content"][-1]["input"]["claims"]:
                claim["evidence"] = [one for one in claim["evidence"] if one["where"] != _NOT_REPORTED]
            body["turns"].append(last)
            path.write_text(json.dumps(body), encoding="utf-8")
