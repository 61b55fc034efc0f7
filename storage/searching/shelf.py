"""Vectors in memory. A few are compared one by one; of many, those whose signs agree with what is asked.

A vector's signs are its code: 32 bytes for 256 numbers. Comparing a hundred thousand codes takes a millisecond, and the
256 that differ in the fewest places hold nearly all of the nearest vectors; these are compared exactly. A signal takes
about 0.6 KB: its code, its vector in half precision, and three numbers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from storage.searching.nearest import SIGNALS, Nearest

ONE_BY_ONE = 8_192  # vectors of a room; so many are all compared
_FIRST_ROWS = 64
_BITS = 64


class Shelf:
    """Vectors of one length. Row `rows[signal id]` of each array is about that signal."""

    def __init__(self, width: int, one_by_one: int = ONE_BY_ONE) -> None:
        self.width = width
        self.rows: dict[int, int] = {}
        self._one_by_one = one_by_one
        self._codes = np.zeros((-(-width // _BITS), _FIRST_ROWS), np.uint64)
        self._matrix = np.zeros((_FIRST_ROWS, width), np.float16)
        self._signals, self._reports, self._rooms = np.zeros((3, _FIRST_ROWS), np.int64)

    def put(self, signal_id: int, vector: bytes, report_id: int, room: int) -> None:
        """Keep a signal's vector, and where the signal is."""
        row = self.rows.setdefault(signal_id, len(self.rows))
        if row == len(self._signals):
            self._grow()
        numbers = np.frombuffer(vector, "<f4")
        self._matrix[row], self._codes[:, row] = numbers, _codes(numbers[None])[:, 0]
        self._signals[row], self._reports[row], self._rooms[row] = signal_id, report_id, room

    def drop(self, signal_id: int) -> None:
        """Forget a signal; the last one takes its row."""
        row = self.rows.pop(signal_id, None)
        if row is None or row == len(self.rows):
            return
        last = len(self.rows)
        self.rows[int(self._signals[last])] = row
        self._codes[:, row] = self._codes[:, last]
        for array in (self._matrix, self._signals, self._reports, self._rooms):
            array[row] = array[last]

    def nearest(self, asked: NDArray[np.float32], room: int) -> Nearest:
        """The signals of a room that are most like any of the vectors that are asked, one a row."""
        known = len(self.rows)
        inside = np.flatnonzero(self._rooms[:known] == room)
        if inside.size > self._one_by_one:
            inside = self._likely(asked, room)
        cosines = (self._matrix[inside].astype(np.float32) @ asked.T).max(axis=1)
        return Nearest.of(self._signals[inside], self._reports[inside], cosines)

    def _likely(self, asked: NDArray[np.float32], room: int) -> NDArray[np.intp]:
        """The rows whose codes differ the least from those of each vector."""
        known = len(self.rows)
        elsewhere = (self._rooms[:known] != room) * np.uint16(self.width + _BITS)
        rows = []
        for code in _codes(asked).T:
            differences = elsewhere.copy()
            for part, bits in zip(self._codes, code, strict=True):
                differences += np.bitwise_count(part[:known] ^ bits)
            within = int(np.searchsorted(np.cumsum(np.bincount(differences)), SIGNALS))  # quicker than to sort them
            rows.append(np.flatnonzero(differences <= within)[: 2 * SIGNALS])
        return np.unique(np.concatenate(rows))

    def _grow(self) -> None:
        """Let each array hold twice as many rows."""
        more = len(self._signals)
        self._codes = np.pad(self._codes, ((0, 0), (0, more)))
        self._matrix = np.pad(self._matrix, ((0, more), (0, 0)))
        self._signals, self._reports, self._rooms = (
            np.pad(array, (0, more)) for array in (self._signals, self._reports, self._rooms)
        )


def _codes(vectors: NDArray[np.float32]) -> NDArray[np.uint64]:
    """One column a vector: 64 signs a number."""
    signs = np.packbits(vectors > 0, axis=1)
    whole = np.zeros((len(vectors), -(-signs.shape[1] // 8) * 8), np.uint8)
    whole[:, : signs.shape[1]] = signs
    return np.ascontiguousarray(whole.view(np.uint64).T)
