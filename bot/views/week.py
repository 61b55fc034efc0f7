"""What a channel hears of a week: what came of its reports. Pure."""

from __future__ import annotations

from slack_sdk.models.blocks import Block

from bot.views import parts
from bot.views.parts import Sign, bold
from bot.views.words import plural
from storage.reports.balance import Balance


def week(balance: Balance) -> tuple[str, list[Block]]:
    """The counts that are not zero, in the order in which a report comes to them."""
    said = counted(balance)
    blocks: list[Block] = [
        parts.paragraph(Sign("calendar"), " ", bold("The last seven days: "), *parts.prose(f"{', '.join(said)}.")),
        parts.context(
            parts.Markup(
                f"About ${balance.usd:.2f} was spent on these reports. What waits for people is in my Home tab. "
                "`weekly_notes = false` in the policy ends this note."
            )
        ),
    ]
    return f"The last seven days: {', '.join(said)}.", blocks


def counted(balance: Balance) -> list[str]:
    """The counts that are not zero, in words."""
    again = f" ({balance.returned} of a problem that was closed before)" if balance.returned else ""
    ahead = f" ({balance.ahead} ahead, by a standing approval: `/signalbox standing`)" if balance.ahead else ""
    doubtful = balance.resolved - balance.proven
    unproven = f" ({doubtful} of them only because nothing more was heard)" if doubtful else ""
    told = [
        (balance.opened, f"{plural(balance.opened, 'report')} opened{again}"),
        (balance.planned, f"{plural(balance.planned, 'plan')} shown"),
        (balance.approved, f"{balance.approved} approved{ahead}"),
        (balance.pull_requests, f"{plural(balance.pull_requests, 'pull request')} opened"),
        (balance.merged, f"{balance.merged} merged"),
        (balance.came_back, f"{balance.came_back} came back after the merge"),
        (balance.resolved, f"{balance.resolved} resolved{unproven}"),
        (balance.dismissed, f"{balance.dismissed} dismissed"),
        (balance.stuck, f"{balance.stuck} got stuck"),
    ]
    return [words for count, words in told if count]
