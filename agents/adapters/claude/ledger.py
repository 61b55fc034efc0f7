"""Money: every call of a model is put aside before it is made and settled after. Over budget, no call is made."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from agents.errors import SpentForToday, Stopped
from agents.exchange import About, Usage
from agents.hours import UTC, day_of
from agents.terms import Budgets
from storage.columns import now
from storage.judgments import Outcome, Stage
from storage.spending import Spending

_LOOK_AGAIN = 3_600.0  # seconds: people may have raised the budget before the day is over


class Ledger(Protocol):
    """Where calls are paid from."""

    def reserve(self, stage: Stage, about: About, model: str, usd: float, turn: int = 0) -> int:
        """Put the estimate aside; the call's id.

        Raises Stopped(OUT_OF_MONEY) when the report's budget would not hold it, SpentForToday when the day's would not.
        """
        ...

    def settle(self, call_id: int, usage: Usage, *, seconds: float, stop_reason: str) -> None:
        """Replace the estimate by what the call really cost."""
        ...


@dataclass(frozen=True)
class StoreLedger:
    """The ledger in the database, within the policy's budgets per report and per day of the team.

    The estimate is written first and the sums are taken after, so that two calls at once cannot both slip under a
    budget. When the database cannot be asked, its error ends the call: spending fails closed.
    """

    spending: Spending
    budgets: Budgets
    clock: Callable[[], dt.datetime] = now
    timezone: str = UTC

    def reserve(self, stage: Stage, about: About, model: str, usd: float, turn: int = 0) -> int:
        """Put the estimate aside, if both budgets hold it."""
        call_id = self.spending.reserve(
            stage.value,
            about.subject,
            model,
            usd,
            report_id=about.report_id,
            signal_id=about.signal_id,
            run=about.run,
            turn=turn,
        )
        if over := self._over(about):
            self.settle(call_id, Usage(), seconds=0.0, stop_reason=Outcome.OUT_OF_MONEY)
            raise over
        return call_id

    def settle(self, call_id: int, usage: Usage, *, seconds: float, stop_reason: str) -> None:
        """Write what it cost."""
        self.spending.settle(
            call_id,
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cached_tokens=usage.cached_tokens,
            seconds=seconds,
            stop_reason=stop_reason,
            usd=usage.usd,
        )

    def _over(self, about: About) -> Stopped | SpentForToday | None:
        """Which budget does not hold; None while both do."""
        if about.report_id is not None and self.spending.of_report(about.report_id).usd > self.budgets.report_usd:
            return Stopped(
                Outcome.OUT_OF_MONEY,
                f"The budget of this report (${self.budgets.report_usd:.2f}) does not hold another call of the "
                "model. Raise budgets.report_usd in the policy file, then press Retry, or ask again.",
            )
        at = self.clock()
        began, midnight = day_of(at, self.timezone)
        if self.spending.since(began).usd <= self.budgets.day_usd:
            return None
        left = (midnight - at).total_seconds()
        return SpentForToday(
            f"Today's budget (${self.budgets.day_usd:.2f}) does not hold another call of the model. It starts anew at "
            f"midnight ({self.timezone}), and the work goes on then; or raise budgets.day_usd in the policy file.",
            min(left, _LOOK_AGAIN),
        )
