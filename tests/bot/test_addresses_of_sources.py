"""What a person reads where a source's address is wrong, or has moved."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from agents.errors import SourceDown, SourceRejected
from agents.terms import SourceTerms
from bot.settings import Settings
from bot.sources import KINDS
from bot.sources.source import unanswered, why_in
from playground.loopback import Loopback


def pull(kind: str, url: str) -> None:
    options = {"organization": "acme", "project": "1", "shapes": "errors"}
    terms = SourceTerms(kind=kind, report_to="C01", options=options)
    given: dict[str, Any] = {f"{kind}_url": url, "sentry_token": SecretStr("t"), "posthog_api_key": SecretStr("t")}
    KINDS[kind]("errors", terms, Settings(_env_file=None, **given)).pull("")


@pytest.mark.parametrize("kind", ["sentry", "posthog"])
def test_a_service_that_moved_is_not_blamed_on_the_token(kind: str) -> None:
    """As app.posthog.com sends on to us.posthog.com: the token stays behind, and the answer is 401."""

    def answer(request: Request) -> Response:
        if request.url.hostname == "localhost":
            return JSONResponse({"detail": "Authentication credentials were not provided."}, 401)
        return RedirectResponse(str(request.url.replace(hostname="localhost")), 301)

    served = Starlette(routes=[Route("/{any:path}", answer, methods=["GET", "POST"])])
    with Loopback(served) as at, pytest.raises(SourceRejected, match="sent us on to http://localhost"):
        pull(kind, at.url)


@pytest.mark.parametrize("kind", ["sentry", "posthog"])
def test_an_address_without_https_is_not_waited_for(kind: str) -> None:
    with pytest.raises(SourceRejected, match=rf"begins with https://; check .*{kind.upper()}_URL"):
        pull(kind, f"{kind}.example")


def test_a_certificate_that_nobody_here_trusts_is_called_so() -> None:
    fault = unanswered(requests.exceptions.SSLError("words"), name="errors", whose="Sentry", check="SENTRY_URL")

    assert isinstance(fault, SourceDown)
    assert "REQUESTS_CA_BUNDLE" in str(fault)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b'{"detail": {"code": "sso-required", "message": "Must login via SSO"}}', " (Must login via SSO)"),
        (b'{"error": "Couldn\'t authenticate you"}', " (Couldn't authenticate you)"),
        (b'{"error": {"title": "Forbidden", "message": "No access"}}', " (No access)"),
        (b'{"error": "invalid_client", "error_description": "no such client"}', " (no such client)"),
        (b"[]", ""),
    ],
)
def test_a_service_s_own_reason_is_told_in_each_of_its_shapes(body: bytes, why: str) -> None:
    response = requests.Response()
    response._content = body

    assert why_in(response) == why
