"""Why a signal stands alone when the model that was to compare it would not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agents.adapters.offline import OfflineModel
from agents.errors import ModelRefused
from agents.gathering.placing import Placing
from agents.model_terms import Models
from storage.judgments import Screening, Stage
from storage.records import Signal
from tests.bot.workplace import BOB, SOLAR, Workplace
from tests.factories import a_raw_signal, a_summary, a_vector
from tests.fakes import PlainCheckpoint, ScriptedModel

HELD_BACK = "The model would not answer; its provider held the text back. A person must look."


def placed(place: Workplace, model: ScriptedModel | OfflineModel, number: int, paid: str = "") -> Signal:
    """A signal like every other one, filed with this model's help."""
    means = replace(place.deps.pipeline.means, model=model)
    raw = a_raw_signal(channel=SOLAR, title=f"Exports hang {number}", body=f"Exports hang in case {number}")
    signal_id = place.store.signals.remember(raw).signal_id
    summary = a_summary(title="Exports hang", gist="Exports hang.", queries=("exports hang",))
    place.store.signals.describe(signal_id, Screening(), summary, a_vector(1.0), a_vector(1.0))
    if paid:
        place.store.spending.reserve(Stage.GROUP, raw.external_id, paid, 0.1, signal_id=signal_id)
    Placing(means).place(signal_id, 1, summary, PlainCheckpoint())
    return place.store.signals.get(signal_id)


@pytest.mark.parametrize("paid", ["", "claude-other"])
def test_why_names_the_model_that_refused_and_what_decided_instead(place: Workplace, paid: str) -> None:
    refuses = ScriptedModel(judgments={Stage.GROUP: [ModelRefused(HELD_BACK)]})
    placed(place, ScriptedModel(), 1)
    alone = placed(place, refuses, 2, paid)

    told = place.types(BOB, "/signalbox", f"why SB-{alone.report_id}").body

    asked = paid or Models().of(Stage.GROUP)
    assert alone.report_id == 2
    assert f"{asked} was asked to compare 1 candidate and refused, so a rule decided that it stands alone" in told
    assert HELD_BACK in told
    assert "the offline engine" not in told


def test_what_the_offline_engine_decided_is_still_its_own(place: Workplace) -> None:
    placed(place, OfflineModel(), 1)
    second = placed(place, OfflineModel(), 2)

    told = place.types(BOB, "/signalbox", f"why SB-{second.report_id}").body

    assert "compared by the offline engine" in told
    assert "refused" not in told
