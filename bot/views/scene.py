"""What a report's messages are drawn from: its rows, the policy, and where its thread is. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agents.patches.paths import restricted_in
from agents.people.quorum import Quorum, quorum
from agents.rules import approvers_of
from agents.terms import Policy
from bot.views.drawing import Spot
from storage.records import Entry, Fix, Report, ShownPlan, Signal
from storage.reports.snapshot import Snapshot
from storage.reports.soaks import Ending, ending_of
from storage.status import Status

_MESSAGE = re.compile(r"[CDG][A-Z0-9]{2,20}/\d{9,11}\.\d{1,6}")


@dataclass(frozen=True)
class Scene:
    """One report at one moment. `site` is the workspace's address, `thread` the root message; both may be unknown.

    `researches` says whether there is a model that can look for a cause. `reporters` are the signals from Slack under
    which something is to be said, or to be said anew.
    """

    snapshot: Snapshot
    policy: Policy
    site: str = ""
    thread: Spot | None = None
    researches: bool = True
    reporters: tuple[Signal, ...] = ()

    @property
    def report(self) -> Report:
        """The report."""
        return self.snapshot.report

    @property
    def report_id(self) -> int:
        """Its id."""
        return self.snapshot.report.id or 0

    @property
    def signals(self) -> tuple[Signal, ...]:
        """Of those that may be shown here the first and the newest, oldest first: `shown` says how many there are."""
        return self.snapshot.signals

    @property
    def shown(self) -> int:
        """How many signals may be shown here: not held, not deleted, and no private one of another channel."""
        return self.snapshot.gathered.shown

    @property
    def fix(self) -> Fix | None:
        """The latest fix."""
        return self.snapshot.fixes[-1] if self.snapshot.fixes else None

    def fix_at(self, entry: Entry) -> Fix | None:
        """The one that was the latest when a move was made."""
        return next((fix for fix in reversed(self.snapshot.fixes) if fix.started_at <= entry.at), None)

    @property
    def plan(self) -> ShownPlan | None:
        """The latest plan."""
        return self.snapshot.plans[-1] if self.snapshot.plans else None

    @property
    def moves(self) -> tuple[Entry, ...]:
        """Its moves, oldest first."""
        return self.snapshot.moves

    @property
    def approvers(self) -> tuple[str, ...]:
        """Who may decide, by the policy."""
        return approvers_of(self.policy.repository(self.report.repository), self.policy)

    def quorum(self, shown: ShownPlan) -> Quorum:
        """Who has approved a plan, and who may join them."""
        return quorum(self.report, shown, self.snapshot.approvals, self.policy)

    def restricted(self, shown: ShownPlan) -> tuple[str, ...]:
        """What it names of that for which more of them have to approve it."""
        return restricted_in(shown.body.files, self.policy.repository(self.report.repository))

    @property
    def dismissing_move(self) -> Entry | None:
        """The move by which it was dismissed, if it is."""
        moved = (entry for entry in reversed(self.moves) if entry.after is Status.DISMISSED)
        return next(moved, None) if self.report.status is Status.DISMISSED else None

    @property
    def ending(self) -> Ending:
        """How its soak ended, if it is resolved."""
        return ending_of(self.moves)

    def last_move(self, before: Status, after: Status) -> Entry | None:
        """The latest move from one status to another."""
        found = (entry for entry in reversed(self.moves) if (entry.before, entry.after) == (before, after))
        return next(found, None)

    def address(self, ts: str = "") -> str:
        """The address in Slack of the report's thread, or of a message in it; empty while it is unknown."""
        if not self.site or self.thread is None:
            return ""
        return address_of(self.site, self.thread.channel, ts or self.thread.ts, self.thread.ts)


def spot_of(external_id: str) -> Spot | None:
    """The Slack message that is known by this id; None for what is no message."""
    channel, _, ts = external_id.partition("/")
    return Spot(channel, ts) if _MESSAGE.fullmatch(external_id) else None


def address_of(site: str, channel: str, ts: str, root_ts: str = "") -> str:
    """The address of a message in a workspace, in a thread if its root is another message."""
    address = f"{site.rstrip('/')}/archives/{channel}/p{ts.replace('.', '')}"
    return f"{address}?thread_ts={root_ts}&cid={channel}" if root_ts and root_ts != ts else address
