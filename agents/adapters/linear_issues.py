"""Issues in Linear, written through the same client that reads it.

An issue has the id that we give it, so that one whose answer was lost is found again. The key needs *Write*: with
*Create issues* alone Linear refuses the link.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from agents.adapters.linear import Linear
from agents.errors import NotAtSource, SourceRejected
from agents.tracker_ports import IssueDraft, MadeIssue

_FIND = """
query Issue($id: String!, $first: Int!) {
  issue(id: $id) { id identifier url attachments(first: $first) { nodes { url } } }
}
"""
_TEAM = """
query Teams($filter: TeamFilter, $first: Int!) { teams(filter: $filter, first: $first) { nodes { id key } } }
"""
_CREATE = """
mutation Create($input: IssueCreateInput!) { issueCreate(input: $input) { success issue { id identifier url } } }
"""
_LINK = """
mutation Link($issueId: String!, $url: String!, $title: String!) {
  attachmentLinkURL(issueId: $issueId, url: $url, title: $title) { success }
}
"""
_MOST_LINKS = 50
_NOWHERE = str(UUID(int=0))
_SCOPE = "Invalid scope"


@dataclass(frozen=True)
class LinearIssues:
    """Implements `agents.tracker_ports.IssueTracker` on one team of one workspace."""

    client: Linear
    team: str  # its key, such as SHOP

    def ensure_issue(self, key: UUID, draft: IssueDraft) -> MadeIssue:
        """The issue of this id, made unless it is there."""
        if found := self._found(key):
            return found[0]
        given = {"id": str(key), "teamId": self.team_id(), "title": draft.title, "description": draft.description}
        made = self.client.ask(_CREATE, {"input": given})["issueCreate"]
        if not made.get("success") or not made.get("issue"):
            raise SourceRejected(f"Linear did not make an issue in the team {self.team}; the log of Linear may say why")
        return MadeIssue(identifier=made["issue"]["identifier"], url=made["issue"]["url"])

    def ensure_link(self, key: UUID, url: str, title: str) -> None:
        """Have the issue name an address, once. One that people deleted is left alone."""
        found = self._found(key)
        if found is not None and url not in found[1]:
            self.client.ask(_LINK, {"issueId": str(key), "url": url, "title": title})

    def team_id(self) -> str:
        """The team's own id. Raises SourceRejected where the key does not see such a team."""
        teams = self.client.ask(_TEAM, {"filter": {"key": {"eq": self.team}}, "first": 1})["teams"]["nodes"]
        if not teams:
            raise SourceRejected(
                f"Linear shows no team {self.team}; check `team` under [linear] in the policy file, and what "
                "LINEAR_API_KEY may see"
            )
        return str(teams[0]["id"])

    def lacks_write(self) -> bool:
        """Whether the key may not write. Linear is asked to link an issue that cannot exist, so nothing is changed."""
        try:
            self.client.ask(_LINK, {"issueId": _NOWHERE, "url": "https://signalbox.invalid/", "title": "Signalbox"})
        except SourceRejected as refused:
            return _SCOPE in str(refused)
        return False

    def _found(self, key: UUID) -> tuple[MadeIssue, frozenset[str]] | None:
        """The issue with the addresses that it names; None when there is none."""
        try:
            issue = self.client.ask(_FIND, {"id": str(key), "first": _MOST_LINKS})["issue"]
        except NotAtSource:
            return None
        made = MadeIssue(identifier=issue["identifier"], url=issue["url"])
        return made, frozenset(str(each["url"]) for each in issue["attachments"]["nodes"])
