"""A signal read once: the judgment that holds its screening and its summary."""

from __future__ import annotations

from pydantic import Field

from storage.judgments import Judgment, Screening, Summary


class Reading(Judgment):
    """May an agent read the signal, and what does it say?"""

    screening: Screening
    summary: Summary | None = Field(
        default=None, description="The signal said once; null when the screening names a threat."
    )

    @property
    def passed(self) -> bool:
        """Whether an agent may read the signal. Without a summary nobody knows what it would read."""
        return self.screening.passed and self.summary is not None
