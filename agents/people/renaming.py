"""Rename: what people call a report stays through later digests. Grouping and agents go on by its own title."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from agents import rules
from agents.mentions import legible
from agents.people.answers import Answer
from agents.ports import Nudge
from agents.rules import Person
from storage.errors import IllegalMove
from storage.store import Store

_LONGEST = 150  # characters, as a card's headline has room for
_QUOTES = "\"'“”„«»\u2018\u2019`"


@dataclass(frozen=True)
class Renaming:
    """Gives a report a person's name, or says why not. Whoever may see it may."""

    store: Store
    nudge: Nudge
    home_team: str
    redact: Callable[[str], str]

    def rename(self, report_id: int, words: str, person: Person) -> Answer:
        """Call it by these words. Raises NotFound."""
        if refusal := rules.may_ask(person, self.home_team):
            return Answer(ok=False, sentence=refusal)
        report = self.store.reports.get(report_id)
        name = self.redact(" ".join(legible(words).split()).strip().strip(_QUOTES).strip())
        if not re.search(r"\w", name):
            return Answer(ok=False, sentence=f"Say what to call it: `/signalbox rename {report.ref} exports hang`.")
        if len(name) > _LONGEST:
            return Answer(ok=False, sentence=f"That is too long for a title: {_LONGEST} characters at most.")
        try:
            new = self.store.names.give(report_id, name, person.user_id)
        except IllegalMove as error:
            return Answer(ok=False, sentence=str(error))
        if not new:
            return Answer(ok=False, sentence=f"{report.ref} is called so already.")
        self.nudge.report(report_id)
        back = f"`/signalbox undo {report.ref}` gives it its own title back"
        return Answer(ok=True, sentence=f"{report.ref} has a new name, for everybody who sees it; {back}.")

    def take_back(self, report_id: int, person: Person) -> Answer:
        """Call it by its own title again. Raises NotFound."""
        if refusal := rules.may_ask(person, self.home_team):
            return Answer(ok=False, sentence=refusal)
        report = self.store.reports.get(report_id)
        if not self.store.names.take_back(report_id, person.user_id):
            return Answer(ok=False, sentence=f"{report.ref} has its own title.")
        self.nudge.report(report_id)
        return Answer(ok=True, sentence=f"{report.ref} has its own title again.")
