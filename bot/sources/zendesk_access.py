"""How Zendesk lets us in: the tokens of an OAuth client, each for a short time.

API tokens cannot be created any more since 2026-10-27 and end on 2027-04-30. A client's own token ("client
credentials") acts as the administrator who made the client.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import requests
from requests.auth import AuthBase

from agents.adapters.sessions import BoundedSession, how_it_failed
from agents.errors import SourceDown, SourceRejected
from bot.sources.source import PATIENCE, is_json, retry_after, why_in

_SCOPE = "read"


@dataclass
class OAuthClient(AuthBase):
    """Asks for a token before the first request and, once, when one is refused: it ended or was revoked."""

    url: str
    client_id: str
    client_secret: str = field(repr=False)
    token: str = field(default="", repr=False)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self.token or self._renewed()}"
        request.register_hook("response", self._again)  # type: ignore[no-untyped-call]
        return request

    def _again(self, response: requests.Response, **options: Any) -> requests.Response:
        refused = response.status_code == requests.codes.unauthorized
        if not refused or not response.url.startswith(f"{self.url}/"):
            return response
        response.close()
        request = response.request.copy()
        request.headers["Authorization"] = f"Bearer {self._renewed()}"
        return response.connection.send(request, **options)

    def _renewed(self) -> str:
        body = {
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "scope": _SCOPE,
        }
        try:
            with BoundedSession() as session:
                where = f"{self.url}/oauth/tokens"
                response = session.post(where, json=body, timeout=PATIENCE, allow_redirects=False)
        except requests.RequestException as error:
            raise SourceDown(f"Zendesk gave no token: it {how_it_failed(error)}; it is asked again later") from error
        status = response.status_code
        if status == requests.codes.too_many_requests or status >= requests.codes.server_error:
            raise SourceDown(
                f"Zendesk gave no token ({status}); it is asked again later", retry_after(response.headers)
            )
        told = response.json() if is_json(response) else None
        token = told.get("access_token") if isinstance(told, dict) else None
        if status >= requests.codes.multiple_choices or not token:
            raise SourceRejected(
                f"Zendesk answered {status}{why_in(response)} when asked for a token; check ZENDESK_URL, "
                "ZENDESK_CLIENT_ID and ZENDESK_CLIENT_SECRET (a confidential OAuth client of an administrator)"
            )
        self.token = str(token)
        return self.token
