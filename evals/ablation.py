"""The search without one of its routes, to see what the route contributes."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from storage.searching.named import Name
from storage.searching.search import Candidate, Search


class Part(StrEnum):
    """What can be left out of grouping."""

    KEY = "key"
    NAME = "name"
    TEXT = "text"
    QUERY_VECTOR = "query_vector"
    SIGNAL_VECTOR = "signal_vector"
    GATE = "gate"  # without it the likeliest candidate is joined, however unlikely it is


class SearchWithout(Search):
    """The real search, asked nothing along one route."""

    def __init__(self, whole: Search, part: Part) -> None:
        self.__dict__.update(whole.__dict__)
        self._part = part

    def candidates(  # the same parameters as the search's
        self,
        keys: tuple[str, ...],
        queries: tuple[str, ...],
        query_vectors: tuple[bytes, ...],
        vector: bytes,
        *,
        visibility_channel: str = "",
        limit: int = 8,
        kin: int = 0,
        title: str = "",
        names: Sequence[Name] = (),
    ) -> tuple[Candidate, ...]:
        """What the other routes find."""
        by_text = self._part is not Part.TEXT
        return super().candidates(
            keys if self._part is not Part.KEY else (),
            queries if by_text else (),
            query_vectors if self._part is not Part.QUERY_VECTOR else (),
            vector if self._part is not Part.SIGNAL_VECTOR else b"",
            visibility_channel=visibility_channel,
            limit=limit,
            kin=kin,
            title=title if by_text else "",
            names=names if self._part is not Part.NAME else (),
        )
