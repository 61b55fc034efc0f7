"""What Linear can be asked: issues by words, and one issue with its comments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from agents.adapters.linear import Linear
from agents.errors import SourceRejected
from agents.terms import SourceTerms
from bot.settings import Settings, secret
from bot.sources.asking import Told
from storage.raw import clipped

MOST_FOUND = 10
MOST_COMMENTS = 50
_LONGEST_COMMENT = 1500  # characters
_SEARCH = """
query Search($term: String!, $first: Int!) {
  searchIssues(term: $term, first: $first, includeComments: true) {
    nodes { identifier title description url updatedAt state { name type } team { key } }
  }
}
"""
_ISSUE = """
query Issue($id: String!, $first: Int!) {
  issue(id: $id) {
    identifier title description url createdAt updatedAt
    state { name type }
    team { key }
    comments(first: $first) { nodes { body createdAt user { name } } }
  }
}
"""


@dataclass(frozen=True)
class LinearLookup(Told):
    """Asks one workspace, of it only the teams that the source names, if it names any."""

    client: Linear
    teams: tuple[str, ...] = ()

    def search(self, words: str) -> str:
        """The issues that match, a few lines each. Raises SourceDown or SourceRejected."""
        found = self.asked(lambda: self.client.ask(_SEARCH, {"term": words, "first": MOST_FOUND}))
        issues = [issue for issue in found["searchIssues"]["nodes"] if self._ours(issue)]
        return "\n\n".join(map(_brief, issues)) or "No issue matches."

    def issue(self, key: str) -> str:
        """One issue in full, with its comments, oldest first. Raises SourceDown or SourceRejected."""
        issue = self.asked(lambda: self.client.ask(_ISSUE, {"id": key, "first": MOST_COMMENTS}))["issue"]
        if not issue or not self._ours(issue):
            raise SourceRejected(f"{self.name} has no issue {key}")
        return "\n".join(_whole(issue))

    def _ours(self, issue: Mapping[str, Any]) -> bool:
        return not self.teams or (issue.get("team") or {}).get("key") in self.teams


def _brief(issue: Mapping[str, Any]) -> str:
    state = (issue.get("state") or {}).get("name", "")
    head = f"{issue['identifier']} {issue['title']} ({state}, {str(issue.get('updatedAt'))[:10]}) {issue['url']}"
    return f"{head}\n  {clipped(' '.join(str(issue.get('description') or '').split()), 400)}".rstrip()


def _whole(issue: Mapping[str, Any]) -> Iterator[str]:
    state = (issue.get("state") or {}).get("name", "")
    yield f"{issue['identifier']} {issue['title']} ({state}) {issue['url']}"
    yield f"created {issue.get('createdAt')}, changed {issue.get('updatedAt')}"
    yield str(issue.get("description") or "(no description)")
    comments = (issue.get("comments") or {}).get("nodes") or []
    for comment in sorted(comments, key=lambda one: str(one.get("createdAt"))):
        who = (comment.get("user") or {}).get("name") or "somebody"
        yield f"\n{who} on {str(comment.get('createdAt'))[:10]}: {clipped(str(comment.get('body')), _LONGEST_COMMENT)}"


def open_lookup(name: str, terms: SourceTerms, settings: Settings) -> LinearLookup:
    """What a Linear source of the policy can be asked, with LINEAR_API_KEY."""
    teams = tuple(terms.options.get("teams", "").upper().replace(",", " ").split())
    return LinearLookup(name, terms, Linear(secret(settings.linear_api_key), settings.linear_url), teams)
