"""Linear issues as signals: the open issues of some teams or labels; a reopened one is a new occurrence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agents.adapters.linear import Linear, Priority
from agents.errors import NotAtSource, NotShown, SourceDown, SourceRejected
from agents.fixes.issue_ids import is_ours
from agents.terms import SourceTerms, seconds
from bot.settings import Settings, secret
from bot.sources.naming import missing, strange
from bot.sources.reading import Reading, moment, moment_in, name_in
from bot.sources.source import Position, Pulled
from storage.raw import RawSignal, Severity

PAGE = 25  # an issue's history makes each of them dear: Linear counts what a query could bring
_CLOSED = ("completed", "canceled", "duplicate")  # types of states
_SEVERITY: dict[int, Severity] = {
    Priority.URGENT: Severity.FATAL,
    Priority.HIGH: Severity.ERROR,
    Priority.LOW: Severity.INFO,
}
_REPORTS = ("/issues/", "/tickets/", "/issue/")  # in the address of what an issue was made from
_QUERY = """
query Issues($filter: IssueFilter, $first: Int!, $after: String) {
  issues(filter: $filter, first: $first, after: $after, orderBy: updatedAt) {
    nodes {
      id identifier previousIdentifiers title description url priority createdAt updatedAt
      state { name type }
      team { key }
      creator { name }
      assignee { name }
      labels(first: 10) { nodes { name } }
      attachments(first: 5) { nodes { url } }
      history(first: 50) { nodes { createdAt fromState { type } toState { type } } }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""


_LOOK = """
query Issue($id: String!) { issue(id: $id) { identifier trashed } }
"""
_TEAMS = """
query Teams($filter: TeamFilter, $first: Int!) { teams(filter: $filter, first: $first) { nodes { key } } }
"""


_LABELS = """
query Labels($filter: IssueLabelFilter, $first: Int!) {
  issueLabels(filter: $filter, first: $first) { nodes { name } }
}
"""
_MOST = 250  # that Linear lists at once


class LinearPosition(Position):
    """How far Linear has been read. Its list runs from the newest change down, so a long one is read in parts.

    While it is, `after` is Linear's own cursor, and `then` is the position once all parts are read.
    """

    after_page: str = ""
    then: Position | None = None


@dataclass(frozen=True)
class LinearIssues:
    """Reads the open issues of a workspace, or of some teams, or with some labels."""

    name: str
    terms: SourceTerms
    client: Linear
    teams: tuple[str, ...]  # keys, such as PLAT
    labels: tuple[str, ...]
    lookback: float  # seconds, at the first pull
    failing: dict[str, int] = field(default_factory=dict)

    def pull(self, cursor: str) -> Pulled:
        """At most PAGE open issues that changed since the cursor; what was made of our own reports is no signal."""
        at = LinearPosition.at(cursor, self.lookback)
        asked = {"filter": self._filter(at.since), "first": PAGE, "after": at.after_page or None}
        page, lacks = self.client.ask_page(_QUERY, asked, "issues")
        lacking = {id(page["nodes"][node]): lack for node, lack in lacks.items()}
        reading = Reading(self.name, _name, failing=self.failing)
        placed = list(reading.each(page["nodes"], _place))
        fresh = [(issue, place) for issue, place in placed if place[1] not in at.seen]
        then = at.then or Position(since=at.since, seen=at.seen).after([place for _, place in fresh])
        following = LinearPosition(since=then.since, seen=then.seen)
        more = bool(page["pageInfo"]["hasNextPage"])
        if more:
            end = str(page["pageInfo"]["endCursor"])
            lowest = min((changed for _, (changed, _) in placed), default=at.below)
            following = LinearPosition(since=at.since, seen=at.seen, below=lowest, after_page=end, then=then)
        newest_last = [issue for issue, _ in reversed(fresh) if not is_ours(str(issue.get("id")))]
        read = reading.each(newest_last, lambda issue: self._signal(issue, lacking.get(id(issue)), reading))
        signals = tuple(signal for _, signal in read)
        return Pulled(signals, following.model_dump_json(), more, unread=reading.unread)

    def strangers(self) -> tuple[str, ...]:
        """The teams and labels that the workspace does not have."""
        by_key = {"key": {"in": list(self.teams)}}
        by_name = {"or": [{"name": {"eqIgnoreCase": label}} for label in self.labels]}
        return (
            *self._strangers("team", self.teams, _TEAMS, by_key, "key"),
            *self._strangers("label", self.labels, _LABELS, by_name, "name"),
        )

    def _strangers(
        self, what: str, named: tuple[str, ...], query: str, those: Mapping[str, Any], key: str
    ) -> tuple[str, ...]:
        """Asked for by name: of a long list only the beginning is told, and that only where one is missing."""

        def listed(wanted: Mapping[str, Any]) -> list[str]:
            (found,) = self.client.ask(query, {"filter": wanted, "first": _MOST}).values()
            return [str(node[key]) for node in found["nodes"]]

        strangers = missing(named, listed(those)) if named else []
        there = sorted(set(listed({}))) if strangers else []
        return tuple(strange(what, each, there) for each in strangers)

    def gone(self, external_ids: Sequence[str]) -> tuple[str, ...]:
        """Those in the trash, and those that are nowhere while their team can still be seen.

        What is only archived is not deleted: Linear archives by itself what was closed long ago.
        """
        return tuple(each for each in external_ids if self._is_gone(each))

    def _is_gone(self, identifier: str) -> bool:
        try:
            return bool((self.client.ask(_LOOK, {"id": identifier})["issue"] or {}).get("trashed"))
        except NotAtSource as error:
            key = identifier.rpartition("-")[0]
            teams = self.client.ask(_TEAMS, {"filter": {"key": {"eq": key}}, "first": 1})["teams"]["nodes"]
            if not teams:
                raise SourceRejected(
                    f"Linear shows no team {key} any more, so whether {identifier} was deleted cannot be told; check "
                    "what LINEAR_API_KEY may see"
                ) from error
            return True

    def _filter(self, since: dt.datetime) -> dict[str, Any]:
        wanted: dict[str, Any] = {
            "updatedAt": {"gte": since.astimezone(dt.UTC).isoformat()},
            "state": {"type": {"nin": list(_CLOSED)}},
        }
        if self.teams:
            wanted["team"] = {"key": {"in": list(self.teams)}}
        if self.labels:
            # Linear's `in` tells Bug from bug; nobody is told that no label is called so.
            wanted["or"] = [{"labels": {"some": {"name": {"eqIgnoreCase": label}}}} for label in self.labels]
        return wanted

    def _signal(self, issue: Mapping[str, Any], lack: SourceDown | NotShown | None, reading: Reading) -> RawSignal:
        reading.beside(issue, "a part of it", lambda: _whole(lack), None)
        names = [*issue["previousIdentifiers"], issue["identifier"]]  # it gets another one when it changes teams
        people = [str(person["name"]) for role in ("creator", "assignee") if (person := issue.get(role))]
        again = _reopened(issue)
        return RawSignal(
            source=self.name,
            external_id=names[0],
            occurrence=again,
            title=str(issue["title"]),
            body=_body(issue),
            url=str(issue["url"]),
            author=str((issue.get("creator") or {}).get("name") or "Linear"),
            people=tuple(people),
            channel=self.terms.report_to,
            visibility=self.terms.visibility,
            severity=_SEVERITY.get(int(issue["priority"]), Severity.WARNING),
            keys=_keys(issue, names),
            labels=(f"team {issue['team']['key']}", *_labels(issue)),
            happened_at=moment(again.removeprefix("reopened ")) if again else moment_in(issue, "createdAt"),
        )


def _name(issue: object) -> str:
    return name_in(issue, "identifier")


def _whole(lack: SourceDown | NotShown | None) -> None:
    """Raises what an issue lacks."""
    if lack is not None:
        raise lack


def _body(issue: Mapping[str, Any]) -> str:
    """Its words, and what rarely changes: whatever stands here is read anew when it does."""
    labels = ", ".join(_labels(issue))
    about = f"team: {issue['team']['key']}" + (f"   labels: {labels}" if labels else "")
    return f"{issue.get('description') or ''}\n\n{about}".strip()


def _labels(issue: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(label["name"]) for label in issue["labels"]["nodes"])


def _reopened(issue: Mapping[str, Any]) -> str:
    """The moment at which it was last taken out of a closed state; empty when it never was."""
    moments = [
        str(change["createdAt"])
        for change in issue["history"]["nodes"]
        if _type(change.get("fromState")) in _CLOSED
        and change.get("toState")
        and _type(change["toState"]) not in _CLOSED
    ]
    return f"reopened {max(moments, key=moment)}" if moments else ""


def _type(state: Mapping[str, Any] | None) -> str:
    return str((state or {}).get("type", ""))


def _keys(issue: Mapping[str, Any], names: list[str]) -> tuple[str, ...]:
    """The issue itself, and the error, ticket or issue elsewhere that it was made from."""
    links = [str(link["url"]) for link in issue["attachments"]["nodes"]]
    keys = [*(f"linear:{name}" for name in names), f"url:{issue['url']}"]
    keys += [f"url:{link}" for link in links if any(part in link for part in _REPORTS)]
    return tuple(keys)


def _place(issue: Mapping[str, Any]) -> tuple[dt.datetime, str]:
    """When it last changed, and by what it is known in the list. Raises Malformed."""
    changed = moment_in(issue, "updatedAt")
    return changed, f"{name_in(issue, 'identifier')} {issue['updatedAt']}"


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


OPTIONAL = ("teams", "labels", "lookback")  # options


def open_source(name: str, terms: SourceTerms, settings: Settings) -> LinearIssues:
    """The open issues, of `options.teams` and with one of `options.labels` if given, with LINEAR_API_KEY."""
    return LinearIssues(
        name=name,
        terms=terms,
        client=Linear(secret(settings.linear_api_key), settings.linear_url),
        teams=_words(terms.options.get("teams", "").upper()),
        labels=_words(terms.options.get("labels", "")),
        lookback=float(str(seconds(terms.options.get("lookback", "1d")))),
    )
