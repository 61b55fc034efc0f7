"""Prompts: one Markdown file a stage, read from this package, with variables that must match exactly.

A file may take in another one with a line `{{include _house_rules}}`, and names its variables as `$name`; a dollar sign
is written `$$`. A line `<!-- case -->` divides what is the same for every case (it is cached) from the case itself.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from string import Template

_INCLUDE = re.compile(r"^\{\{include (_\w+)\}\}$", re.MULTILINE)
_CASE = "<!-- case -->\n"


@dataclass(frozen=True)
class Prompt:
    """A prompt with its variables filled in: what holds for every case, and this case."""

    standing: str
    case: str


def prompt(name: str, variables: Mapping[str, str]) -> Prompt:
    """The prompt of that name (a stage's value, or a file's name without `.md`).

    Raises ValueError when a variable is missing or unknown, FileNotFoundError when there is no such file.
    """
    source = _source(name)
    wanted = set(Template(source).get_identifiers())
    if wanted != variables.keys():
        missing = ", ".join(sorted(wanted - variables.keys())) or "none"
        unknown = ", ".join(sorted(variables.keys() - wanted)) or "none"
        raise ValueError(f"prompts/{name}.md does not fit its variables: missing {missing}; unknown {unknown}")
    standing, _, case = source.partition(_CASE)
    return Prompt(*(Template(part).substitute(variables).strip() for part in (standing, case)))


def render(name: str, variables: Mapping[str, str]) -> str:
    """The whole prompt as one text. Raises as `prompt` does."""
    filled = prompt(name, variables)
    return "\n\n".join(part for part in (filled.standing, filled.case) if part)


def quoted(text: str, label: str) -> str:
    """The only way by which foreign text enters a prompt: as evidence, fenced so that it cannot break out.

    The fence carries an id, derived from the text, that does not occur in the text; so nothing inside can close it.
    The text itself is not changed, so that it can be quoted back exactly.
    """
    ids = (hashlib.sha256(f"{count}{text}".encode()).hexdigest()[:8] for count in itertools.count())
    mark = next(mark for mark in ids if mark not in text)
    plain = re.sub(r"[^\w\s.,:#/@()+-]", "", " ".join(label.split()))[:120]
    return f'<evidence id="{mark}" of="{plain}">\n{text}\n</evidence id="{mark}">'


@functools.cache
def _source(name: str) -> str:
    """The file's text with everything it includes, a `Template` that is checked for lonely dollar signs."""
    text = _file(name)
    while found := _INCLUDE.search(text):
        text = text[: found.start()] + _file(found[1]).strip() + text[found.end() :]
    if not Template(text).is_valid():
        raise ValueError(f"prompts/{name}.md holds a $ that names nothing; write $$ for a dollar sign")
    return text


def _file(name: str) -> str:
    return resources.files(__name__).joinpath(f"{name}.md").read_text(encoding="utf-8")
