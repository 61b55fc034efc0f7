"""GitHub issues as signals: the open issues of one repository, oldest change first; pull requests never."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import requests
from github import Github, GithubException, RateLimitExceededException
from github.GithubException import RateLimitExceededExceedsMaxWait
from github.Issue import Issue
from github.Repository import Repository
from requests.structures import CaseInsensitiveDict

from agents.adapters.github import API_VERSION, Retries
from agents.errors import NotAtSource, OverRate, SourceDown, SourceRejected
from agents.terms import SourceTerms, seconds
from bot.github_credentials import credentials_of
from bot.settings import Settings
from bot.sources.github_words import seen_in
from bot.sources.naming import missing, strange
from bot.sources.reading import Malformed, Reading
from bot.sources.source import NOTHING_THERE, Position, Pulled, no_of, option, retry_after
from storage.raw import RawSignal, Severity, parted, possible

PAGE = 50
_WORDS, _LABELS = 39_000, 1_000  # characters that are kept
_LIMITED = 60.0  # seconds to wait when GitHub limits our rate and does not say for how long
_NO = frozenset({401, 403, 404, 410, 422})
_FATAL = frozenset({"critical", "outage", "data loss", "p0", "sev0", "sev1"})
_ERROR = frozenset({"bug", "crash", "regression", "defect", "p1"})


Placed = tuple[Issue, tuple[dt.datetime, str]]
"""An issue, when it last changed, and its number."""


@dataclass(frozen=True)
class GithubIssues:
    """Reads the issues of one repository, those with any of `labels` if there are some.

    What bots write is left out, but for the bots whose logins are in `bots`.
    """

    name: str
    terms: SourceTerms
    client: Github
    repository: str
    lookback: float  # seconds, at the first pull
    labels: frozenset[str] = frozenset()
    bots: frozenset[str] = frozenset()
    failing: dict[str, int] = field(default_factory=dict)

    def pull(self, cursor: str) -> Pulled:
        """At most PAGE open issues that changed since the cursor."""
        at = Position.at(cursor, self.lookback)
        with self._faults():
            listed = self.client.get_repo(self.repository).get_issues(
                state="open", sort="updated", direction="asc", since=at.since
            )
            reading = Reading(self.name, self._name, (GithubException, requests.RequestException), self.failing)
            placed = reading.each(listed, _place)
            issues, more = _page(placed, at)
            read = reading.each([issue for issue, _ in issues], lambda issue: self._signal(issue, reading))
            signals = tuple(signal for _, signal in read if signal is not None)
        following = at.after([place for _, place in issues])
        return Pulled(signals, following.model_dump_json(), more=more, unread=reading.unread)

    def strangers(self) -> tuple[str, ...]:
        """The labels that the repository does not have."""
        if not self.labels:
            return ()
        with self._faults():
            there = [label.name for label in self.client.get_repo(self.repository).get_labels()]
        return tuple(strange("label", each, there) for each in missing(self.labels, there))

    def gone(self, external_ids: Sequence[str]) -> tuple[str, ...]:
        """Those that were deleted or transferred. They are looked up in the repository under the name it has now."""
        with self._faults():
            repository = self.client.get_repo(self.repository)
            repository.complete()
            gone = tuple(each for each in external_ids if _is_gone(repository, int(each.rpartition("#")[2])))
            if gone:  # or all issues may be closed to us, or switched off
                next(iter(repository.get_issues(state="all")), None)
            return gone

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """Turn what PyGithub raises into SourceDown and SourceRejected."""
        try:
            yield
        except RateLimitExceededException as error:
            wait = error.wait if isinstance(error, RateLimitExceededExceedsMaxWait) else None
            wait = wait or _asked_for(error) or _LIMITED
            raise OverRate(f"GitHub limits our rate; {self.name} is read again later", wait) from error
        except GithubException as error:
            raise self._fault(error) from error
        except requests.RequestException as error:
            raise SourceDown(
                f"GitHub did not answer ({type(error).__name__}); {self.name} is read again later"
            ) from error

    def _fault(self, error: GithubException) -> SourceDown | SourceRejected:
        wait = _asked_for(error)
        if error.status in _NO and wait is None:
            said = error.data.get("message") if isinstance(error.data, dict) else ""
            why = f" ({str(said)[:200]})" if said else ""
            return no_of(error.status)(
                f"GitHub answered {error.status}{why} for the issues of {self.repository}; check the repository's name "
                f"in sources.{self.name}, that it has issues and that the token may read them"
            )
        down = SourceDown if wait is None else OverRate
        return down(f"GitHub answered {error.status}; {self.name} is read again later", wait)

    def _wanted(self, issue: Issue) -> bool:
        if _is_pull_request(issue) or (self.labels and not self.labels & _labels(issue)):
            return False
        author = issue.user
        is_bot = author is not None and (author.type == "Bot" or author.login.endswith("[bot]"))
        return not is_bot or author.login.lower() in self.bots

    def _name(self, issue: Issue) -> str:
        return f"{self.repository}#{issue.number}"

    def _signal(self, issue: Issue, reading: Reading) -> RawSignal | None:
        """The issue as a signal; None for one that is left out."""
        if not self._wanted(issue):
            return None
        labels = _labels(issue)
        reopened = None
        if issue.state_reason == "reopened":
            reopened = reading.beside(issue, "when it was reopened", lambda: self._reopened(issue), None)
        labelled = f"\n\nLabels: {', '.join(sorted(labels))}" if labels else ""
        body, parts = parted((seen_in(issue.body or ""), _WORDS), (labelled, _LABELS))
        return RawSignal(
            source=self.name,
            external_id=self._name(issue),
            occurrence=_occurrence(issue, reopened),
            title=issue.title,
            body=body,
            parts=parts,
            url=issue.html_url,
            author=issue.user.login if issue.user else "",
            channel=self.terms.report_to,
            visibility=self.terms.visibility,
            severity=_severity(labels),
            reach=1 + issue.comments,
            keys=(f"url:{issue.html_url}",),
            labels=tuple(labels),
            happened_at=reopened or issue.created_at,
        )

    def _reopened(self, issue: Issue) -> dt.datetime | None:
        """When it was reopened last; None when GitHub does not say."""
        try:
            with self._faults():
                return max((each.created_at for each in issue.get_events() if each.event == "reopened"), default=None)
        except NotAtSource:  # it was deleted since it was listed
            return None


def _asked_for(error: GithubException) -> float | None:
    """The seconds that GitHub asks us to wait; also a 403 does when it is about our rate."""
    return retry_after(CaseInsensitiveDict(error.headers or {}))


def _is_gone(repository: Repository, number: int) -> bool:
    """GitHub says 410, or 404 where the issue went out of our sight; a transferred one answers from its new place."""
    try:
        issue = repository.get_issue(number)
        issue.complete()
    except GithubException as error:
        if error.status in NOTHING_THERE:
            return True
        raise
    return not issue.url.lower().endswith(f"/repos/{repository.full_name}/issues/{number}".lower())


def _page(placed: Iterator[Placed], at: Position) -> tuple[list[Placed], bool]:
    """The first of GitHub's pages that holds what was not seen, of that page what was not, and whether it was full.

    One page is one moment of the list. What is changed while we read moves to its end, so that another one slips from
    a page that is still to come into one that was read.
    """
    while True:
        page = list(itertools.islice(placed, PAGE))
        fresh = [each for each in page if not (each[1][0] <= at.since and each[1][1] in at.seen)]
        if fresh or len(page) < PAGE:
            return fresh, len(page) == PAGE


def _place(issue: Issue) -> tuple[dt.datetime, str]:
    """When it last changed, and its number. Raises Malformed for what GitHub left out, and what PyGithub says else."""
    if not issue.number or issue.updated_at is None:  # whatever its types say
        raise Malformed(f"it has no {'updated_at' if issue.number else 'number'}")
    return possible(issue.updated_at), str(issue.number)


def _is_pull_request(issue: Issue) -> bool:
    """By its address: a list leaves `pull_request` out of what is none, and PyGithub would ask for each of these."""
    return "/pull/" in urlsplit(issue.html_url).path


def _labels(issue: Issue) -> frozenset[str]:
    return frozenset(label.name.lower() for label in issue.labels)


def _severity(labels: frozenset[str]) -> Severity:
    if labels & _FATAL:
        return Severity.FATAL
    return Severity.ERROR if labels & _ERROR else Severity.WARNING


def _occurrence(issue: Issue, reopened: dt.datetime | None) -> str:
    """An issue that was reopened is an occurrence of its own, known by the moment it was."""
    if issue.state_reason != "reopened":
        return ""
    return f"reopened {reopened.isoformat()}" if reopened else "reopened"


def _words(options: dict[str, str], key: str) -> frozenset[str]:
    return frozenset(word.strip().lower() for word in options.get(key, "").split(",") if word.strip())


REQUIRED, OPTIONAL = ("repository",), ("labels", "bots", "lookback")  # options


def open_source(name: str, terms: SourceTerms, settings: Settings) -> GithubIssues:
    """The issues of `options.repository`, with the token or the App of the environment, or as anybody sees them."""
    credentials = credentials_of(settings)
    client = Github(
        auth=credentials.auth() if credentials.are_set else None,
        base_url=settings.github_api_url,
        api_version=API_VERSION,
        retry=Retries(  # a source rests better than a thread: what GitHub asks for is waited out by the breaker
            total=2,
            backoff_factor=0.2,
            max_rate_limit_wait=0,
            secondary_rate_wait=_LIMITED,
            respect_retry_after_header=False,
            raise_on_status=False,
        ),
        timeout=15,
        per_page=PAGE,
        lazy=True,
    )
    return GithubIssues(
        name=name,
        terms=terms,
        client=client,
        repository=option(name, terms.options, "repository"),
        lookback=float(str(seconds(terms.options.get("lookback", "1d")))),
        labels=_words(terms.options, "labels"),
        bots=_words(terms.options, "bots"),
    )
