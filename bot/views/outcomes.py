"""What came of reports, as `/signalbox outcomes` answers it. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from slack_sdk.models.blocks import Block

from bot.views import parts
from bot.views.parts import Moment, Piece, Sign, bold
from bot.views.week import counted
from bot.views.words import money, plural, source_name
from storage.reports.balance import Balance, Grouped

_LINES = 12


@dataclass(frozen=True)
class Asked:
    """Of what, since when, and told apart by what."""

    since: dt.datetime
    repository: str
    by: Grouped | None
    at: dt.datetime


def outcomes(balances: Mapping[str, Balance], asked: Asked) -> tuple[str, list[Block]]:
    """One line, or one for each source or repository: of very many those with the most reports."""
    whose = (
        f"What came of reports about {asked.repository}" if asked.repository else "What came of this channel's reports"
    )
    blocks: list[Block] = [parts.paragraph(Sign("bar_chart"), " ", bold(whose), " since ", Moment(asked.since), ":")]
    told = [(name, balance) for name, balance in balances.items() if not balance.is_nothing]
    if not told:
        return whose, [
            *blocks,
            parts.paragraph("nothing. A longer time, such as ", parts.code("outcomes since 90d"), "."),
        ]
    if asked.by is None:
        blocks.append(parts.bullets([[line] for line in (*counted(told[0][1]), _cost(told[0][1]))]))
        return whose, [*blocks, _hint(asked)]
    blocks.append(parts.bullets([_line(name, balance, asked.by) for name, balance in told[:_LINES]]))
    if (more := len(told) - _LINES) > 0:
        left = plural(sum(balance.opened for _, balance in told[_LINES:]), "opened report")
        blocks.append(
            parts.context(f"and {more} more, with {left} together: “signalbox outcomes --by” in a shell tells of all.")
        )
    return whose, [*blocks, _hint(asked)]


def _line(name: str, balance: Balance, by: Grouped) -> list[Piece]:
    called = (source_name(name) if by is Grouped.SOURCE else name) or "not known"
    return [bold(called, 80), ": ", ", ".join((*counted(balance), _cost(balance)))]


def _cost(balance: Balance) -> str:
    return f"about {money(balance.usd)} spent"


def _hint(asked: Asked) -> Block:
    unseen = " Of private reports only this channel's own are counted." if asked.repository else ""
    return parts.context(
        "A report counts once for each thing, and among opened only if it was opened since then. “since 7d”, "
        f"“owner/name”, “--by source” and “--by repository” narrow it.{unseen}"
    )
