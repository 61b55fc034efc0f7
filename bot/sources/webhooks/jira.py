"""Issues as Jira sends them: its webhooks (`issue` beside `webhookEvent`), and its automation (the issue itself).

The issue's key is the signal's id, so each event about it updates its words. What is done or deleted is no signal, nor
is an event of a comment: Jira Cloud tells of the issue no more than its summary there, which would empty the signal.
An issue whose resolution is taken back is reopened: another occurrence, a signal of its own with the same address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field

from bot.sources.webhooks.words import (
    Lenient,
    Reading,
    Sent,
    Table,
    Tables,
    Unreadable,
    Word,
    Words,
    fitted,
    severity_of,
)

_BLOCKS = frozenset(
    "paragraph heading codeBlock listItem taskItem decisionItem hardBreak tableRow blockquote caption".split()  # noqa: SIM905
)
_SHOWN = frozenset({"status", "emoji"})  # whose attribute is what people read; that of a mention is somebody's name
_MENTION = re.compile(r"\[~[^\]\n|]{1,200}\]")  # in the markup of Data Center, and of Cloud's webhooks
_DEEPEST = 60  # nodes within nodes


class _Named(Lenient):
    name: Word = ""


class _Person(Lenient):
    displayName: Word = ""  # noqa: N815 as it is sent
    accountType: Word = ""  # noqa: N815 of Jira Cloud

    @property
    def name(self) -> str:
        """Empty for an app: the words of its name are no person's."""
        return "" if self.accountType == "app" else self.displayName


class _Category(Lenient):
    key: Word = ""


class _State(Lenient):
    statusCategory: Annotated[_Category, Table] = _Category()  # noqa: N815


class _Fields(Lenient):
    summary: Word = ""
    description: Any = None  # text, or Atlassian's document format
    environment: Any = None
    created: Word = ""
    updated: Word = ""  # tells an edit that sets the words back from the delivery of before
    labels: Words = ()
    components: Annotated[tuple[_Named, ...], Tables] = ()
    priority: Annotated[_Named, Table] = _Named()
    status: Annotated[_State, Table] = _State()
    reporter: Annotated[_Person, Table] = _Person()
    creator: Annotated[_Person, Table] = _Person()
    assignee: Annotated[_Person, Table] = _Person()


class _Change(Lenient):
    field: Word = ""
    before: Word = Field(default="", alias="from")
    after: Word = Field(default="", alias="to")


class _Changes(Lenient):
    items: Annotated[tuple[_Change, ...], Tables] = ()

    @property
    def reopened(self) -> bool:
        """What a workflow names its states is its team's own; that a resolution is taken back is Jira's."""
        return any(item.field == "resolution" and item.before and not item.after for item in self.items)


class _Issue(Lenient):
    key: Word = ""
    data: Word = Field(default="", alias="self")  # where its data is
    fields: Annotated[_Fields, Table] = _Fields()

    @property
    def url(self) -> str:
        """Its page."""
        site, rest, _ = self.data.partition("/rest/")
        return f"{site}/browse/{self.key}" if rest else ""


def read_issue(sent: object) -> Reading:
    """The issue, unless it is done. Raises Unreadable for what names no issue."""
    table = sent if isinstance(sent, dict) else {}
    event = str(table.get("webhookEvent") or "")
    if event and not event.startswith("jira:issue_"):
        return Reading(ignored=1)
    inner = table.get("issue")
    issue = _Issue.model_validate(inner if isinstance(inner, dict) else table)
    if not issue.key:
        raise Unreadable("there is no issue with a key in it")
    fields = issue.fields
    if event == "jira:issue_deleted" or fields.status.statusCategory.key == "done":
        return Reading(ignored=1)
    reopened = _changes(table).reopened
    people = (fields.reporter.name, fields.creator.name, fields.assignee.name)
    environment = _plain(fields.environment)
    signal = fitted(
        title=fields.summary,
        body="\n\n".join(filter(None, (_plain(fields.description), environment and f"Environment: {environment}"))),
        id=issue.key,
        occurrence=fields.updated if reopened else "",
        severity=severity_of(fields.priority.name),
        url=issue.url,
        author=fields.reporter.displayName,
        people=dict.fromkeys(people),
        labels=(*fields.labels, *(component.name for component in fields.components)),
        happened_at=fields.updated if reopened else fields.created,
    )
    return Reading((Sent(signal, f"{fields.updated}\n{signal.model_dump_json()}"),))


def _changes(event: dict[str, Any]) -> _Changes:
    given = event.get("changelog")
    return _Changes.model_validate(given if isinstance(given, dict) else {})


def _plain(text: object) -> str:
    return _MENTION.sub("", text).strip() if isinstance(text, str) else "".join(_words(text, 0)).strip()


def _words(node: object, depth: int) -> Iterator[str]:
    if not isinstance(node, dict) or depth > _DEEPEST:
        return
    yield _own(node)
    children = node.get("content")
    for child in children if isinstance(children, list) else ():
        yield from _words(child, depth + 1)
    if node.get("type") in _BLOCKS:
        yield "\n"


def _own(node: dict[str, Any]) -> str:
    """What it says itself, with the address that it links to."""
    attributes = _attributes(node)
    text = node.get("text") or attributes.get("url") or (attributes.get("text") if node.get("type") in _SHOWN else "")
    marks = node.get("marks")
    linked = (
        [_attributes(mark).get("href") for mark in marks if isinstance(mark, dict)] if isinstance(marks, list) else []
    )
    return " ".join(map(str, filter(None, (text, *(f"({href})" for href in linked if href and href != text)))))


def _attributes(node: dict[str, Any]) -> dict[str, Any]:
    given = node.get("attrs")
    return given if isinstance(given, dict) else {}
