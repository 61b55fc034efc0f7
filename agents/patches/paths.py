"""Which paths of a repository a fix may touch, by the policy and by a line that no policy moves. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from agents.terms import Repository

UNTOUCHABLE = (
    ".github/workflows/**", ".github/actions/**", ".gitea/workflows/**", ".forgejo/workflows/**",
    "**/.gitlab-ci.yml", "**/*.gitlab-ci.yml", ".gitlab/ci/**", ".circleci/**", ".travis.yml", ".cirrus.yml",
    "azure-pipelines*.y*ml", ".azure-pipelines/**", ".azuredevops/**", "bitbucket-pipelines.yml", "**/Jenkinsfile*",
    ".buildkite/**", ".drone.y*ml", ".woodpecker.y*ml", ".woodpecker/**", "appveyor.yml", ".appveyor.yml",
    ".semaphore/**", ".teamcity/**", "**/cloudbuild.y*ml", "**/buildspec*.y*ml",
    "**/signalbox.toml",
)  # fmt: skip
"""What counts with the push, before anybody can review it: a CI definition says what runs with the repository's
credentials, and our own policy says what we may do."""
NEVER = "says what runs with the repository's credentials, or what I may do: no approval opens it"


def matches(path: str, globs: Iterable[str]) -> bool:
    """Whether a path matches one of the globs: `**` stands for any folders, `*` and `?` stay within one."""
    return any(_compiled(glob).fullmatch(path) for glob in globs)


def restricted_in(files: Iterable[str], repository: Repository | None) -> tuple[str, ...]:
    """Those of the files that a plan may name only if more people approve it."""
    return tuple(path for path in files if repository is not None and matches(path, repository.restricted))


@cache
def _compiled(glob: str) -> re.Pattern[str]:
    pieces = {"/**/": r"/(?:.*/)?", "**/": r"(?:.*/)?", "/**": r"/.*", "**": r".*", "*": r"[^/]*", "?": r"[^/]"}
    parts = re.split(r"(/\*\*/|\*\*/|/\*\*|\*\*|\*|\?)", glob)
    return re.compile("".join(pieces.get(part, re.escape(part)) for part in parts))
