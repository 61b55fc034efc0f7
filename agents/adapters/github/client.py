"""Talking to GitHub: who we are, how patient we are, and what its refusals mean."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from github import Auth, Github, GithubException, GithubRetry, RateLimitExceededException
from github.GithubException import RateLimitExceededExceedsMaxWait
from urllib3.exceptions import MaxRetryError
from urllib3.exceptions import TimeoutError as TookTooLong

from agents.circuit import Circuit
from agents.errors import CodeHostDown, CodeHostRejected

GITHUB = "https://api.github.com"
API_VERSION = "2022-11-28"  # a later one (2026-03-10) names no merge_commit_sha any more
_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _TOO_MANY, _FAULTY = 401, 403, 404, 429, 500
_MINUTE, _HOUR = 60.0, 3600.0
_UNTIL_PUT_RIGHT = 300.0  # seconds to leave GitHub alone while our token is not accepted
_FORBIDDEN_FOR = (  # what a 403 says, and what to do where the token lacks no right
    ("archived", "take it out of the policy file, or have it unarchived"),
    ("saml", "authorise the token for the organisation's single sign-on: GitHub, Settings, tokens, Configure SSO"),
    ("ip allow list", "put the address that I call from on the organisation's IP allow list"),
    ("fine-grained personal access token", "its owner has to allow the token: see the organisation's settings"),
    ("is locked", "unlock the conversation, or give the token's owner write access"),
)
_ADVICE = {
    _UNAUTHORIZED: "GITHUB_TOKEN is not accepted (any more): make a new one, set it and restart",
    _FORBIDDEN: "a right is missing: the token needs contents, pull requests and issues read and write, and actions "
    "and commit statuses read",
    _NOT_FOUND: "it does not exist, or the token may not see it: check the name in the policy file, and the token",
}


@dataclass(frozen=True)
class Manners:
    """How patient we are, in seconds. The pauses between calls are what GitHub asks for."""

    timeout: float = 20.0
    retries: int = 2  # of reading only: what changes something is looked up before it is tried again
    longest_wait: float = 20.0  # for a rate limit; a longer one is waited for by the job that asked
    between_requests: float = 0.25
    between_writes: float = 1.0

    @classmethod
    def towards(cls, api_url: str) -> Manners:
        """What fits a host: only GitHub's own limits how fast we may ask, one in one's own house usually does not."""
        host = urlsplit(api_url).hostname or ""
        return cls() if host.endswith((".github.com", ".ghe.com")) else cls(between_requests=0, between_writes=0)


class Retries(GithubRetry):
    """PyGithub's, but what was not answered in time is not waited for a second time."""

    def increment(self, *arguments: Any, **more: Any) -> Any:
        """What is left of it. Raises MaxRetryError when nothing is."""
        error = more.get("error")
        if isinstance(error, TookTooLong):
            raise MaxRetryError(more["_pool"], "", error) from error
        return super().increment(*arguments, **more)


class Credentials:
    """A token, or an App's installation, whose tokens last an hour and are renewed as they run out."""

    def __init__(
        self,
        token: str = "",
        *,
        app_id: int | None = None,
        app_key: str = "",
        installation_id: int | None = None,
        api_url: str = GITHUB,
    ) -> None:
        self.api_url = api_url
        self._token = token
        self._app: Auth.AppInstallationAuth | None = None
        self._lock = threading.Lock()
        if not token and app_id is not None and app_key and installation_id is not None:
            self._app = Auth.AppAuth(app_id, app_key).get_installation_auth(installation_id)

    @property
    def are_set(self) -> bool:
        """Whether there is a token or an App."""
        return bool(self._token) or self._app is not None

    def auth(self) -> Auth.Auth:
        """What PyGithub asks for. Raises CodeHostRejected when there is neither token nor App."""
        if self._app is not None:
            return self._app
        if not self._token:
            raise CodeHostRejected(
                "There is no GitHub token: set GITHUB_TOKEN, or GITHUB_APP_ID and what belongs to it."
            )
        return Auth.Token(self._token)

    def token(self) -> str:
        """A token for git that is valid now; empty when there is none. Raises CodeHostDown or CodeHostRejected."""
        if self._app is None:
            return self._token
        with self._lock, translated("getting a token for the GitHub App"):
            Github(
                auth=self._app, base_url=self.api_url, api_version=API_VERSION, retry=None
            )  # it lends the App its connection
            return self._app.token


class Clients:
    """One PyGithub client a thread, since its connections are not to be shared."""

    def __init__(self, credentials: Credentials, manners: Manners) -> None:
        self._credentials = credentials
        self._manners = manners
        self._of_thread = threading.local()

    def mine(self) -> Github:
        """This thread's. Its objects ask GitHub only for what is read from them."""
        client = getattr(self._of_thread, "client", None)
        if not isinstance(client, Github):
            client = self._made()
            self._of_thread.client = client
        return client

    def _made(self) -> Github:
        manners = self._manners
        return Github(
            auth=self._credentials.auth(),
            base_url=self._credentials.api_url,
            api_version=API_VERSION,
            timeout=max(1, round(manners.timeout)),
            user_agent="signalbox",
            per_page=100,
            retry=Retries(
                total=manners.retries,
                backoff_factor=0.2,
                max_rate_limit_wait=manners.longest_wait,
                secondary_rate_wait=manners.longest_wait + 1,
                allowed_methods={"GET"},  # a POST that is answered by 502 may have been done
                respect_retry_after_header=False,  # a job waits better than a thread
                raise_on_status=False,
            ),
            seconds_between_requests=manners.between_requests or None,
            seconds_between_writes=manners.between_writes or None,
            lazy=True,
        )


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Turn what PyGithub raises into CodeHostDown or CodeHostRejected; `doing` begins the sentence."""
    try:
        yield
    except RateLimitExceededException as error:
        wait = error.wait if isinstance(error, RateLimitExceededExceedsMaxWait) else _limited_for(error)
        raise CodeHostDown(f"{doing} has to wait: GitHub limits our rate", wait) from error
    except GithubException as error:
        raise _meaning(doing, error) from error
    except requests.RequestException as error:
        raise CodeHostDown(f"{doing} failed: GitHub did not answer ({type(error).__name__})") from error


@contextmanager
def asking(circuit: Circuit, doing: str) -> Iterator[None]:
    """The same, unless GitHub rests: then it is not asked. Its circuit hears what becomes of it."""
    if wait := circuit.take():
        raise resting(circuit, doing, wait)
    try:
        with translated(doing):
            yield
    except CodeHostDown as down:
        circuit.failed(str(down), down.retry_after)
        raise
    except CodeHostRejected:
        circuit.answered()
        raise
    circuit.answered()


def resting(circuit: Circuit, doing: str, wait: float) -> CodeHostDown:
    """That GitHub is not asked for so many seconds, which people are not told: they may read it later."""
    return CodeHostDown(f"{doing} waits until GitHub answers again ({circuit.why})", wait, was_asked=False)


def _meaning(doing: str, error: GithubException) -> CodeHostDown | CodeHostRejected:
    wait = _limited_for(error) if error.status == _TOO_MANY else _retry_after(error)
    if error.status >= _FAULTY or error.status == _TOO_MANY or (error.status == _FORBIDDEN and wait is not None):
        return CodeHostDown(f"{doing} failed: GitHub answered {error.status}", wait)
    said = words_of(error)
    special = (advice for words, advice in _FORBIDDEN_FOR if error.status == _FORBIDDEN and words in said.lower())
    advice = next(special, _ADVICE.get(error.status, ""))
    sentence = f"{doing} was refused with {error.status}: {said}{advice and f' ({advice})'}"
    if error.status == _UNAUTHORIZED:  # it concerns all work at once, which goes on when somebody has set a new token
        return CodeHostDown(sentence, _UNTIL_PUT_RIGHT)
    return CodeHostRejected(sentence)


def is_down(error: GithubException) -> bool:
    """Whether GitHub may tell later what it does not tell now, or nobody has a right to ask it anything."""
    limited = "rate limit" in str(error.data).lower()
    return error.status in {_UNAUTHORIZED, _TOO_MANY} or error.status >= _FAULTY or limited


def words_of(error: GithubException) -> str:
    """What GitHub said, in one line."""
    data = error.data if isinstance(error.data, dict) else {}
    faults = data.get("errors")
    more = [
        str(fault.get("message") or f"{fault.get('field', '')} {fault.get('code', '')}".strip())
        if isinstance(fault, dict)
        else str(fault)
        for fault in (faults if isinstance(faults, list) else [])
    ]
    return " ".join("; ".join(filter(None, (str(data.get("message") or ""), *more))).split())[:400] or "no reason given"


def _limited_for(error: GithubException) -> float:
    """How long a limit lasts: as GitHub says, else until the hour's calls are given anew, else its least, a minute."""
    if (asked := _retry_after(error)) is not None:
        return asked
    headers = {name.lower(): str(value) for name, value in (error.headers or {}).items()}
    reset = headers.get("x-ratelimit-reset", "")
    if headers.get("x-ratelimit-remaining") == "0" and reset.isdigit():
        return min(max(float(reset) - time.time() + 1.0, 1.0), _HOUR)
    return _MINUTE


def _retry_after(error: GithubException) -> float | None:
    headers = {name.lower(): value for name, value in (error.headers or {}).items()}
    value = str(headers.get("retry-after", ""))
    return float(value) if value.isdigit() else None
