"""Reports as lists show them: with the address of their thread, and what they wait for as their cards say it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.listeners.deps import Deps
from bot.views.home import Listed
from bot.views.how_far import in_short, is_held_up
from bot.views.words import stands
from storage.records import Report


def listed_of(reports: Sequence[Report], deps: Deps) -> list[Listed]:
    """In the same order."""
    ids = [report.id or 0 for report in reports]
    urls, came_from = deps.store.outbox.permalinks(ids), deps.store.reports.came_from(ids)
    by_hand = deps.store.fixes.by_hand(ids) if ids else set[int]()
    going, in_line = deps.store.runs.going(reports), deps.store.runs.in_line(reports)
    researches = deps.pipeline.means.model.can_research
    return [
        Listed(
            report,
            urls.get(number, ""),
            before := came_from.get(number),
            stands=stands(
                report, deps.policy, before, researches=researches, by_hand=number in by_hand, in_line=number in in_line
            ),
            by_hand=number in by_hand,
            so_far=in_short(going.get(number)),
            held_up=is_held_up(report, going.get(number)),
        )
        for number, report in zip(ids, reports, strict=True)
    ]
