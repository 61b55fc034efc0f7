"""What goes on says in its thread how far it is."""

from __future__ import annotations

from storage.judgments import Outcome, Stage
from storage.status import Mover, Status
from tests.bot.test_how import a_use, progress_of
from tests.bot.workplace import SOLAR, Workplace
from tests.factories import a_report


def test_what_goes_on_says_how_far_it_is_and_no_more_once_it_ended(place: Workplace) -> None:
    report = a_report(place.store, status=Status.GATHERING, channel=SOLAR)
    report_id, key = report.id or 0, f"research:{report.id}:1"
    place.store.reports.move(report_id, Status.AWAITING_RESEARCH, mover=Mover.WORLD, who="world", because="it is ripe")
    place.store.runs.begin(key, Stage.RESEARCH, report_id)
    for turn in (1, 2):
        place.store.spending.reserve("research", "S", "claude-x", 0.42, report_id=report_id, run=key, turn=turn)
        place.store.runs.turned(key, turn, [a_use("read <!channel>.py")])

    shown = progress_of(place, report).blocks
    assert " 2 turns of at most 40, $0.84 of at most $2.00" in str(shown)
    assert {"type": "text", "text": "read <!channel>.py", "style": {"code": True}} in shown[0]["elements"][0][
        "elements"
    ]

    place.store.runs.end(key, Outcome.OUT_OF_STEPS, "It stopped at its limit of 40 turns.", 240.0)
    place.store.reports.move(report_id, Status.GATHERING, mover=Mover.MACHINE, who="machine", because="nothing found")
    assert "at most $" not in str(progress_of(place, report).blocks)
