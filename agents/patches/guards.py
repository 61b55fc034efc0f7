"""Deterministic guards over a patch: what no fix of ours may do, whatever a model says. Sentences, or nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import PurePosixPath

from agents.patches.patch import FileChange, read_patch, unresolved
from agents.patches.paths import NEVER, UNTOUCHABLE, matches, restricted_in
from agents.patches.skips import skips
from agents.terms import Repository

_DEPENDENCIES = (
    "**/requirements*.txt", "**/requirements/*.txt", "**/constraints*.txt", "**/pyproject.toml", "**/setup.py",
    "**/setup.cfg", "**/Pipfile*", "**/*.lock", "**/package.json", "**/package-lock.json", "**/pnpm-lock.yaml",
    "**/environment.y*ml", "**/go.mod", "**/go.sum", "**/Cargo.toml", "**/Gemfile", "**/*.gemspec",
    "**/composer.json", "**/pom.xml", "**/build.gradle*",
)  # fmt: skip
_INSTRUCTIONS = (
    "**/AGENTS.md", "**/CLAUDE.md", "**/GEMINI.md", "**/.claude/**", "**/.cursor/**", "**/.cursorrules",
    "**/.mcp.json", ".github/copilot-instructions.md", ".github/instructions/**",
)  # fmt: skip
_TESTS = (
    "**/tests/**", "**/test/**", "**/testing/**", "**/__tests__/**", "**/spec/**", "**/test_*", "**/*_test.*",
    "**/*.test.*", "**/*.spec.*", "**/*_spec.*", "**/conftest.py",
    "**/tests.py", "**/tests.rs", "**/*_tests.*", "**/e2e/**",  # Django's, Rust's
    "**/*-test.*s", "**/*-test.*sx", "**/*-spec.*s", "**/*-spec.*sx",  # JavaScript's
    "**/Tests/**", "**/Test/**", "**/*.Tests/**", "**/*.Test/**",  # Swift's, Symfony's, .NET's
    *(f"**/*{what}.{of}" for what in ("Test", "Tests", "Spec") for of in ("cs", "java", "kt", "php", "scala", "swift")),
)  # fmt: skip
_TOOLS = ("**/testing/**",)  # folders that are as often code: of a plan they are
_TEST_SETTINGS = ("**/pytest.ini", "**/tox.ini", "**/noxfile.py", "**/jest.config.*", "**/vitest.config.*")
_PIPELINES = (
    ".github/**", ".gitlab-ci.yml", ".circleci/**", ".buildkite/**", ".travis.yml", "**/Jenkinsfile*",
    "**/azure-pipelines*", "**/bitbucket-pipelines.yml", "**/Dockerfile*", "**/Makefile", "**/*.sh",
)  # fmt: skip
_CHANGELOGS = (
    "**/CHANGELOG*", "**/CHANGES*", "**/HISTORY*", "**/NEWS*", "**/changelog.*", "**/changes.*", "**/.changeset/*.md",
    "**/changelog.d/*", "**/newsfragments/*", "changes/*", "news/*",
)  # fmt: skip
_WORDS = frozenset(
    {"", ".md", ".rst", ".txt", ".adoc", ".org", ".bugfix", ".fix", ".fixed", ".feature", ".change", ".changed",
     ".misc", ".doc", ".removal", ".yaml", ".yml"}
)  # fmt: skip
_ENTRY_LINES = 20
_ASSERTION = re.compile(r"\bassert\w*\b|\bexpect\(|\braises\(|\bshould\b|\bt\.(?:Error|Fatal)")
_LINK, _MODULE = "120000", "160000"


def guard(
    patch: str,
    repository: Repository,
    *,
    secrets: Callable[[str], str],
    planned: Sequence[str] = (),
    free: bool = False,
) -> tuple[str, ...]:
    """Why this patch must not be pushed: one sentence a fault, none when it may.

    `secrets` gives a line back with its secrets replaced. `planned` are the files of the approved plan: only they and
    tests may change, unless `free` says that people asked for more.
    """
    changes = read_patch(patch)
    if not changes:
        return ("Nothing was changed.",)
    sentences = [
        *_size(changes, repository),
        *_forbidden(changes, repository, planned),
        *_kinds(changes),
        *(f"{path} holds conflict markers; resolve them." for path in unresolved(patch)),
        *_secrets(changes, secrets),
        *weakened([change for change in changes if not _is_planned_tool(change, planned)]),
    ]
    if planned and not free:
        sentences += _unplanned(changes, planned)
    return tuple(sentences)


def is_test(path: str) -> bool:
    """Whether a path looks like a test, or something that tests need."""
    return matches(path, _TESTS)


def _is_planned_tool(change: FileChange, planned: Sequence[str]) -> bool:
    """Whether it is code that tests use, and is called a test only by its folder."""
    others = [glob for glob in _TESTS if glob not in _TOOLS]
    return all(path in planned and is_test(path) and not matches(path, others) for path in change.paths)


def is_guarded(path: str, repository: Repository) -> bool:
    """Whether no fix may touch it, or only one whose plan a person has read: dependencies, how it is built and run."""
    others = (*_INSTRUCTIONS, *_DEPENDENCIES, *_TEST_SETTINGS, *_PIPELINES)
    return matches(path, (*repository.protected, *repository.restricted, *UNTOUCHABLE, *others))


def is_changelog(path: str) -> bool:
    """Whether a path looks like a changelog, or the fragments that one is made of."""
    return matches(path, _CHANGELOGS) and PurePosixPath(path).suffix.lower() in _WORDS


def _size(changes: list[FileChange], repository: Repository) -> list[str]:
    lines = sum(len(change.added) + len(change.removed) for change in changes)
    if lines <= repository.max_changed_lines:
        return []
    return [f"{lines} lines are changed; the policy allows {repository.max_changed_lines}. Make the change smaller."]


def _forbidden(changes: list[FileChange], repository: Repository, planned: Sequence[str]) -> list[str]:
    sentences = []
    for path in sorted({path for change in changes for path in change.paths}):
        if matches(path, UNTOUCHABLE):
            sentences.append(f"{path} {NEVER}. Undo the change.")
        elif matches(path, repository.protected):
            sentences.append(f"{path} is protected by the policy and must not be changed.")
        elif restricted_in([path], repository) and path not in planned:
            sentences.append(f"{path} is restricted, and the approved plan does not name it; undo the change.")
        elif matches(path, _INSTRUCTIONS):
            sentences.append(f"{path} instructs agents and must not be changed by one.")
        elif matches(path, _DEPENDENCIES) and path not in planned:
            sentences.append(f"{path} declares dependencies or how the project is built; undo the change.")
    return sentences


def _kinds(changes: list[FileChange]) -> list[str]:
    sentences = []
    for change in changes:
        if change.binary:
            sentences.append(f"{change.path} is binary and cannot be reviewed; leave it out.")
        if _LINK in change.modes:
            sentences.append(f"{change.path} is a symbolic link; leave it out.")
        if _MODULE in change.modes or PurePosixPath(change.path).name == ".gitmodules":
            sentences.append(f"{change.path} changes a submodule; leave it out.")
    return sentences


def _secrets(changes: list[FileChange], secrets: Callable[[str], str]) -> list[str]:
    sentences = []
    for change in changes:
        lines = [number for number, line in change.added if secrets(line) != line]
        whole = "\n".join(line for _, line in change.added)  # some secrets, such as keys, stretch over lines
        if lines or secrets(whole) != whole:
            where = f"{change.path}:{lines[0]}" if lines else change.path
            sentences.append(f"{where} holds what looks like a secret; take it out.")
    return sentences


def weakened(changes: Sequence[FileChange], *, beside: bool = False) -> list[str]:
    """Tests that were taken away or made to say less. `beside`: changes of tests in one file with the code."""
    sentences = []
    for change in changes:
        of_tests = beside or is_test(change.path)
        if is_test(change.old_path) and (change.deleted or not _still_runs(change)):
            sentences.append(f"{change.old_path} is a test and must not be deleted or moved away.")
            continue
        sets = matches(change.path, (*_TEST_SETTINGS, *_DEPENDENCIES))
        skipping = skips(change.added, settings=sets)
        if skipping and (of_tests or sets):
            sentences.append(f"{change.path}:{skipping[0]} keeps tests from running or counting; take it out.")
        lost = _assertions(change.removed) - _assertions(change.added)
        if of_tests and lost > 0:
            sentences.append(f"{change.path} checks less than before ({lost} fewer assertions); put them back.")
    return sentences


def _still_runs(change: FileChange) -> bool:
    """Whether runners that find tests by the names of files find it as they did, wherever it was moved to."""
    before, now = (PurePosixPath(path).name for path in (change.old_path, change.path))
    return is_test(change.path) and is_test(now) >= is_test(before)


def _assertions(lines: list[tuple[int, str]]) -> int:
    return sum(bool(_ASSERTION.search(line)) for _, line in lines)


def _unplanned(changes: list[FileChange], planned: Sequence[str]) -> list[str]:
    touched = {path for change in changes if not _is_entry(change) for path in change.paths}
    strays = sorted(path for path in touched if path not in planned and not is_test(path))
    if not strays:
        return []
    return [f"{', '.join(strays)}: not among the files of the approved plan ({', '.join(planned)}). Undo the change."]


def _is_entry(change: FileChange) -> bool:
    """Whether it only adds a few lines to a changelog: the repository may ask for that, and no plan need say so."""
    return is_changelog(change.path) and not change.removed and 0 < len(change.added) <= _ENTRY_LINES
