"""What a channel hears of reports that wait for a person, and of sources that are not read. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import Block

from bot.views import parts
from bot.views.home import Listed
from bot.views.joining import some
from bot.views.parts import Link, Mention, Moment, Piece, Sign, Words, bold
from bot.views.words import SIGNS, plural, span
from storage.calling import called
from storage.records import Report
from storage.status import Status

_LISTED = 10
_FOR: Mapping[Status, str] = {
    Status.AWAITING_ANSWER: "a question waits for an approver's answer",
    Status.AWAITING_APPROVAL: "a plan waits for an approver",
    Status.AWAITING_REVIEW: "its pull request waits for review and merge",
    Status.STUCK: "it is stuck, and waits for Retry or Dismiss",
    Status.GATHERING: "its plan expired undecided, and waits for Ask again",
}


@dataclass(frozen=True)
class Silent:
    """A source that does not answer."""

    name: str
    since: dt.datetime
    trouble: str


def note(waiting: Sequence[Listed], silent: Sequence[Silent], at: dt.datetime) -> tuple[str, list[Block]]:
    """The reports that wait, longest first, and the sources that are not read."""
    said = [_waits(len(waiting))] if waiting else []
    said += [f"{plural(len(silent), 'source')} cannot be read" for _ in silent[:1]]
    blocks: list[Block] = [parts.paragraph(Sign("bell"), " ", bold(f"{', and '.join(said)}."))]
    if waiting:
        blocks.append(parts.bullets([_line(each, at) for each in waiting[:_LISTED]]))
    if (more := len(waiting) - _LISTED) > 0:
        blocks.append(parts.context(f"and {more} more, in my Home tab"))
    blocks += [
        parts.paragraph(bold(each.name, 80), " is not read since ", Moment(each.since), ": ",
                        Words(each.trouble, limit=400))
        for each in silent
    ]  # fmt: skip
    blocks.append(
        parts.context(
            "Told once a week at most, and when a source falls silent; `waiting_notes = false` in the policy ends it."
        )
    )
    return f"{', and '.join(said)}.", blocks


def _waits(many: int) -> str:
    return f"{plural(many, 'report')} {'waits' if many == 1 else 'wait'} for a person"


def _line(listed: Listed, at: dt.datetime) -> list[Piece]:
    report = listed.report
    waited = span((at - report.since).total_seconds())
    title = Link(listed.url, f"{report.ref} {called(report)}"[:160])
    if listed.in_hand_since is not None:
        return [
            Sign(SIGNS[report.status]),
            " ",
            title,
            *_still(report, span((at - listed.in_hand_since).total_seconds())),
        ]
    return [Sign(SIGNS[report.status]), " ", title, *_for(listed, waited)]


def _still(report: Report, quiet: str) -> list[Piece]:
    """Who has it is asked, and nobody else."""
    still = " by hand, and said nothing of it for "
    words = f"{still}{quiet}. Still at it? Say “on it” in its thread; “release this” to me there lets it go."
    return [": ", Mention(report.taken_by), " works on it", words]


def _for(listed: Listed, waited: str) -> list[Piece]:
    """What it waits for. Where one of several has said yes, those who have not are asked by name."""
    stands = listed.quorum
    if stands is None or not stands.has_begun:
        return [f": {_FOR[listed.report.status]}, for {waited}"]
    many = "one more approver" if stands.missing == 1 else f"{stands.missing} more approvers"
    return [f": a plan waits for {many} for {waited}: ", *some(stands.others)]
