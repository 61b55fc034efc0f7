"""Tables for a terminal: the columns that fit into its lines; whole lines where nothing limits them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size

_GAP = "  "
_LEAST = 20  # characters of the column that is cut


@dataclass(frozen=True)
class Row:
    """One line, a cell a column; with the lines that stand beneath it."""

    cells: Sequence[str]
    beneath: Sequence[str] = ()


@dataclass(frozen=True)
class Table:
    """`leaving` names the columns that go where there is no room, in that order; `cut` the one that is shortened."""

    headings: Sequence[str]
    leaving: Sequence[str]
    cut: str

    def lines(self, rows: Sequence[Row], width: int | None) -> list[str]:
        """The heading and the rows in lines no longer than `width`, unless even what never leaves is longer."""
        widths = {name: max(cell_len(each) for each in self._column(name, rows)) for name in self.headings}
        if width is not None:
            widths = self._fitted(widths, width)
        shown = [place for place, name in enumerate(self.headings) if name in widths]
        lines = []
        for row in (Row(self.headings), *rows):
            cells = [_cell(row.cells[place], widths[self.headings[place]]) for place in shown]
            lines += [
                _GAP.join(cells).rstrip(),
                *(each if width is None else _cut(each, width) for each in row.beneath),
            ]
        return lines

    def _column(self, name: str, rows: Sequence[Row]) -> list[str]:
        place = self.headings.index(name)
        return [name, *(row.cells[place] for row in rows)]

    def _fitted(self, widths: dict[str, int], width: int) -> dict[str, int]:
        """Those columns that fit, with the widths that they get."""
        least = min(widths[self.cut], _LEAST)
        kept = dict(widths)
        for name in self.leaving:
            if width - _beside(kept, self.cut) >= least:
                break
            del kept[name]
        return {**kept, self.cut: min(widths[self.cut], max(width - _beside(kept, self.cut), len(self.cut)))}


def _beside(widths: dict[str, int], cut: str) -> int:
    """What all columns but one take up, with the gaps."""
    return sum(each + len(_GAP) for name, each in widths.items() if name != cut)


def _cell(text: str, width: int) -> str:
    return set_cell_size(_cut(text, width), width)


def _cut(text: str, width: int) -> str:
    return text if cell_len(text) <= width else f"{set_cell_size(text, width - 1).rstrip()}…"
