"""What Poetry's own tables of a pyproject.toml say is needed, its versions written as PEP 440 has them. Pure.

By Poetry's manual, *Dependency specification*: `^1.2` allows what leaves the first number that is not zero as it is,
`~1.2` what leaves the second one, a bare version is that version alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from agents.requirements.tables import Table, table_of

_ELSEWHERE = frozenset({"path", "git", "url", "file"})  # an index may have another package of that name
_ONE = re.compile(r"(?P<sign>\^|~(?!=)|[<>=!~]=?|===)?\s*(?P<version>v?\d[\w.*+!-]*)")


def of_poetry(poetry: Table, groups: Collection[str]) -> Iterator[str]:
    """The packages of the project and of these groups; one from elsewhere than an index as `name @ elsewhere`."""
    named = [table_of(table_of(poetry, "group"), name) for name in sorted(groups)]
    for section in (
        *(table_of(each, "dependencies") for each in (poetry, *named)),
        table_of(poetry, "dev-dependencies"),
    ):
        for name, value in section.items():
            if name == "python":
                continue
            is_elsewhere = isinstance(value, dict) and bool(_ELSEWHERE & set(value))
            yield f"{name} @ elsewhere" if is_elsewhere else f"{name}{versions(value)}"


def versions(value: object) -> str:
    """As PEP 440 writes them; nothing where they are said in a way that is not known, or are others elsewhere."""
    if isinstance(value, dict):
        return "" if {"python", "markers", "platform"} & set(value) else versions(value.get("version"))
    if not isinstance(value, str):
        return ""
    parts = [_bounds(part.strip()) for part in value.split(",")]
    return ",".join(parts) if all(parts) else ""


def _bounds(part: str) -> str:
    """One of its conditions as PEP 440 writes it; empty where it is not known, or excludes nothing."""
    found = _ONE.fullmatch(part)
    if found is None:
        return ""
    sign, version = found["sign"] or "==", found["version"].removeprefix("v")
    if sign not in ("^", "~"):
        return f"{'==' if sign == '=' else sign}{version}"
    numbers = [int(number) for number in re.findall(r"\d+", re.split(r"[^\d.]", version)[0])]
    if sign == "~":
        kept = numbers[:2]
    else:
        first = next((at for at, number in enumerate(numbers) if number), len(numbers) - 1)
        kept = numbers[: first + 1]
    above = ".".join(str(number) for number in (*kept[:-1], kept[-1] + 1))
    return f">={version},<{above}"
