"""Names of people, where a source marks them as such: no program tells a name from a word by its looks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agents.redaction.placeholders import Found, Kind, Rule, Span, lowered

_MOST = 50  # people of one signal
_SHORTEST, _SHORTEST_PART = 3, 3
_WORDS = frozenset(
    """
    admin agent alert anonymous api app art bill bot bug case chase chip chrome client cloud code crash customer dash
    data demo dev dot drew error field fix frank github gitlab grace guest hope iris jack jira joy june lane linear link
    long
    mark may media mobile page park pat ping pixel port price product ray reed rich robot root ruby sentry service slack
    son stone sue support system team test tester the token user van von web wells west will young zendesk
    """.split()  # noqa: SIM905 a list of that many strings could not be read
)


class _Person(Rule):
    """All spellings of one person: each has the placeholder of the whole name."""

    def find(self, text: str, lower: str, span: Span) -> Iterator[Found]:  # noqa: ARG002 as in Rule
        whole = self.signs[0]
        for match in self.pattern.finditer(text, *span):
            is_whole = lowered(match[0]) == whole or "," in match[0]
            if is_whole or match[0][:1].isupper():
                yield Found(match.start(), match.end(), self.kind, whole)


def rules_for(people: Sequence[str]) -> tuple[Rule, ...]:
    """A rule for each person: the whole name in any case, and its parts where they are written with a capital.

    A part that is a word too ("Will", "Mark", "Support") goes only with the rest of the name.
    """
    return tuple(_rule(name) for name in dict.fromkeys(_plain(each) for each in people[:_MOST]) if _is_name(name))


def _plain(name: str) -> str:
    return " ".join(name.split())


def _is_name(name: str) -> bool:
    """An address is found by its own rule; a lone word that is no name would spoil the text."""
    return len(name) >= _SHORTEST and "@" not in name and name.lower() not in _WORDS and not name.isdigit()


def _rule(name: str) -> Rule:
    parts = name.split(" ")
    spellings = [r"\s+".join(map(re.escape, parts))]
    if len(parts) > 1:
        spellings.append(rf"{re.escape(parts[-1])},\s{{0,2}}" + r"\s+".join(map(re.escape, parts[:-1])))
        spellings += [re.escape(part) for part in parts if len(part) >= _SHORTEST_PART and part.lower() not in _WORDS]
    pattern = re.compile(rf"(?<![\w@./-])(?:{'|'.join(spellings)})(?![\w-]|[./@]\w)", re.IGNORECASE)
    return _Person(Kind.NAME, pattern, signs=(lowered(name),))
