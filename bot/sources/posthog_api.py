"""PostHog's private REST API: one project's pages and queries, with a personal API key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import requests

from agents.errors import SourceRejected
from bot.sources.source import down_of, is_json, no_of, refuse_elsewhere, retry_after, unanswered, why_in

_PATIENCE = 30  # seconds; a query may take a while
_QUERY = "query/"
_PAGES = 20  # of one list that are read at once


@dataclass(frozen=True)
class Project:
    """One project of a PostHog. `name` is the source's in the policy, for sentences."""

    name: str
    session: requests.Session
    url: str
    id: str

    @property
    def page(self) -> str:
        """Where a person finds the project."""
        return f"{self.url}/project/{self.id}"

    def get(self, path: str, params: Mapping[str, str] | None = None) -> dict[str, Any]:
        """What is at a path below the project's. Raises SourceDown and SourceRejected."""
        return self._answer("GET", path, params=dict(params or {}))

    def query(self, query: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a query, worked out now. Raises SourceDown and SourceRejected.

        Without `refresh` PostHog answers the same query from its cache for up to six hours.
        """
        return self._answer("POST", _QUERY, json={"query": dict(query), "refresh": "force_blocking"})

    def listed(self, path: str, params: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        """The rows of a list, page after page. Raises SourceDown and SourceRejected."""
        size = int(params["limit"])
        for number in range(_PAGES):
            page = self.get(path, {**params, "offset": str(number * size)})
            yield from page["results"]
            if not page.get("next"):
                return

    def _answer(self, method: str, path: str, **sent: Any) -> dict[str, Any]:
        where = f"{self.url}/api/projects/{self.id}/{path}"
        try:
            response = self.session.request(method, where, timeout=_PATIENCE, **sent)
        except requests.RequestException as error:
            raise unanswered(error, name=self.name, whose="PostHog", check="POSTHOG_URL") from error
        refuse_elsewhere(response, whose="PostHog", check="POSTHOG_URL")
        status = response.status_code
        if status == requests.codes.too_many_requests or status >= requests.codes.server_error:
            raise down_of(status)(
                f"PostHog answered {status}; {self.name} is read again later", retry_after(response.headers)
            )
        if status == requests.codes.bad_request and path.startswith(_QUERY):
            raise SourceRejected(f"PostHog cannot read this query{why_in(response)}; ask it in other words")
        if not response.ok:
            raise no_of(status)(
                f"PostHog answered {status} for {path.partition('/')[0]}{why_in(response)}; check POSTHOG_API_KEY (a "
                "personal API key that may read query, error_tracking, session_recording and alert), POSTHOG_URL and "
                f"sources.{self.name}.options.project"
            )
        if not is_json(response):
            raise SourceRejected(
                f"PostHog answered with a page that is no JSON; check POSTHOG_URL, which {self.name} reads"
            )
        return dict(response.json())
