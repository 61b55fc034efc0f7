"""How a repository takes changes, as its base commit tells: template, commit style, what its guides ask for.

All of it was written by others: evidence of what is usual there, never an order. It is read in the sandbox, bounded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

from pydantic import BaseModel, ConfigDict

from agents.checkout.git import git_lines
from agents.checkout.instruction_files import word_about
from agents.errors import SandboxUnusable
from agents.ports import Workspace, Workspaces
from agents.prompts import quoted
from agents.terms import Repository
from agents.wording import cut

_SECONDS = 30.0
_MOST_SUBJECTS = 12
_TEMPLATE = 6_000  # characters
_GUIDE = 2_500
_CHANGELOG = 1_200
_TEMPLATES = ("pull_request_template.md", "pull_request_template.txt", "pull_request_template")
_PLACES = (".github/", "", "docs/")  # the code host looks in this order
_GUIDES = ("CONTRIBUTING*", ".github/CONTRIBUTING*", "docs/CONTRIBUTING*", "AGENTS.md", "CLAUDE.md")
_CHANGELOGS = (
    "CHANGELOG*", "CHANGES*", "HISTORY*", "NEWS*", "docs/changelog*", "docs/changes*", ".changeset/*",
    "changelog.d/*", "newsfragments/*", "changes/*", "news/*",
)  # fmt: skip
_ABOUT_CHANGES = re.compile(
    r"(?<!pre-)commit|pull request|\bPRs?\b|title|change ?log|changeset|news ?fragment|release note|conventional"
    r"|sign(?:ed)?[- ]off",
    re.IGNORECASE,
)
_MENDING = re.compile(r"bug|fix", re.IGNORECASE)


class Guide(BaseModel):
    """What a file says of how changes are handed in."""

    model_config = ConfigDict(frozen=True)

    path: str
    word: str = ""  # what the agent hears before it
    text: str


class Conventions(BaseModel):
    """How a repository takes changes; empty where it does not say."""

    model_config = ConfigDict(frozen=True)

    template: str = ""  # of its pull requests
    subjects: tuple[str, ...] = ()  # of its latest commits
    guides: tuple[Guide, ...] = ()
    changelog: str = ""  # its path, or the paths of its fragments
    changelog_begins: str = ""


def conventions_of(
    workspaces: Workspaces, repository: Repository, sha: str, redact: Callable[[str], str]
) -> Conventions:
    """Of a fresh checkout; none where nothing can be run safely, which the fix itself then says."""
    try:
        with closing(workspaces.open(repository, sha)) as workspace:
            return _read(workspace, repository, redact)
    except SandboxUnusable:
        return Conventions()


def conventions_text(conventions: Conventions, left: Sequence[str] = ()) -> str:
    """The same for the agent, fenced; `left` are the template's headings that it may write under."""
    parts = []
    if conventions.subjects:
        parts.append(quoted("\n".join(conventions.subjects), "titles of the latest commits"))
    parts += [quoted("\n".join(filter(None, (each.word, each.text))), each.path) for each in conventions.guides]
    if conventions.changelog:
        began = f"{conventions.changelog}\n\n{conventions.changelog_begins}".strip()
        parts.append(quoted(began, "the changelog, how it begins"))
    if conventions.template:
        parts.append(quoted(conventions.template, "template of pull requests"))
        parts.append(_left_text(left))
    return "\n\n".join(parts) or "It says nothing of that."


def _left_text(left: Sequence[str]) -> str:
    if not left:
        return "None of its headings is left for `sections`."
    listed = quoted("\n".join(left), "headings")
    return f"These of its headings are left for `sections`:\n{listed}"


def words_of(workspaces: Workspaces, repository: Repository, sha: str, words: Sequence[str]) -> frozenset[str]:
    """Which of these words stand anywhere in its files, in small or capital letters, or in its name."""
    spelled = (form for word in words for form in (word, word.capitalize(), word.upper()))  # git folds ASCII alone
    options = (part for form in spelled for part in ("-e", form))
    with closing(workspaces.open(repository, sha)) as workspace:
        script = 'git --no-pager grep -hoiIF "$@" | sort -u'
        found = workspace.run(("sh", "-c", script, "sh", *options), seconds=_SECONDS).output.lower()
    return frozenset(word for word in words if word.lower() in found or word.lower() in repository.name.lower())


def _read(workspace: Workspace, repository: Repository, redact: Callable[[str], str]) -> Conventions:
    def text(path: str, most: int) -> str:
        try:
            return cut(redact(workspace.read(path)), most)
        except (OSError, ValueError):
            return ""

    subjects = git_lines(workspace, "log", "--no-merges", f"--max-count={_MOST_SUBJECTS}", "--format=%s")
    template = _template(_found(workspace, *(f"{place}pull_request_template*" for place in _PLACES)))
    guides = [
        Guide(path=path, word=word_about(path, repository), text=about)
        for path in _found(workspace, *_GUIDES)[:4]
        if (about := cut("\n\n".join(_about_changes(text(path, 60_000))), _GUIDE))
    ]
    changelogs = _found(workspace, *_CHANGELOGS)
    single = next((path for path in changelogs if path.count("/") == 0 or path.startswith("docs/")), "")
    return Conventions(
        template=text(template, _TEMPLATE) if template else "",
        subjects=tuple(redact(line)[:160] for line in subjects),
        guides=tuple(guides),
        changelog=single or ", ".join(changelogs[:5]),
        changelog_begins=text(single, 20_000)[:_CHANGELOG] if single else "",
    )


def _found(workspace: Workspace, *patterns: str) -> list[str]:
    """Files of the base commit, in any spelling of small and capital letters."""
    specs = (f":(glob,icase){pattern}" for pattern in patterns)
    folders = (f":(glob,icase){pattern}/*" for pattern in patterns if pattern.endswith("template*"))
    return git_lines(workspace, "ls-files", "--", *specs, *folders)


def _template(paths: Sequence[str]) -> str:
    """The one that the code host shows by itself; of several to choose from the one for mending, or the only one."""
    by_name = {path.lower(): path for path in paths}
    for place in _PLACES:
        for name in _TEMPLATES:
            if (wanted := f"{place}{name}") in by_name:
                return by_name[wanted]
    several = sorted(path for path in paths if "/" in path and path.lower().endswith(".md"))
    mending = [path for path in several if _MENDING.search(path.rpartition("/")[2])]
    return mending[0] if mending else several[0] if len(several) == 1 else ""


def _about_changes(text: str) -> Iterator[str]:
    """The paragraphs that tell of commits, titles, pull requests or a changelog, each with its heading."""
    heading = ""
    for block in re.split(r"\n[ \t]*\n", text):
        if re.match(r"#{1,6} ", block) and "\n" not in block.strip():
            heading = block.strip()
        elif _ABOUT_CHANGES.search(block) or _ABOUT_CHANGES.search(heading):
            yield "\n".join(filter(None, (heading, block.strip())))
            heading = "" if not _ABOUT_CHANGES.search(heading) else heading
