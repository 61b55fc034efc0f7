"""What a source is: something that can be read on from a cursor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from agents.errors import SourceRejected
from storage.raw import RawSignal


@dataclass(frozen=True)
class Pulled:
    """What one pull brought: the signals, oldest first, and how far the source has now been read."""

    signals: tuple[RawSignal, ...]
    cursor: str


class Source(Protocol):
    """A place that is pulled. Knows nothing of the store."""

    def pull(self, cursor: str) -> Pulled:
        """Everything new since `cursor` (empty at the first pull), bounded; what is left over comes with the next pull.

        Raises SourceDown when trying later may help, SourceRejected when it will not.
        """
        ...


def option(name: str, options: dict[str, str], key: str) -> str:
    """A source's own key from the policy. Raises SourceRejected when it is missing."""
    value = options.get(key, "")
    if not value:
        raise SourceRejected(
            f"sources.{name}.options.{key} is missing in the policy file; this source cannot do without it"
        )
    return value
