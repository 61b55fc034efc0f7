"""Which repository problems of the channel are about, chosen among those that our token sees."""

from __future__ import annotations

import functools
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

import requests

from agents.adapters.sessions import BoundedSession
from agents.errors import BadSettings
from bot.doctor.findings import Finding, Verdict
from bot.doctor.repositories import examine_addresses
from bot.github_credentials import credentials_of
from bot.settings import Settings
from bot.setup.asking import Asking
from bot.setup.guesses import Guess, corrected, guessed

_SHOWN = 9
_OF_AN_APP = "ghs_"  # begins the tokens of an App's installation
_PASTED = re.compile(  # a repository's name, or an address that has it
    r"(?:(?:https?|ssh)://[^/]+/|git@[^:/]+:)?(?P<name>[\w.-]+/[\w.-]+?)(?:\.git)?(?:/.*)?", re.ASCII
)
_WHY = {
    requests.codes.unauthorized: "the token is refused; copy it anew",
    requests.codes.forbidden: "the token may not do that, or too much was asked; try it again later",
    requests.codes.not_found: "check GITHUB_API_URL (of GitHub Enterprise it ends with /api/v3)",
}


@dataclass(frozen=True)
class Chosen:
    """A repository as the policy will name it."""

    name: str
    base_branch: str
    guess: Guess
    doubts: tuple[str, ...] = ()  # sentences that a person should read at once


class Hub:
    """The code host, as our token sees it. Raises BadSettings when it does not tell."""

    def __init__(self, settings: Settings) -> None:
        self._address = settings.github_api_url.rstrip("/")
        self._token = credentials_of(settings).token()

    def login(self) -> Finding:
        """Whose token it is."""
        if self._token.startswith(_OF_AN_APP):
            return Finding("GitHub", Verdict.GOOD, "the App's installation is there")
        seen = self._table(self._get("user"), "login")
        return Finding("GitHub", Verdict.GOOD, f"the token is {seen['login']}'s")

    def repositories(self) -> list[str]:
        """Those that may be pushed to, the liveliest first; a hundred at most."""
        of_app = self._token.startswith(_OF_AN_APP)
        page = "installation/repositories?per_page=100" if of_app else "user/repos?sort=pushed&per_page=100"
        answer = self._get(page)
        rows = self._table(answer, "repositories")["repositories"] if of_app else self._json(answer)
        if not isinstance(rows, list):
            raise self._nonsense()
        return [str(row["full_name"]) for row in rows if not _is_closed(row, of_app=of_app)]

    def found(self, name: str) -> Chosen | None:
        """The repository with its default branch and how its tests may run; None when the token sees none."""
        answer = self._get(f"repos/{name}", missing=True)
        if answer.status_code == requests.codes.not_found:
            return None
        seen = self._table(answer, "full_name")
        name, branch = str(seen["full_name"]), str(seen.get("default_branch") or "main")
        if seen.get("archived"):
            raise BadSettings(f"{name} is archived: no fix can be pushed there. Name another one.")
        doubts = []
        if not self._token.startswith(_OF_AN_APP) and not (seen.get("permissions") or {}).get("push"):
            doubts.append(f"The token may not push to {name}: no pull request could be opened there.")
        inside = functools.partial(self._names, name, branch)
        if not (names := inside("")):
            doubts.append(
                f"On {branch} of {name} the token sees no file: it is empty, or its contents may not be read."
            )
        read = functools.cache(functools.partial(self._text, name, branch))
        return Chosen(name, branch, guessed(names, read, inside), tuple(doubts))

    def _names(self, name: str, branch: str, folder: str) -> list[str]:
        """Of what is in a folder, or at the top."""
        path = "/".join(filter(None, (f"repos/{name}/contents", quote(folder))))
        listed = self._get(f"{path}?ref={quote(branch, safe='')}", missing=True)
        entries = self._json(listed) if listed.ok else []
        return [str(entry["name"]) for entry in entries if isinstance(entry, dict) and "name" in entry]

    def _text(self, name: str, branch: str, file: str) -> str | None:
        path = f"repos/{name}/contents/{quote(file)}?ref={quote(branch, safe='')}"
        answer = self._get(path, accept="application/vnd.github.raw+json", missing=True)
        return answer.content.decode("utf-8-sig", errors="replace").replace("\0", "") if answer.ok else None

    def _get(
        self, path: str, *, accept: str = "application/vnd.github+json", missing: bool = False
    ) -> requests.Response:
        """With `missing` an answer may say that there is no such thing."""
        headers = {"Accept": accept, "Authorization": f"Bearer {self._token}"}
        try:
            with BoundedSession() as session:
                answer = session.get(f"{self._address}/{path}", headers=headers, timeout=15)
        except requests.RequestException as error:
            raise BadSettings(
                f"GitHub cannot be reached at {self._address} ({type(error).__name__}); check this machine's network "
                "and GITHUB_API_URL, then try it again."
            ) from error
        if answer.ok or (missing and answer.status_code == requests.codes.not_found):
            return answer
        why = _WHY.get(answer.status_code, "try it again later")
        raise BadSettings(f"GitHub answered {answer.status_code} at {self._address}: {why}.")

    def _table(self, answer: requests.Response, key: str) -> dict[str, Any]:
        seen = self._json(answer)
        if not isinstance(seen, dict) or key not in seen:
            raise self._nonsense()
        return seen

    def _json(self, answer: requests.Response) -> Any:
        try:
            return answer.json()
        except ValueError as error:
            raise self._nonsense() from error

    def _nonsense(self) -> BadSettings:
        return BadSettings(
            f"What answers at {self._address} is not GitHub's API; check this machine's network and GITHUB_API_URL "
            "(of GitHub Enterprise it ends with /api/v3)."
        )


def examine_token(settings: Settings) -> Iterator[Finding]:
    """Whether the code host knows it, and is the one that repositories are fetched from."""
    yield Hub(settings).login()
    yield from examine_addresses(settings)


def choose_repository(asking: Asking, hub: Hub) -> Chosen | None:
    """The one that a person names or points at; None when they want none."""
    seen = _offered(asking, hub)
    while typed := asking.ask("Repository: its number, or owner/name (Enter: none)"):
        is_pointed_at = typed.isdecimal() and 0 < int(typed) <= len(seen)
        name = seen[int(typed) - 1] if is_pointed_at else _named(typed)
        try:
            found = hub.found(name) if name else None
        except BadSettings as error:
            asking.say(str(error))
            continue
        if found is not None:
            for doubt in found.doubts:
                asking.say(doubt)
            return _with_tests(asking, found)
        asking.say(f"The token sees no repository {name or typed}; check the name, and what the token may see.")
    return None


def _offered(asking: Asking, hub: Hub) -> list[str]:
    """Those that a person may point at."""
    try:
        seen = hub.repositories()
    except BadSettings as error:
        asking.say(str(error))
        return []
    if not seen:
        asking.say("The token sees no repository that it may push to; which ones it sees is chosen where it was made.")
    for number, name in enumerate(seen[:_SHOWN], 1):
        asking.say(f"  {number}  {name}")
    if len(seen) > _SHOWN:
        asking.say("     and others, by owner/name")
    return seen[:_SHOWN]


def _named(typed: str) -> str:
    """The repository's name in what was typed or pasted; empty when there is none."""
    found = _PASTED.fullmatch(typed)
    name = found["name"] if found else ""
    return "" if any(not part.strip(".") for part in name.split("/")) else name


def _is_closed(row: dict[str, Any], *, of_app: bool) -> bool:
    """Whether nothing can be pushed there. Of an App's repositories it says less."""
    may_push = of_app or bool((row.get("permissions") or {}).get("push"))
    return not may_push or bool(row.get("archived")) or bool(row.get("disabled"))


def _with_tests(asking: Asking, chosen: Chosen) -> Chosen:
    for line in _told(chosen.guess):
        asking.say(line)
    if chosen.guess.to_do:
        asking.say(_to_do(chosen.guess))
    while True:
        typed = asking.ask(f"What runs the tests of {chosen.name}?", shlex.join(chosen.guess.test_command))
        try:
            command = tuple(shlex.split(typed))
        except ValueError:
            asking.say("A quotation mark is not closed.")
            continue
        guess = corrected(chosen.guess, command)
        if guess.to_do not in ("", chosen.guess.to_do):
            asking.say(_to_do(guess))
        return replace(chosen, guess=guess)


def _told(guess: Guess) -> Iterator[str]:
    """What of the guess is no question."""
    installed = guess.installed
    if installed.packages:
        yield f"For its tests there will be installed: {', '.join(installed.packages)}"
    if guess.files:
        yield f"This is read from {', '.join(guess.files)} each time, so a change there needs none here."
    if guess.python:
        yield f"They are run by {guess.python}, since it needs another Python than the bot's own."
    if guess.prepare:
        yield f"Before them there is run, for its version: {shlex.join(guess.prepare)}"
    if guess.lint_commands:
        yield f"A fix may make none of these object: {'; '.join(map(shlex.join, guess.lint_commands))}"
    if installed.left:
        yield f"In {', '.join(installed.left)} more is named than packages of an index, which is not taken."


def _to_do(guess: Guess) -> str:
    return f"Before a fix can be proven: {guess.to_do} (docs/install.md, A repository's tests)."
