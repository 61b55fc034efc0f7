"""The words of a Sentry issue and its latest event, and by what the same problem is known exactly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.sources.source import frame_keys

_FRAMES = 60  # of a stack that are shown, the innermost


def life_of(issue: dict[str, Any]) -> dict[str, Any]:
    """What counts all of the issue's life: the list's own numbers are those between its `start` and `end`."""
    return dict(issue.get("lifetime") or issue)


def frames_of(event: dict[str, Any]) -> list[dict[str, Any]]:
    """The frames of the exception that was raised last, outermost first; else of the thread that crashed.

    What Sentry cut off for its size is null. Crashes, and messages with a stack, come without an exception's.
    """
    parts = {str(entry.get("type")): entry.get("data") or {} for entry in reversed(event.get("entries") or [])}
    raised = _values(parts.get("exception"))[-1:]
    crashed = [thread for thread in _values(parts.get("threads")) if thread.get("crashed") or thread.get("current")]
    stacks = [part.get("stacktrace") for part in (*raised, *crashed)]
    found = (
        [frame for frame in (stack or {}).get("frames") or [] if frame] for stack in (*stacks, parts.get("stacktrace"))
    )
    return next(filter(None, found), [])


def _values(part: dict[str, Any] | None) -> list[dict[str, Any]]:
    return [value for value in (part or {}).get("values") or [] if value]


def evidence_in(event: dict[str, Any]) -> list[tuple[str, str]]:
    """What Sentry itself found, where it is no error that was raised: a slow query, an endless list of requests."""
    shown = (event.get("occurrence") or {}).get("evidenceDisplay") or []
    return [(str(each.get("name")), str(each.get("value"))) for each in shown if each and each.get("important")]


def people_in(event: dict[str, Any]) -> tuple[str, ...]:
    """Who met it, where the event says so by name."""
    name = str((event.get("user") or {}).get("name") or "").strip()
    return (name,) if name else ()


def _shown(frames: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The innermost frames. Of a stack too long to be shown whole, those of libraries are left out first."""
    own = [place for place, frame in enumerate(frames) if frame.get("inApp")][-_FRAMES:]
    others = [place for place, frame in enumerate(frames) if not frame.get("inApp")]
    room = _FRAMES - len(own)
    return [frames[place] for place in sorted([*own, *(others[-room:] if room else [])])]


def keys_of(issue: dict[str, Any], event: dict[str, Any], frames: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    """By what the same problem is known exactly: the issue, its fingerprints, its top in-app frame with the error."""
    keys = [f"sentry:{issue['shortId']}"]
    if permalink := issue.get("permalink"):
        keys.append(f"url:{permalink}")
    keys += [f"sentry-fingerprint:{each}" for each in (event.get("fingerprints") or [])[:3]]
    kind = (issue.get("metadata") or {}).get("type", "")
    innermost = next((frame for frame in reversed(frames) if frame.get("inApp")), None)
    if innermost:
        keys += frame_keys(innermost.get("filename"), innermost.get("function"), kind)
    return tuple(keys)


def body_of(issue: dict[str, Any], event: dict[str, Any], frames: Sequence[dict[str, Any]]) -> str:
    """What a person would read on the issue's page. Counts are rounded: exact ones change with every event."""
    tags = {str(tag["key"]): str(tag["value"]) for tag in event.get("tags") or []}
    life = life_of(issue)
    lines = [
        title_of(issue),
        f"culprit: {issue.get('culprit', '')}",
        f"project: {(issue.get('project') or {}).get('slug', '')}",
        f"environment: {tags.get('environment', '')}   release: {tags.get('release') or _release(event)}",
        f"level: {issue.get('level', '')}   first seen: {life.get('firstSeen', '')}",
        f"events: {_about(life.get('count'))}   users: {_about(life.get('userCount'))}",
    ]
    lines += [f"{name}: {value}" for name, value in evidence_in(event)]
    if frames:
        lines += ["", "Traceback (most recent call last):"]
    for frame in _shown(frames):
        lines.append(f'  File "{frame.get("filename")}", line {frame.get("lineNo")}, in {frame.get("function")}')
        line = frame.get("lineNo")
        lines += [f"    {str(text or '').strip()}" for number, text in frame.get("context") or [] if number == line]
    named = tags.get("user", "").startswith("username:")  # a person's name, and of no use here
    lines += ["", *(f"{key} = {value}" for key, value in sorted(tags.items()) if key != "user" or not named)]
    lines += [f"extra: {key} = {value}" for key, value in sorted((event.get("context") or {}).items())]
    return "\n".join(lines)


def title_of(issue: dict[str, Any]) -> str:
    """Its title, or what stands for one."""
    return str(issue.get("title") or issue.get("culprit") or f"{issue['shortId']}, which has no title")


def _release(event: dict[str, Any]) -> str:
    return str((event.get("release") or {}).get("version", ""))


def _about(count: object) -> str:
    """A number by its size: 7 is `1 or more`, 1204 is `1000 or more`."""
    digits = str(count or "0")
    return f"1{'0' * (len(digits) - 1)} or more" if digits.isdigit() and int(digits) else "0"
