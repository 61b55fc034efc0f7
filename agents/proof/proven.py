"""A fix that code has proven, as it is handed to who reviews it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from agents.cases import FixCase
from agents.checkout.around import Surroundings
from storage.judgments import Proof
from storage.submissions import FixSubmission


class ProvenFix(BaseModel):
    """What a reviewer is handed: a fix that holds, what was approved, and what stands around it."""

    model_config = ConfigDict(frozen=True)

    case: FixCase
    submission: FixSubmission
    patch: str
    proof: Proof
    around: Surroundings = Surroundings()
