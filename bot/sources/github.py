"""GitHub issues as signals: the open issues of one repository, oldest change first."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import requests
from github import Auth, Github, GithubException, GithubRetry, RateLimitExceededException
from github.Issue import Issue

from agents.errors import SourceDown, SourceRejected
from agents.terms import SourceTerms, seconds
from bot.settings import Settings, secret
from bot.sources.source import Position, Pulled, option
from storage.raw import RawSignal, Severity

PAGE = 50
_NO = frozenset({401, 403, 404, 410, 422})


@dataclass(frozen=True)
class GithubIssues:
    """Reads the issues of one repository."""

    name: str
    terms: SourceTerms
    client: Github
    repository: str
    lookback: float  # seconds, at the first pull

    def pull(self, cursor: str) -> Pulled:
        """At most PAGE open issues that changed since the cursor."""
        at = Position.at(cursor, self.lookback)
        try:
            listed = self.client.get_repo(self.repository).get_issues(
                state="open", sort="updated", direction="asc", since=at.since
            )
            fresh = (issue for issue in listed if not (issue.updated_at <= at.since and str(issue.number) in at.seen))
            issues = list(itertools.islice(fresh, PAGE))
        except RateLimitExceededException as error:
            raise SourceDown(f"GitHub limits our rate; {self.name} is read again later", 60.0) from error
        except GithubException as error:
            raise self._fault(error) from error
        except requests.RequestException as error:
            raise SourceDown(
                f"GitHub did not answer ({type(error).__name__}); {self.name} is read again later"
            ) from error
        signals = tuple(self._signal(issue) for issue in issues if issue.pull_request is None)
        following = at.after([(issue.updated_at, str(issue.number)) for issue in issues])
        return Pulled(signals, following.model_dump_json())

    def _fault(self, error: GithubException) -> SourceDown | SourceRejected:
        if error.status in _NO:
            return SourceRejected(
                f"GitHub answered {error.status} for the issues of {self.repository}; check the repository's name in "
                f"sources.{self.name} and that the token may read its issues"
            )
        return SourceDown(f"GitHub answered {error.status}; {self.name} is read again later")

    def _signal(self, issue: Issue) -> RawSignal:
        labels = {label.name.lower() for label in issue.labels}
        return RawSignal(
            source=self.name,
            external_id=f"{self.repository}#{issue.number}",
            title=issue.title[:500],
            body=(issue.body or "")[:40_000],
            url=issue.html_url,
            author=issue.user.login if issue.user else "",
            channel=self.terms.report_to,
            visibility=self.terms.visibility,
            severity=Severity.ERROR if labels & {"bug", "crash", "regression"} else Severity.WARNING,
            reach=1 + issue.comments,
            keys=(f"url:{issue.html_url}",),
            happened_at=issue.created_at,
        )


def open_source(name: str, terms: SourceTerms, settings: Settings) -> GithubIssues:
    """The issues of `options.repository`, with the token of the environment."""
    token = secret(settings.github_token)
    client = Github(
        auth=Auth.Token(token) if token else None,
        base_url=settings.github_api_url,
        retry=GithubRetry(total=2, max_rate_limit_wait=30),
        timeout=15,
        per_page=PAGE,
        lazy=True,
    )
    lookback = seconds(terms.options.get("lookback", "1d"))
    return GithubIssues(name, terms, client, option(name, terms.options, "repository"), float(str(lookback)))
