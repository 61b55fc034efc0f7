"""Claude at Bedrock and Foundry: the SDK's real clients, against small APIs on loopback that speak as they do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from agents.adapters.claude.claude import ClaudeModel
from agents.adapters.claude.prices import price_of, unpriced
from agents.adapters.claude.probing import probe
from agents.adapters.claude.providers import open_line
from agents.errors import BadPolicy, BadSettings, ModelDown, ModelRefused
from agents.exchange import About, Message, TextBlock, ToolSpec, TurnRequest
from agents.model_terms import ModelAt, Models, Provider
from bot.policy import read_policy
from storage.judgments import Stage
from storage.readings import Reading
from storage.store import Store
from tests.agents.asking_claude import ABOUT, SAFE, calls
from tests.agents.briefed import Look
from tests.agents.loopback import Api, Reply, says
from tests.agents.served_elsewhere import HERE, MODEL, a_model, the_environment, the_models


def a_turn(model: ClaudeModel) -> None:
    opening = Message(by_model=False, blocks=(TextBlock(text="Begin."),))
    tools = (ToolSpec("look", "Look.", Look),)
    model.turn(TurnRequest(Stage.RESEARCH, About(subject="S-1"), 1, "system", (opening,), tools))


@pytest.mark.parametrize(
    ("provider", "path", "key"),
    [
        (Provider.BEDROCK, "/model/eu.anthropic.claude-haiku-4-5-20251001-v1:0/invoke", "authorization"),
        (Provider.FOUNDRY, "/anthropic/v1/messages", "x-api-key"),
    ],
)
def test_a_judgment_is_asked_of_the_provider_by_the_name_that_it_gives_the_model(
    api: Api, sqlite_store: Store, provider: Provider, path: str, key: str
) -> None:
    answer = a_model(provider, api, sqlite_store).judge(Stage.READ, ABOUT, Reading)

    assert answer == Reading.model_validate(SAFE)
    headers, body = api.asked[0]
    assert headers[":path"] == path
    assert headers[key].removeprefix("Bearer ") == "k"
    assert headers["x-signalbox-stage"] == "read"
    assert body["model"] == HERE.get(provider, MODEL)
    assert body["output_config"]["format"]["type"] == "json_schema"
    assert body["system"][0]["cache_control"] == {"type": "ephemeral"}
    (call,) = calls(sqlite_store)
    assert call.model == f"{MODEL} at {provider.value}"


@pytest.mark.parametrize(("name", "factor"), [("global.anthropic.x", 1.0), ("eu.anthropic.x", 1.1)])
def test_an_answer_made_in_one_geography_costs_a_tenth_more(
    api: Api, sqlite_store: Store, name: str, factor: float
) -> None:
    models = the_models(Provider.BEDROCK, ids={"bedrock": {MODEL: name}})
    a_model(Provider.BEDROCK, api, sqlite_store, models=models).judge(Stage.READ, ABOUT, Reading)

    assert calls(sqlite_store)[0].cost_usd == pytest.approx(factor * price_of(MODEL).of(1000, 2000, 10_000, 200))


def test_a_price_that_the_policy_names_counts(api: Api, sqlite_store: Store) -> None:
    models = the_models(Provider.FOUNDRY, prices={MODEL: {"input": 10, "output": 100}})
    a_model(Provider.FOUNDRY, api, sqlite_store, models=models).judge(Stage.READ, ABOUT, Reading)

    cost = (1000 * 10 + 2000 * 12.5 + 10_000 * 1 + 200 * 100) / 1e6
    assert calls(sqlite_store)[0].cost_usd == pytest.approx(cost)


def test_a_model_without_a_price_is_named_with_what_to_do() -> None:
    models = Models.model_validate({"default": ["claude-sonnet-4-6", "zebra"], "stages": {}})
    ((name, said),) = unpriced(models)
    assert name == "zebra"
    assert "[models.prices]" in said
    assert not list(unpriced(models.model_copy(update={"default": ("claude-sonnet-4-6",)})))


def test_a_provider_that_takes_no_schema_is_told_the_form_in_words(api: Api, sqlite_store: Store) -> None:
    model = a_model(Provider.FOUNDRY, api, sqlite_store, models=the_models(Provider.FOUNDRY, in_words="foundry"))
    api.replies = [says("Sorry, no JSON."), says(f"```json\n{json.dumps(SAFE)}\n```"), says("Hm.")]

    assert model.judge(Stage.READ, ABOUT, Reading).passed
    a_turn(model)

    for _, body in api.asked[:2]:
        assert "output_config" not in body
        assert '"screening"' in body["system"][0]["text"]
    assert "strict" not in api.asked[2][1]["tools"][0]


@pytest.mark.parametrize(
    ("provider", "answer", "advice"),
    [
        (Provider.BEDROCK, (403, "You don't have access"), "allow bedrock:InvokeModel on it"),
        (Provider.BEDROCK, (404, "gone"), "check \\[models.ids.bedrock\\]"),
        (Provider.BEDROCK, (400, "The provided model identifier is invalid."), "check \\[models.ids.bedrock\\]"),
        (Provider.BEDROCK, (400, "Retry with the ARN of an inference profile"), "no model 'eu.anthropic.claude-haiku"),
        (Provider.FOUNDRY, (401, "Access denied"), "ANTHROPIC_FOUNDRY_API_KEY"),
        (Provider.FOUNDRY, (404, "DeploymentNotFound"), "no deployment 'claude-haiku-4-5'"),
    ],
)
def test_what_an_owner_can_put_right_there_is_waited_for_and_said(
    api: Api, sqlite_store: Store, provider: Provider, answer: tuple[int, str], advice: str
) -> None:
    status, words = answer
    api.replies = [Reply(status=status, raw=json.dumps({"message": words}))]

    with capture_logs() as logged, pytest.raises(ModelDown, match=f"at {provider.value.title()}.*{advice}") as down:
        a_model(provider, api, sqlite_store).judge(Stage.READ, ABOUT, Reading)

    assert down.value.retry_after == 300
    assert words in logged[0]["said"]
    assert words not in str(down.value)
    assert calls(sqlite_store)[0].cost_usd == 0.0


def test_a_request_that_bedrock_does_not_accept_is_refused(api: Api, sqlite_store: Store) -> None:
    api.replies = [Reply(status=400, raw='{"message": "max_tokens: too many"}')]

    with pytest.raises(ModelRefused, match="Bedrock answered 400: the request was not accepted"):
        a_model(Provider.BEDROCK, api, sqlite_store).judge(Stage.READ, ABOUT, Reading)


@pytest.mark.parametrize("provider", [Provider.BEDROCK, Provider.FOUNDRY])
def test_a_model_is_asked_something_small_to_see_whether_it_may_be(api: Api, provider: Provider) -> None:
    line = open_line(provider, the_environment(provider, api.url))
    api.replies = [says({"well": True}), Reply(status=400, raw='{"message": "output_config: not here"}')]

    assert not probe(line, "m", in_words=False)
    said = probe(line, "m", in_words=False)

    assert "output_config: not here" in said
    assert "models.in_words" in said
    assert api.asked[0][1]["tools"][0]["strict"] is True
    assert api.asked[0][1]["max_tokens"] <= 64


def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that knows no region of AWS."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")


@pytest.mark.parametrize("provider", list(Provider))
def test_what_a_provider_lacks_is_said_with_what_to_do(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere(monkeypatch)
    with pytest.raises(BadSettings, match=f"has {provider.value} among models.providers.* take {provider.value} out"):
        open_line(provider, {"AWS_BEARER_TOKEN_BEDROCK": " k "})


def test_without_a_region_bedrock_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere(monkeypatch)
    with pytest.raises(BadSettings, match="set AWS_REGION"):
        open_line(Provider.BEDROCK, {"AWS_BEARER_TOKEN_BEDROCK": "k"})


def test_an_extra_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for package in ("boto3", "google", "google.auth"):
        monkeypatch.setitem(__import__("sys").modules, package, None)
    with pytest.raises(BadSettings, match=r"pip install '\.\[bedrock\]'.*; or set AWS_BEARER_TOKEN_BEDROCK"):
        open_line(Provider.BEDROCK, {"AWS_REGION": "eu-west-1"})
    with pytest.raises(BadSettings, match=r"pip install '\.\[vertex\]'"):
        open_line(Provider.VERTEX, the_environment(Provider.VERTEX, "http://x"))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            '[models]\nproviders = "bedrock"\n',
            "under [models.ids.bedrock] for claude-sonnet-5-5, claude-haiku",
        ),
        ('[models]\nproviders = "azure"\n', "it has to be one of 'anthropic', 'bedrock', 'vertex' or 'foundry'"),
        ("[models]\nproviders = []\n", "models.providers"),
        ('[models.ids.vertex]\nclaude-zebra = "z"\n', "ids.vertex speaks of claude-zebra, which no stage asks"),
        ("[models.prices.claude-zebra]\ninput = 1\noutput = 1\n", "prices speaks of claude-zebra"),
        ("[models.prices.claude-sonnet-4-6]\ninput = 1\n", "output: it is missing"),
    ],
)
def test_what_is_wrong_with_providers_in_the_policy_is_said(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "signalbox.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadPolicy) as faults:
        read_policy(path, ())
    assert sentence in str(faults.value)


def test_a_model_is_asked_at_all_its_providers_before_the_next_model() -> None:
    models = Models.model_validate(
        {"default": ["a", "b"], "stages": {}, "providers": ["anthropic", "foundry", "anthropic"]}
    )
    assert [at.name for at in models.asked(Stage.FIX)] == ["a", "a at foundry", "b", "b at foundry"]
    assert models.id_of(ModelAt("a", Provider.FOUNDRY)) == "a"
