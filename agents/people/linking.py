"""Issues that people link with a report: later signals of one join the report, and our pull request names it.

Whoever may see the report may link one; that approves nothing, and is taken back by unlinking it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from agents import rules
from agents.gathering.placing import ISSUE
from agents.people.answers import Answer
from agents.ports import Nudge
from agents.rules import Person
from storage.errors import IllegalMove
from storage.records import Report
from storage.status import Visibility
from storage.store import Store

USAGE = (
    "Name the report and an issue of GitHub or Linear by its link, such as: `/signalbox link SB-12 <link>`; `unlink` "
    "takes it back. With the link of a pull request it is what mends the report."
)
_HOST = r"https?://[\w.-]+(?::\d{1,5})?"  # no name and password before it, and no sign that browsers read otherwise
_HOSTED = re.compile(rf"{_HOST}/([\w.-]+/[\w.-]+)/issues/(\d{{1,9}})", re.ASCII)
_TRACKED = re.compile(rf"{_HOST}(?:/[\w.-]+)*/issue/([A-Za-z][A-Za-z0-9]{{0,9}}-\d{{1,9}})", re.ASCII)


@dataclass(frozen=True)
class Linking:
    """Links issues with reports, or says why not."""

    store: Store
    nudge: Nudge
    home_team: str

    def link(self, report_id: int, words: str, person: Person) -> Answer:
        """Link the issue that the words name. Raises NotFound."""
        named = self._named(words, person)
        if isinstance(named, str):
            return Answer(ok=False, sentence=named)
        url, identifier = named
        report = self.store.reports.get(report_id)
        try:
            new = self.store.linked.link(report_id, url, identifier, person.user_id)
        except IllegalMove as error:
            return Answer(ok=False, sentence=str(error))
        if not new:
            return Answer(ok=False, sentence=f"{identifier} is linked with {report.ref} already.")
        self.nudge.report(report_id)
        said = f"{identifier} is linked with {report.ref}: what is reported of it joins, and my pull request names it."
        return Answer(ok=True, sentence=f"{said}{self._elsewhere(report, url)}")

    def unlink(self, report_id: int, words: str, person: Person) -> Answer:
        """Take that back. Raises NotFound."""
        named = self._named(words, person)
        if isinstance(named, str):
            return Answer(ok=False, sentence=named)
        report = self.store.reports.get(report_id)
        if not self.store.linked.unlink(report_id, named[0], person.user_id):
            return Answer(ok=False, sentence=f"{named[1]} is not linked with {report.ref}.")
        self.nudge.report(report_id)
        return Answer(ok=True, sentence=f"{named[1]} is not linked with {report.ref} any more. What joined stays.")

    def _named(self, words: str, person: Person) -> tuple[str, str] | str:
        if refusal := rules.may_ask(person, self.home_team):
            return refusal
        found = ISSUE.search(words)
        identifier = identifier_of(found[0]) if found is not None else ""
        return (found[0], identifier) if found is not None and identifier else USAGE

    def _elsewhere(self, report: Report, url: str) -> str:
        """That it is in another report already, if whoever sees this one may see that one."""
        others = [
            each.ref
            for each in self.store.linked.elsewhere(report.id or 0, url)
            if each.visibility is Visibility.PUBLIC or each.channel == report.channel
        ]
        if not others:
            return ""
        return f" It is in {', '.join(others)} already: `/signalbox merge {others[0]} into {report.ref}` joins the two."


def identifier_of(url: str) -> str:
    """How people call the issue at an address; empty for what is none that we know."""
    if hosted := _HOSTED.fullmatch(url):
        return f"{hosted[1]}#{hosted[2]}"
    tracked = _TRACKED.fullmatch(url)
    return tracked[1].upper() if tracked is not None else ""
