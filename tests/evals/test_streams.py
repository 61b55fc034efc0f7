"""The made-up stream of the benchmarks: it can be told, the same whenever it is asked for."""

from __future__ import annotations

from benchmarks.stream import Stream


def test_a_made_up_stream_is_the_same_whenever_it_is_told() -> None:
    first, again = (list(Stream().tell(0, 3)) for _ in range(2))

    assert [telling.body for telling in first] == [telling.body for telling in again]
    assert len({telling.body for telling in first}) == 3
    assert all(telling.title and telling.vector.size for telling in first)
