"""What a model's tokens cost, in US dollars a million.

Read on 2026-11-21 from platform.claude.com, "Pricing" and the pages of the single models. Cache writes are those of the
five-minute cache. An owner with other terms loses nothing but exactness: prices only feed the budgets and the footers.
"""

from __future__ import annotations

from dataclasses import dataclass

from agents.exchange import Usage

_MILLION = 1_000_000


@dataclass(frozen=True)
class Price:
    """US dollars a million tokens."""

    put_in: float
    got_out: float
    cache_read: float
    cache_write: float

    def of(self, fresh: int, written: int, read: int, out: int) -> float:
        """US dollars for these numbers of tokens."""
        parts = fresh * self.put_in, written * self.cache_write, read * self.cache_read, out * self.got_out
        return sum(parts) / _MILLION

    def usage(self, fresh: int, written: int, read: int, out: int) -> Usage:
        """The same with its tokens; cache writes count as input."""
        cost = self.of(fresh, written, read, out)
        return Usage(input_tokens=fresh + written, output_tokens=out, cached_tokens=read, usd=cost)


_PRICES = {
    "claude-haiku-4-5": Price(1.0, 5.0, 0.10, 1.25),
    "claude-haiku-5-5": Price(0.5, 2.5, 0.05, 0.625),  # of prompts over 100,000 tokens; shorter ones cost a fifth
    "claude-sonnet-4": Price(3.0, 15.0, 0.30, 3.75),
    "claude-sonnet-5": Price(2.0, 10.0, 0.20, 2.50),
    "claude-sonnet-5-5": Price(2.0, 10.0, 0.10, 2.50),
    "claude-opus-4-0": Price(15.0, 75.0, 1.50, 18.75),
    "claude-opus-4-20250514": Price(15.0, 75.0, 1.50, 18.75),
    "claude-opus-4-1": Price(15.0, 75.0, 1.50, 18.75),
    "claude-opus-4": Price(5.0, 25.0, 0.50, 6.25),
    "claude-opus-5": Price(5.0, 25.0, 0.50, 6.25),
    "claude-opus-5-5": Price(4.0, 20.0, 0.20, 5.0),
    "claude-fable-5": Price(10.0, 50.0, 1.0, 12.5),
    "claude-mythos-5": Price(10.0, 50.0, 1.0, 12.5),
    "claude-fable-5-1": Price(10.0, 50.0, 0.25, 12.5),
    "claude-mythos-5-1": Price(10.0, 50.0, 0.25, 12.5),
}
"""By the beginning of the model's name; the longest that fits counts."""

DEAREST = Price(15.0, 75.0, 1.50, 18.75)
"""For models that are not in the table: budgets must not be passed because a name is new."""


def price_of(model: str) -> Price:
    """The price of a model; that of the dearest for an unknown one."""
    known = [name for name in _PRICES if model == name or model.startswith(f"{name}-")]
    return _PRICES[max(known, key=len)] if known else DEAREST
