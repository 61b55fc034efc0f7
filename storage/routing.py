"""Which repository a report is about, as a model judges it."""

from __future__ import annotations

from pydantic import Field

from storage.judgments import Judgment, Line


class Routing(Judgment):
    """The judgment of the stage route."""

    reason: Line = Field(description="What in the signals points there: a path, a product, a word. One sentence.")
    repository: Line = Field(description="owner/name of one of those listed; empty when nothing points to one.")
