"""What a setup.py says that its project needs, read without running it. Pure."""

from __future__ import annotations

import ast
import warnings
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

UNREAD = "<computed>"  # stands for what only running it would tell
_LONGEST = 200_000  # characters
_WHOLE = ("install_requires", "tests_require")
_CHANGES = frozenset({"append", "extend", "insert", "remove", "pop", "clear", "update", "setdefault"})
_Known = Mapping[str, ast.expr]


@dataclass(frozen=True)
class Declared:
    """What is said there; UNREAD is among the packages where it is not said in so many words."""

    name: str = ""
    packages: tuple[str, ...] = ()
    version: str = ""


def declared(text: str, extras: Collection[str]) -> Declared:
    """Its name and version, what it needs, and what those of its extras do that are named."""
    if not text or len(text) > _LONGEST:
        return Declared(packages=(UNREAD,) if text else ())
    try:
        with warnings.catch_warnings(action="ignore"):
            return _declared(ast.parse(text), extras)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Declared(packages=(UNREAD,))


def _declared(tree: ast.Module, extras: Collection[str]) -> Declared:
    known = _assigned(tree)
    calls = (each for each in ast.walk(tree) if isinstance(each, ast.Call) and _called(each) == "setup")
    said = {each.arg: each.value for call in calls for each in call.keywords}
    packages = [part for key in _WHOLE if key in said for part in _listed(said[key], known)]
    if "extras_require" in said:
        packages += _of_extras(said["extras_require"], known, extras)
    if None in said:  # **what, which may name more
        packages.append(UNREAD)
    name, version = ("".join(_listed(said[key], known)) if key in said else "" for key in ("name", "version"))
    return Declared(name, tuple(packages), version)


def _called(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _assigned(tree: ast.Module) -> _Known:
    """What stands for names that get their value once, at the top, and are not changed after that."""
    stored = Counter(each.id for each in ast.walk(tree) if isinstance(each, ast.Name) and _is_changed(each.ctx))
    changed = {name for each in ast.walk(tree) if (name := _changed_by(each))}
    known: dict[str, ast.expr] = {}
    for each in tree.body:
        match each:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                known[name] = value
    return {name: value for name, value in known.items() if stored[name] == 1 and name not in changed}


def _is_changed(context: ast.expr_context) -> bool:
    return isinstance(context, ast.Store | ast.Del)


def _changed_by(node: ast.AST) -> str:
    """The name whose list or table this changes; empty if none's."""
    match node:
        case ast.Subscript(value=ast.Name(id=name), ctx=context) if _is_changed(context):
            return name
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=verb)) if verb in _CHANGES:
            return name
    return ""


def _resolved(node: ast.expr, known: _Known) -> ast.expr:
    seen = set()
    while isinstance(node, ast.Name) and node.id in known and node.id not in seen:
        seen.add(node.id)
        node = known[node.id]
    return node


def _listed(node: ast.expr, known: _Known) -> list[str]:
    """The words of a list, or the lines of a text, as far as they stand there."""
    match _resolved(node, known):
        case ast.Constant(value=str(words)):
            return [line.strip() for line in words.splitlines() if line.strip()]
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
            return [word for part in parts for word in _listed(part, known)]
        case ast.BinOp(left=left, op=ast.Add(), right=right) if _are_lists(left, right, known=known):
            return [*_listed(left, known), *_listed(right, known)]
    return [UNREAD]


def _are_lists(*parts: ast.expr, known: _Known) -> bool:
    """Whether putting them together makes a longer list, and no longer word."""
    return not any(isinstance(_resolved(part, known), ast.Constant | ast.JoinedStr) for part in parts)


def _of_extras(node: ast.expr, known: _Known, extras: Collection[str]) -> list[str]:
    table = _resolved(node, known)
    if not isinstance(table, ast.Dict):
        return [UNREAD]
    found: list[str] = []
    for key, value in zip(table.keys, table.values, strict=True):
        match key:
            case ast.Constant(value=str(name)) if name in extras:
                found += _listed(value, known)
            case ast.Constant(value=str(name)) if not name.startswith(":"):  # that would be for some machines alone
                continue
            case _:
                found.append(UNREAD)
    return found
