"""Lists of reports: the Home tab with the open ones, and what somebody looked for. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from slack_sdk.models.blocks import Block

from agents.people.quorum import Quorum
from bot.views import parts
from bot.views.escape import one_line
from bot.views.parts import Link, Mention, Moment, Piece, Sign, Words, bold
from bot.views.taken import SIGN
from bot.views.words import SIGNS, ended, plural, status_line, waits_for_people
from storage.calling import called
from storage.records import Report
from storage.status import Status

_LISTED = 40
_FOUND = 10


@dataclass(frozen=True)
class Listed:
    """An open report, the address of its thread (empty if it is not known), and what it waited for before."""

    report: Report
    url: str
    came_from: Status | None = None
    quorum: Quorum | None = None  # of its plan, if that waits for several
    in_hand_since: dt.datetime | None = None  # that somebody has it, and has said nothing since
    by_hand: bool = False  # its newest fix is a person's own
    stands: str = ""  # as its card says it; empty: as its status does
    so_far: str = ""  # how far the work on it is that goes on
    held_up: bool = False  # that this work waits for what its note says went wrong

    @property
    def line(self) -> str:
        """What it waits for, and how far that is."""
        line = self.stands or status_line(self.report, came_from=self.came_from)
        return f"{line} {self.so_far}".rstrip()

    @property
    def for_people(self) -> bool:
        """Whether it waits for a person."""
        return waits_for_people(self.report, self.came_from) and not self.sleeps and not self.is_in_hand

    @property
    def is_in_hand(self) -> bool:
        """Whether a person works on it and has nothing of ours to look at, so that nobody else is waited for."""
        ours = self.report.status is Status.AWAITING_REVIEW and not self.by_hand
        return bool(self.report.taken_by) and not ours

    @property
    def sleeps(self) -> bool:
        """Whether people want it left alone."""
        return self.report.asleep_since is not None


def home(listed: list[Listed], *, viewer: str = "", paused: bool = False, held: int = 0) -> list[Block]:
    """What the viewer works on first, then what waits for people, then the rest, each newest first."""
    blocks: list[Block] = []
    if paused:
        blocks.append(
            parts.paragraph(Sign("double_vertical_bar"), bold(" All work is paused. /signalbox resume goes on."))
        )
    if not listed:
        blocks.append(parts.header("Open reports"))
        blocks.append(parts.paragraph("Nothing is open. Type /investigate and what is wrong to open a report."))
    own = [each for each in listed if viewer and each.report.taken_by == viewer and not each.sleeps]
    rest = [each for each in listed if each not in own]
    people = [each for each in rest if each.for_people]
    others = [each for each in rest if not each.for_people and not each.sleeps]
    blocks += _group("Yours", own)
    blocks += _group("Waiting for people", people)
    blocks += _group("Open reports", others)
    blocks += _group("Asleep", [each for each in listed if each.sleeps])
    if held:
        blocks.append(parts.context(f"{plural(held, 'signal')} held in the quarantine: /signalbox held shows what."))
    return blocks


def found(what: str, listed: list[Listed]) -> list[Block]:
    """Reports that somebody looked for, the best or newest first, open or not."""
    if not listed:
        more: list[Piece] = [
            " Words find reports of any channel, closed ones too: ",
            parts.code("/signalbox find empty invoice"),
        ]
        return [parts.paragraph(bold(f"{what}: "), "none that I could show here.", *more)]
    blocks: list[Block] = [parts.paragraph(bold(what, 200))]
    for each in listed[:_FOUND]:
        opened: list[Piece] = [f"{ended(each.line).rstrip()} Opened ", Moment(each.report.created_at), "."]
        blocks.append(parts.paragraph(*_line(each), *opened))
    if len(listed) > _FOUND:
        blocks.append(parts.context(f"and {len(listed) - _FOUND} more"))
    return blocks


def _rests(report: Report) -> list[Piece]:
    """Until when it sleeps, if it does."""
    if report.asleep_until is not None:
        return [Sign("zzz"), " asleep until ", Moment(report.asleep_until), ". "]
    return [Sign("zzz"), " muted. "] if report.asleep_since is not None else []


def _taken(report: Report) -> list[Piece]:
    return [Sign(SIGN), " ", Mention(report.taken_by), " works on it. "] if report.taken_by else []


def _held_up(each: Listed) -> list[Piece]:
    """What went wrong, and when I try it again by myself."""
    again = each.report.not_before
    if not each.held_up or again is None:
        return []
    why = one_line(each.report.note)
    return [" ", Words(why, italic=True, limit=300), f"{ended(why)}I try it again by myself: ", Moment(again), "."]


def _group(name: str, listed: list[Listed]) -> list[Block]:
    if not listed:
        return []
    blocks: list[Block] = [parts.header(name)]
    blocks += [parts.paragraph(*_line(each)) for each in listed[:_LISTED]]
    if len(listed) > _LISTED:
        blocks.append(parts.context(f"and {len(listed) - _LISTED} more"))
    return blocks


def _line(each: Listed) -> list[Piece]:
    """Its sign and title, and beneath what it waits for."""
    report = each.report
    title = Link(each.url, f"{report.ref} {called(report)}"[:200])
    status = Words(each.line, italic=True, limit=300)
    return [Sign(SIGNS[report.status]), " ", title, "\n", *_taken(report), *_rests(report), status, *_held_up(each)]
