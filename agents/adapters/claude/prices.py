"""What a model's tokens cost, in US dollars a million.

Read on 2026-11-21 from platform.claude.com, "Pricing" and the pages of the single models. Cache writes are those of the
five-minute cache. An owner with other terms loses nothing but exactness: prices only feed the budgets and the footers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from agents.exchange import Usage
from agents.model_terms import Models, PriceTerms

_MILLION = 1_000_000


@dataclass(frozen=True)
class Price:
    """US dollars a million tokens."""

    put_in: float
    got_out: float
    cache_read: float
    cache_write: float
    long: int | None = None  # tokens of a prompt, the cached ones among them, beyond which it all costs `dearer` times
    dearer: float = 1.0

    def of(self, fresh: int, written: int, read: int, out: int) -> float:
        """US dollars for these numbers of tokens."""
        parts = fresh * self.put_in, written * self.cache_write, read * self.cache_read, out * self.got_out
        is_long = self.long is not None and fresh + written + read > self.long
        return sum(parts) * (self.dearer if is_long else 1.0) / _MILLION

    def usage(self, fresh: int, written: int, read: int, out: int) -> Usage:
        """The same with its tokens; cache writes count as input."""
        cost = self.of(fresh, written, read, out)
        return Usage(input_tokens=fresh + written, output_tokens=out, cached_tokens=read, usd=cost)

    def times(self, factor: float) -> Price:
        """Dearer by a factor."""
        return replace(
            self,
            put_in=self.put_in * factor,
            got_out=self.got_out * factor,
            cache_read=self.cache_read * factor,
            cache_write=self.cache_write * factor,
        )


_PRICES = {
    "claude-haiku-4-5": Price(1.0, 5.0, 0.10, 1.25),
    "claude-haiku-5-5": Price(0.1, 0.5, 0.01, 0.125, long=100_000, dearer=5.0),
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
    known = _known(model)
    return _PRICES[max(known, key=len)] if known else DEAREST


def unpriced(models: Models) -> Iterator[tuple[str, str]]:
    """Models whose price neither the table nor the policy has, and what is done about that."""
    for name in models.all_named():
        if not _known(name) and name not in models.prices:
            said = (
                f"its price is not known, so it counts as the dearest model's (${DEAREST.put_in:g} a million tokens in,"
                f" ${DEAREST.got_out:g} out) and no budget is passed; write it under [models.prices] of the policy file"
            )
            yield name, said


def own_price(terms: PriceTerms) -> Price:
    """The price that the policy names."""
    read = 0.1 * terms.input if terms.cache_read is None else terms.cache_read
    written = 1.25 * terms.input if terms.cache_write is None else terms.cache_write
    return Price(terms.input, terms.output, read, written)


def _known(model: str) -> list[str]:
    return [name for name in _PRICES if model == name or model.startswith(f"{name}-")]
