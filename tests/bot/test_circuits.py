"""What rests is known to people: by `/signalbox status`, also after a restart, until it answers again."""

from __future__ import annotations

from agents.circuit import Circuit
from agents.model_terms import Models
from agents.terms import Policy
from bot.circuits import API, GIT, Circuits, known_rests
from tests.bot.workplace import BOB, Workplace


def test_what_rests_is_said_with_why_until_it_answers_again_also_to_another_process(place: Workplace) -> None:
    circuits = Circuits(place.store, place.deps.redactor.text)
    circuits.of(GIT).failed("fetching acme/app failed: ada@shop.example", 40.0)
    model = place.deps.policy.models.default[0]
    roster = circuits.roster()
    for _ in range(2):
        roster.failed(model, "Claude is overloaded (529)", None)

    said = place.types(BOB, "/signalbox", "status").body
    assert said.count(" rests since ") == 2
    assert GIT in said
    assert model in said
    assert "Claude is overloaded (529)" in said
    assert "ada@shop.example" not in said
    assert API not in said

    after_a_restart: Circuit = Circuits(place.store, str).of(GIT)
    assert after_a_restart.take() == 0.0, "a new token may have been set"
    after_a_restart.answered()
    roster.answered(model)
    assert not known_rests(place.store, place.deps.policy)
    assert "rests since" not in place.types(BOB, "/signalbox", "status").body


def test_a_model_that_rests_at_one_provider_is_known_by_where_it_rests(place: Workplace) -> None:
    models = Models.model_validate({"default": "m", "stages": {}, "providers": ["anthropic", "foundry"]})
    Circuits(place.store, str).roster().failed("m at foundry", "Claude at Foundry limits our rate (429)", 60.0)

    assert [row.source for row in known_rests(place.store, Policy(models=models))] == ["m at foundry"]
