"""Makes Slack show what the store says: everything in a report's thread is derived from one snapshot of its rows.

No job posts by itself, and nothing that Slack shows is read back. Drawing is safe to repeat and to interrupt.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from agents.errors import SlackDown, SlackRejected
from agents.hours import working_time_after
from agents.terms import Policy
from bot.posting import Pen, PenLost, Posting
from bot.slack.writer import SlackWriter
from bot.views.card import CARD, card
from bot.views.drawing import Spot
from bot.views.report import thread
from bot.views.reporter import tidings
from bot.views.scene import Scene
from storage.columns import now
from storage.outbox import Told
from storage.plumbing import OutboxRow
from storage.store import Store

_AGAIN = 10  # how often a drawing begins anew because the rows changed meanwhile
_WHILE_DOWN = 2.0  # seconds to leave Slack alone when it did not answer
_WHILE_REFUSED = 60.0  # and when it said no: somebody has to invite the bot, or to reinstall it
_LONGEST_REFUSED = 900.0  # doubling up to this, as long as it says no to the same report


@dataclass(frozen=True)
class SlackMessenger:
    """Draws reports."""

    store: Store
    slack: SlackWriter
    policy: Policy
    clock: Callable[[], dt.datetime] = field(default=now)
    researches: bool = True  # whether there is a model that can
    _refused: dict[int, int] = field(default_factory=dict)  # how often in a row, by report; forgotten with the process

    def draw(self, report_id: int, holder: str) -> None:
        """Make Slack agree with the rows, unless another publisher is doing it.

        Raises SlackDown or SlackRejected; then nobody draws the report for a while, and the sweep comes again.
        """
        pen = Pen(self.store.outbox, report_id, holder)
        try:
            drawn = self._draw(pen)
        except PenLost:
            return
        except SlackDown as error:
            pen.keep(max(error.retry_after or 0.0, _WHILE_DOWN))
            raise
        except SlackRejected:
            times = self._refused[report_id] = self._refused.get(report_id, 0) + 1
            pen.keep(min(_LONGEST_REFUSED, _WHILE_REFUSED * 2 ** min(times - 1, 10)))
            raise
        if drawn:
            self._refused.pop(report_id, None)

    def _draw(self, pen: Pen) -> bool:
        """Draw until Slack shows the newest rows; whether we were the one to."""
        for number in range(_AGAIN):
            if not pen.take():
                return number > 0
            version, told, more = self._once(pen)
            if pen.put_down(version, told) and not more:
                break
        return True

    def _once(self, pen: Pen) -> tuple[int, Told, bool]:
        """Draw everything once; the version that was drawn, what reporters were told, and whether the drawing itself
        brought something new.
        """
        snapshot = self.store.reports.snapshot(pen.report_id)
        posting = Posting(self.store.outbox, self.slack, pen, self.store.outbox.of_thread(pen.report_id))
        scene = Scene(snapshot, self.policy, self.slack.us.site, researches=self.researches)
        root = self._root(scene, posting)
        scene, told = self._with_reporters(replace(scene, thread=root), posting)
        refused: SlackRejected | None = None
        for effect in thread(scene):
            try:
                posting.ensure(effect, root)
            except SlackRejected as error:  # one message that cannot be made must not keep the others from people
                refused = refused or error
        more = self._shown(scene, posting.rows)
        if refused is not None:
            raise refused
        return snapshot.report.version, told, more

    def _with_reporters(self, scene: Scene, posting: Posting) -> tuple[Scene, Told]:
        """The scene with those reporters who have not heard the latest: all when there is other news for them."""
        report, words = scene.report, tidings(scene)
        found = self.store.reports.reporters(scene.report_id, report.told_epoch if report.told_words == words else 0)
        concerned = [signal.id or 0 for signal in (*found.signals, *scene.snapshot.moved)]
        posting.rows |= self.store.outbox.under(scene.report_id, concerned)
        return replace(scene, reporters=found.signals), Told(words, found.epoch)

    def _root(self, scene: Scene, posting: Posting) -> Spot:
        """Draw the card; where it is."""
        known = posting.rows.get(CARD)
        channel = known.channel if known is not None else scene.report.channel
        if known is not None and known.ts:
            scene = replace(scene, thread=Spot(channel, known.ts))
        else:
            self._may_post(channel)
        return Spot(channel, posting.message(card(scene), Spot(channel, "")).ts)

    def _may_post(self, channel: str) -> None:
        place = self.slack.place(channel)
        if place is not None and place.is_shared:
            raise SlackRejected(
                f"The channel {channel} is shared with another workspace, so no report is shown there. "
                "Name another one in `report_to` of the policy file.",
                "shared_channel",
            )

    def _shown(self, scene: Scene, rows: dict[str, OutboxRow]) -> bool:
        """A plan's time begins when people can see it. Whether one was shown just now."""
        news = False
        for plan in scene.snapshot.plans:
            row = rows.get(f"plan:{plan.revision}")
            if row is not None and row.ts and not plan.posted_ts:
                until = working_time_after(self.clock(), self.policy.waits.approval, self.policy.timezone)
                self.store.plans.shown(scene.report_id, plan.revision, row.ts, until)
                news = True
        return news
