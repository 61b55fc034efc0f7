"""Which repository problems of the channel are about, chosen among those that our token sees."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import requests

from agents.errors import BadSettings
from bot.doctor.findings import Finding, Verdict
from bot.github_credentials import credentials_of
from bot.settings import Settings
from bot.setup.asking import Asking
from bot.setup.guesses import READ, Guess, guessed

_SHOWN = 9
_OF_AN_APP = "ghs_"  # begins the tokens of an App's installation


@dataclass(frozen=True)
class Chosen:
    """A repository as the policy will name it."""

    name: str
    base_branch: str
    guess: Guess


class Hub:
    """The code host, as our token sees it."""

    def __init__(self, settings: Settings) -> None:
        self._address = settings.github_api_url.rstrip("/")
        self._token = credentials_of(settings).token()

    def login(self) -> Finding:
        """Whose token it is."""
        if self._token.startswith(_OF_AN_APP):
            return Finding("GitHub", Verdict.GOOD, "the App's installation is there")
        answer = self._get("user")
        if not answer.ok:
            return Finding(
                "GitHub", Verdict.BAD, f"it answered {answer.status_code}: the token is refused, copy it anew"
            )
        return Finding("GitHub", Verdict.GOOD, f"the token is {answer.json().get('login')}'s")

    def repositories(self) -> list[str]:
        """Those that may be pushed to, the liveliest first; a hundred at most."""
        of_app = self._token.startswith(_OF_AN_APP)
        answer = self._get(
            "installation/repositories?per_page=100" if of_app else "user/repos?sort=pushed&per_page=100"
        )
        if not answer.ok:
            return []
        seen = answer.json()
        rows: list[dict[str, Any]] = seen["repositories"] if of_app else seen
        return [str(row["full_name"]) for row in rows if of_app or (row.get("permissions") or {}).get("push")]

    def found(self, name: str) -> Chosen | None:
        """The repository with its default branch and how its tests may run; None when the token sees none."""
        answer = self._get(f"repos/{name}")
        if not answer.ok:
            return None
        seen = answer.json()
        branch = str(seen.get("default_branch") or "main")
        listed = self._get(f"repos/{name}/contents?ref={branch}")
        names = [str(entry["name"]) for entry in listed.json()] if listed.ok else []
        texts = {file: self._text(name, file, branch) for file in READ if file in names}
        return Chosen(str(seen["full_name"]), branch, guessed(names, texts))

    def _text(self, name: str, file: str, branch: str) -> str:
        answer = self._get(f"repos/{name}/contents/{file}?ref={branch}", accept="application/vnd.github.raw+json")
        return answer.text if answer.ok else ""

    def _get(self, path: str, accept: str = "application/vnd.github+json") -> requests.Response:
        headers = {"Accept": accept, "Authorization": f"Bearer {self._token}"}
        try:
            return requests.get(f"{self._address}/{path}", headers=headers, timeout=15)
        except requests.RequestException as error:
            raise BadSettings(
                f"GitHub cannot be reached at {self._address} ({type(error).__name__}); check this machine's network "
                "and GITHUB_API_URL, then type `signalbox init` again."
            ) from error


def examine_token(settings: Settings) -> Iterator[Finding]:
    """Whether the code host knows it."""
    yield Hub(settings).login()


def choose_repository(asking: Asking, hub: Hub) -> Chosen | None:
    """The one that a person names or points at; None when they want none."""
    seen = hub.repositories()[:_SHOWN]
    for number, name in enumerate(seen, 1):
        asking.say(f"  {number}  {name}")
    while typed := asking.ask("Repository: its number, or owner/name (Enter: none)"):
        is_pointed_at = typed.isdigit() and 0 < int(typed) <= len(seen)
        name = seen[int(typed) - 1] if is_pointed_at else typed.removeprefix("https://github.com/").removesuffix(".git")
        found = hub.found(name) if name.count("/") == 1 else None
        if found is not None:
            return _with_tests(asking, found)
        asking.say(f"The token sees no repository {name}; check the name, and what the token may see.")
    return None


def _with_tests(asking: Asking, chosen: Chosen) -> Chosen:
    if chosen.guess.requirements:
        asking.say(f"By its files its code and tests import {', '.join(chosen.guess.requirements)}.")
    if chosen.guess.to_do:
        asking.say(f"Before a fix can be proven: {chosen.guess.to_do} (docs/install.md, A repository's tests).")
    while True:
        typed = asking.ask(f"What runs the tests of {chosen.name}?", shlex.join(chosen.guess.test_command))
        try:
            command = tuple(shlex.split(typed))
        except ValueError:
            asking.say("A quotation mark is not closed.")
            continue
        guess = chosen.guess if command == chosen.guess.test_command else Guess(command, *_kept(chosen.guess, command))
        return Chosen(chosen.name, chosen.base_branch, guess)


def _kept(guess: Guess, command: tuple[str, ...]) -> tuple[tuple[str, ...], str, str]:
    """What was guessed about Python goes with a command that is Python's."""
    is_python = any(word.startswith(("python", "pytest")) for word in command)
    return (guess.requirements, guess.path, guess.to_do) if is_python else ((), "", guess.to_do)
