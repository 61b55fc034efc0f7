"""Who is known to the code host, and which token stands for whom."""

from __future__ import annotations

import itertools
from dataclasses import replace

from playground.codehost.problems import Problem
from playground.codehost.records import Actor, Permission, Person


class Directory:
    """People and tokens of one code host."""

    def __init__(self, ids: itertools.count[int]) -> None:
        self._ids = ids
        self._people: dict[str, Person] = {}
        self._tokens: dict[str, Actor] = {}

    def add(self, login: str, permission: Permission, name: str = "", *, is_bot: bool = False) -> Person:
        """Make somebody known, or change what they may do."""
        known = self._people.get(login.lower())
        person = Person(known.id if known else next(self._ids), login, permission, name, is_bot)
        self._people[login.lower()] = person
        return person

    def find(self, login: str) -> Person | None:
        return self._people.get(login.lower())

    def known(self, login: str) -> Person:
        """Raises Problem 404 for somebody who is not known."""
        person = self.find(login)
        if person is None:
            raise Problem(404, "Not Found", (f"{login} has no account here: add_person() makes one",))
        return person

    def known_or_passer_by(self, login: str) -> Person:
        """Somebody unknown becomes a person who may only read."""
        return self.find(login) or self.add(login, Permission.READ)

    def people(self) -> list[Person]:
        return list(self._people.values())

    def add_token(self, token: str, person: Person, *, read_only: bool, fine_grained: bool) -> None:
        self._tokens[token] = Actor(person, read_only, fine_grained)

    def actor(self, token: str | None) -> Actor:
        """Whom this token stands for. Raises Problem 401, worded as GitHub does."""
        if token is None:
            raise Problem(401, "Requires authentication")
        actor = self._tokens.get(token)
        if actor is None:
            raise Problem(401, "Bad credentials")
        person = self.find(actor.person.login)  # what they may do can have changed since
        return replace(actor, person=person or actor.person)
