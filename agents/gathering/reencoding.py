"""Makes the vectors of filed signals anew when another encoder is used: what an earlier one made cannot be compared."""

from __future__ import annotations

from dataclasses import dataclass

from agents.grouping.opinions import Encoder
from agents.means import Means
from agents.wording import words_of
from storage.judgments import Summary
from storage.records import Signal
from storage.signals.reencoding import Encoded

MOST = 100  # signals at a time: a sentence transformer takes some ten seconds for them
SWITCH = "vectors"  # on when all were made anew; by the encoder whose vectors have so many numbers
_NUMBER = 4  # bytes
_NEWEST = 2**31 - 1  # ids are 32 bits wide


def texts_of(signal: Signal, summary: Summary, encoder: Encoder) -> list[str]:
    """What vectors are made of: the signal's own first, then its queries'.

    The mean of word vectors says most about a few sentences; a sentence transformer reads the signal's own words.
    """
    own = words_of(signal) if encoder is Encoder.SENTENCES else f"{summary.title}\n{summary.gist}"
    return [own, *summary.queries]


@dataclass
class Reencoding:
    """Goes through the filed signals, the newest first, so many at a time."""

    means: Means
    most: int = MOST
    _below: int = _NEWEST

    def some(self) -> int:
        """Make those of the next ones anew; how many there were. Safe to repeat, and to stop at any point."""
        if self._below == 0:
            return 0
        switches, reencodings = self.means.store.switches, self.means.store.reencodings
        width = len(self.means.vectoriser.vectors(["width"])[0]) // _NUMBER
        if self._below == _NEWEST:
            last = switches.get(SWITCH)
            if last.on and last.by == str(width):
                self._below = 0
                return 0
            switches.put(SWITCH, False, str(width))
        due = reencodings.due(width, self._below, self.most)
        if due:
            reencodings.keep([self._encoded(signal, signal.summary) for signal in due if signal.summary])
        else:
            switches.put(SWITCH, True, str(width))
        self._below = min((signal.id or 0 for signal in due), default=0)
        return len(due)

    def _encoded(self, signal: Signal, summary: Summary) -> Encoded:
        vector, *queries = self.means.vectoriser.vectors(texts_of(signal, summary, self.means.encoder))
        return Encoded(signal.id or 0, signal.revision, vector, b"".join(queries))
