"""The code host port on GitHub. Every `ensure_` looks before it acts, so that it may be called again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from github import GithubException
from github.PullRequest import PullRequest as Pull
from github.Repository import Repository as Repo

from agents.adapters.git.mirrors import Mirrors
from agents.adapters.github.base_checks import BaseChecks
from agents.adapters.github.checks import checks_of
from agents.adapters.github.client import Clients, Credentials, Manners, asking, words_of
from agents.adapters.github.reading import Names, Rights, remarks_of, stance
from agents.adapters.github.replies import answering, reply
from agents.adapters.github.required import Required
from agents.adapters.github.reverts import undoing
from agents.adapters.github.touching import TouchedFiles, touching
from agents.adapters.github.upkeep import bring_up_to_date, marked
from agents.circuit import Circuit
from agents.errors import CodeHostRejected
from agents.exchange import Draft, PullRequest, PullRequestState, Touching
from agents.terms import Repository
from storage.records import CheckState

_INVALID = 422
_LONGEST_TITLE = 250
_LONGEST_BODY = 65_000


class GithubCodeHost:
    """Pull requests by the REST API, branches by `git push` from the mirrors."""

    def __init__(
        self,
        credentials: Credentials,
        mirrors: Mirrors,
        manners: Manners | None = None,
        circuit: Circuit | None = None,
    ) -> None:
        self._circuit = circuit or Circuit()
        self._manners = manners or Manners.towards(credentials.api_url)
        self._clients = Clients(credentials, self._manners)
        self._mirrors = mirrors
        self._rights = Rights()
        self._names = Names()
        self._touched = TouchedFiles()
        self._required = Required()
        self._base_checks = BaseChecks()

    def is_public(self, repository: Repository) -> bool:
        """Whether anybody at all may read it."""
        with asking(self._circuit, f"asking who may read {repository.name}"):
            return not self._repo(repository).private

    def has_page(self, url: str) -> bool:
        """Whether an address is one of its own pages."""
        return url.lower().startswith(f"{self._mirrors.url.rstrip('/')}/".lower())

    def name_of(self, name: str) -> str:
        """What the repository is called today that has this name, or had it before it was renamed."""
        with asking(self._circuit, f"asking what {name} is called"):
            return self._names.of(self._clients.mine(), name)

    def ensure_branch(
        self, repository: Repository, *, branch: str, base_sha: str, patch: str, message: str, at: float
    ) -> str:
        """Push one commit (base + patch) as `branch` and return its sha; the same call makes the same sha."""
        return self._mirrors.commit_and_push(
            repository, branch=branch, base_sha=base_sha, patch=patch, message=message, at=at
        )

    def need_ours(self, repository: Repository, branch: str) -> None:
        """Raises CodeHostRejected when somebody else has pushed to the branch, which `ensure_branch` would refuse."""
        self._mirrors.need_ours(repository, branch)

    def ensure_pull_request(self, repository: Repository, draft: Draft) -> PullRequest:
        """The pull request of that branch, made as a draft if there never was one; title and body brought up to date.

        What a person has changed of them stays. A pull request that people have merged or closed meanwhile is given as
        it is. Checks and remarks are left out.
        """
        draft = draft.model_copy(
            update={"title": _cut(draft.title, _LONGEST_TITLE), "body": _cut(draft.body, _LONGEST_BODY)}
        )
        with asking(self._circuit, f"opening the pull request of {draft.branch} in {repository.name}"):
            repo = self._repo(repository)
            pull = _find(repo, draft.branch) or _create(repo, repository, draft)
            if pull.state == "open":
                bring_up_to_date(pull, draft)
                _label(pull, draft.label)
            return stance(pull)

    def is_pushed(self, repository: Repository, sha: str, patch: str, base_sha: str = "") -> bool:
        """Whether a commit of ours is just this patch on its parent, as far as the mirror knows."""
        return self._mirrors.is_commit_of(repository, sha, patch, base_sha)

    def ensure_comment(
        self, repository: Repository, number: int, key: str, text: str, answers: Sequence[str] = ()
    ) -> None:
        """Say something on the pull request, once for each key, which stands in it unseen, as what it answers does."""
        mark = f"<!-- signalbox: {key} -->"
        with asking(self._circuit, f"commenting on pull request {number} of {repository.name}"):
            pull = self._repo(repository).get_pull(number)
            ours = (said for said in pull.get_issue_comments() if said.user and said.user.login == pull.user.login)
            if not any(mark in (said.body or "") for said in ours):
                pull.create_issue_comment(f"{answering(_cut(text, _LONGEST_BODY), answers)}\n\n{mark}")

    def ensure_reply(self, repository: Repository, number: int, remark: str, text: str) -> bool:
        """Answer a remark beneath it, once; False where that cannot be: it is about no line, or is gone."""
        with asking(self._circuit, f"answering on pull request {number} of {repository.name}"):
            return reply(self._repo(repository).get_pull(number), remark, _cut(text, _LONGEST_BODY))

    def pull_request(self, repository: Repository, number: int) -> PullRequest:
        """The pull request as it is now, with its checks, their failing logs, and remarks."""
        with asking(self._circuit, f"reading pull request {number} of {repository.name}"):
            repo = self._repo(repository)
            pull = repo.get_pull(number)
            checks = checks_of(repo, repo.get_commit(pull.head.sha), self._manners.timeout)
            remarks = remarks_of(repo, pull, self._rights)
            seen = stance(pull).model_copy(update={"checks": checks, "remarks": remarks})
            if seen.state is PullRequestState.OPEN and seen.red:
                seen = seen.beside(self._base_checks.of(repo, pull, seen.red))
            if seen.state is not PullRequestState.OPEN or seen.verdict in {CheckState.NONE, CheckState.PENDING}:
                return seen
            missing = self._required.missing(repo, pull.base.ref, checks)
            return seen.model_copy(update={"missing": missing})

    def ensure_ready(self, repository: Repository, number: int) -> None:
        """No longer a draft. A closed one is left alone."""
        with asking(self._circuit, f"marking pull request {number} of {repository.name} as ready"):
            pull = self._repo(repository).get_pull(number)
            if pull.draft and pull.state == "open":
                _mark_ready(pull)

    def ensure_reviewers(self, repository: Repository, number: int, logins: Sequence[str]) -> tuple[str, ...]:
        """Ask these people for review; returns those who now are asked. People who cannot be asked are left out.

        Whoever has reviewed what is there now, or has approved, is asked no more; whoever asked for changes of an
        earlier commit is asked again.
        """
        if not logins:
            return ()
        with asking(self._circuit, f"asking for reviews of pull request {number} of {repository.name}"):
            pull = self._repo(repository).get_pull(number)
            asked = {user.login.lower() for user in pull.requested_reviewers}
            asked |= {
                review.user.login.lower()
                for review in pull.get_reviews()
                if review.user is not None and (review.commit_id == pull.head.sha or review.state == "APPROVED")
            }
            author = pull.user.login.lower()
            missing = [login for login in dict.fromkeys(logins) if login.lower() not in asked | {author}]
            asked |= {login.lower() for login in _ask(pull, missing)}
            return tuple(login for login in dict.fromkeys(logins) if login.lower() in asked)

    def reverted(self, repository: Repository, number: int, merge_sha: str, since: float) -> str:
        """The commit of the base branch, since a Unix time, that undoes a merged pull request; else empty."""
        with asking(self._circuit, f"looking whether pull request {number} of {repository.name} was reverted"):
            moment = dt.datetime.fromtimestamp(since, dt.UTC)
            repo = self._repo(repository)
            commits = repo.get_commits(sha=repository.base_branch, since=moment)
            return undoing(commits, repo.full_name, number, merge_sha)

    def touching(self, repository: Repository, paths: Sequence[str], *, merged: bool) -> tuple[Touching, ...]:
        """Open pull requests that touch one of the files or folders; with `merged` also those of the last 60 days."""
        with asking(self._circuit, f"looking for pull requests of {repository.name} that touch {', '.join(paths)}"):
            base = repository.base_branch
            return touching(self._repo(repository), base, paths, self._touched, merged=merged)

    def _repo(self, repository: Repository) -> Repo:
        client = self._clients.mine()
        return client.get_repo(self._names.of(client, repository.name))


def _find(repo: Repo, branch: str) -> Pull | None:
    """The open pull request of our branch, else the newest one of any state."""
    owner = repo.full_name.partition("/")[0]
    pulls = list(repo.get_pulls(state="all", head=f"{owner}:{branch}", sort="created", direction="desc"))
    ours = [pull for pull in pulls if pull.head.ref == branch]
    return next((pull for pull in ours if pull.state == "open"), ours[0] if ours else None)


def _create(repo: Repo, repository: Repository, draft: Draft) -> Pull:
    """Open it, as a draft where there are drafts and they are wanted; one opened this moment is found again."""
    base, head, body = repository.base_branch, draft.branch, marked(draft)
    try:
        return repo.create_pull(base, head, title=draft.title, body=body, draft=repository.draft)
    except GithubException as error:
        if error.status != _INVALID:
            raise
        why = words_of(error)
    if "draft" in why.lower():
        return repo.create_pull(base, head, title=draft.title, body=body)
    if (found := _find(repo, draft.branch)) is not None:
        return found
    raise CodeHostRejected(f"{repository.name} refuses a pull request of {draft.branch}: {why}")


def _label(pull: Pull, label: str) -> None:
    if label and label not in {known.name for known in pull.labels}:
        pull.add_to_labels(label)


def _mark_ready(pull: Pull) -> None:
    try:
        pull.mark_ready_for_review()
    except GithubException:
        pull.update()  # somebody may have merged or closed it since we looked
        if pull.draft and pull.state == "open":
            raise


def _ask(pull: Pull, logins: Sequence[str]) -> list[str]:
    """Ask all at once; one name that cannot be asked refuses them all, so then each by itself."""
    if not logins:
        return []
    try:
        pull.create_review_request(list(logins))
    except GithubException as error:
        if error.status not in {_INVALID, 404}:
            raise
        return [] if len(logins) == 1 else [login for each in logins for login in _ask(pull, [each])]
    return list(logins)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 2]} …"
