"""The doctor asks the models of every provider that the policy names, and says what to do about each."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from agents.adapters.offline import OfflineModel
from agents.errors import BadSettings
from agents.model_terms import Models
from agents.terms import Policy
from bot.circuits import Circuits
from bot.doctor.findings import Finding, Verdict
from bot.doctor.models import examine_models
from bot.models import model_of
from bot.settings import Settings
from storage.store import Store
from tests.agents.loopback import Api, Reply, says, serving

NOBODY = "http://127.0.0.1:9"
KEYED = Settings(anthropic_api_key=SecretStr("k"), anthropic_base_url=NOBODY)


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    with serving(Api([says({"well": True})])) as served:
        monkeypatch.setenv("ANTHROPIC_FOUNDRY_API_KEY", "k")
        monkeypatch.setenv("ANTHROPIC_FOUNDRY_BASE_URL", served.url)
        yield served


def found(settings: Settings = KEYED, **models: object) -> list[Finding]:
    wanted = {"default": ["claude-sonnet-4-6", "claude-haiku-4-5"], "stages": {}, **models}
    return list(examine_models(settings, Policy.model_validate({"models": wanted})))


def test_each_model_is_asked_and_what_is_wrong_with_one_is_said(api: Api) -> None:
    api.by_model["ours"] = lambda _: Reply(status=404)

    findings = found(providers="foundry", ids={"foundry": {"claude-sonnet-4-6": "ours"}})

    assert [(each.what, each.verdict) for each in findings] == [
        ("model claude-haiku-4-5 at foundry", Verdict.GOOD),
        ("model claude-sonnet-4-6 at foundry", Verdict.BAD),
    ]
    assert "no deployment 'ours'; make one" in findings[1].sentence


def test_a_provider_that_is_down_does_not_hide_how_the_other_one_is(api: Api) -> None:
    findings = found(providers=["anthropic", "foundry"])

    assert [each.verdict for each in findings] == [Verdict.BAD, Verdict.GOOD, Verdict.GOOD]
    assert "ANTHROPIC_BASE_URL" in findings[0].sentence


def test_what_a_provider_lacks_and_which_price_is_not_known_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLOUD_ML_REGION", raising=False)

    lacking, price = found(providers="vertex", default="zebra")

    assert (lacking.what, lacking.verdict) == ("models at vertex", Verdict.BAD)
    assert "CLOUD_ML_REGION is not set" in lacking.sentence
    assert (price.what, price.verdict) == ("price of zebra", Verdict.MISSING)
    assert "counts as the dearest" in price.sentence


def test_the_bot_is_offline_only_where_no_provider_is_named(sqlite_store: Store) -> None:
    bare, circuits = Settings(anthropic_api_key=None), Circuits(sqlite_store, str)

    assert isinstance(model_of(bare, Policy(), sqlite_store, circuits), OfflineModel)
    named = Policy(models=Models.model_validate({"providers": ["anthropic", "foundry"]}))
    with pytest.raises(BadSettings, match=r"has anthropic among models.providers, and ANTHROPIC_API_KEY is not set"):
        model_of(bare, named, sqlite_store, circuits)


def test_what_env_says_of_aws_is_seen_by_its_own_chain_of_credentials(
    sqlite_store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("with-env")
    (folder / ".env").write_text("AWS_PROFILE=shop\nAWS_REGION=eu-west-1\nAWS_BEARER_TOKEN_BEDROCK=k\n")
    monkeypatch.chdir(folder)
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_BEARER_TOKEN_BEDROCK"):
        monkeypatch.setenv(name, "")  # so that it is taken away again
        monkeypatch.delenv(name)
    models = {"default": "m", "stages": {}, "providers": "bedrock", "ids": {"bedrock": {"m": "global.m"}}}

    model_of(Settings(), Policy.model_validate({"models": models}), sqlite_store, Circuits(sqlite_store, str))

    assert os.environ["AWS_PROFILE"] == "shop"


@pytest.mark.parametrize(
    "address", ["https://gate.example/claude", "https://gate.example/claude/v1", "https://gate.example/claude/v1/"]
)
def test_the_address_of_claude_may_be_given_as_other_tools_want_it(address: str) -> None:
    assert Settings(anthropic_base_url=address).anthropic_base_url == "https://gate.example/claude"
