"""The credentials of AWS and Google, by their real SDKs where they are installed (extras bedrock and vertex)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from agents.adapters.claude.prices import price_of
from agents.errors import ModelDown
from agents.model_terms import Provider
from playground.loopback import Loopback
from storage.judgments import Stage
from storage.readings import Reading
from storage.store import Store
from tests.agents.asking_claude import ABOUT, calls
from tests.agents.loopback import Api
from tests.agents.served_elsewhere import HERE, MODEL, a_model


def test_the_credentials_of_aws_sign_a_request_where_there_is_boto3(
    api: Api, sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("boto3")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")

    a_model(Provider.BEDROCK, api, sqlite_store, {"AWS_BEARER_TOKEN_BEDROCK": ""}).judge(Stage.READ, ABOUT, Reading)

    assert api.asked[0][0]["authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIA/")
    assert "/eu-west-1/bedrock/aws4_request" in api.asked[0][0]["authorization"]


def test_without_credentials_of_aws_nothing_is_sent_and_the_work_waits(
    api: Api, sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("boto3")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/nonexistent")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    elsewhere = {"AWS_BEARER_TOKEN_BEDROCK": "", "AWS_REGION": "eu-north-1"}  # the SDK keeps a session for each region
    with pytest.raises(ModelDown, match=r"credentials for Claude at Bedrock cannot be had .*; set AWS_PROFILE"):
        a_model(Provider.BEDROCK, api, sqlite_store, elsewhere).judge(Stage.READ, ABOUT, Reading)

    assert not api.asked
    assert calls(sqlite_store)[0].cost_usd == 0.0


def test_the_account_of_google_gets_itself_a_token_where_there_is_google_auth(
    api: Api, sqlite_store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pytest.importorskip("google.auth")
    served = Starlette(routes=[Route("/token", lambda _: JSONResponse(a_token), methods=["POST"])])
    a_token = {"access_token": "t0ken", "expires_in": 3600, "token_type": "Bearer"}
    with Loopback(served) as google:
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(an_account(tmp_path, f"{google.url}/token")))
        model = a_model(Provider.VERTEX, api, sqlite_store)
        assert model.judge(Stage.READ, ABOUT, Reading).passed

    headers, body = api.asked[0]
    assert headers["authorization"] == "Bearer t0ken"
    assert headers[":path"] == (
        f"/projects/shop/locations/europe-west1/publishers/anthropic/models/{HERE[Provider.VERTEX]}:rawPredict"
    )
    assert "output_config" not in body
    assert calls(sqlite_store)[0].cost_usd == pytest.approx(1.1 * price_of(MODEL).of(1000, 2000, 10_000, 200))


def test_without_credentials_of_google_nothing_is_sent_and_the_work_waits(
    api: Api, sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("google.auth")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nonexistent.json")

    with pytest.raises(ModelDown, match=r"credentials for Claude at Vertex cannot be had \(DefaultCredentialsError\)"):
        a_model(Provider.VERTEX, api, sqlite_store).judge(Stage.READ, ABOUT, Reading)

    assert not api.asked


def an_account(folder: Path, token_uri: str) -> Path:
    """The key file of a service account, with a key of its own."""
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 google-auth brings it
    from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    account = {
        "type": "service_account",
        "project_id": "shop",
        "private_key_id": "1",
        "private_key": key.decode(),
        "client_email": "bot@shop.example",
        "client_id": "1",
        "token_uri": token_uri,
    }
    path = folder / "account.json"
    path.write_text(json.dumps(account), encoding="utf-8")
    return path
