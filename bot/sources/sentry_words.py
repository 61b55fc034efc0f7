"""The words of a Sentry issue and its latest event, and by what the same problem is known exactly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.sources.source import frame_keys
from storage.raw import clipped

_FRAMES = 60  # of a stack that are shown, the innermost
_CAUSES = 5  # errors before the last that are named
_SAID = 4_000  # characters of what one error says
_ABOUT = 120  # characters that tell one finding of Sentry's own from the next in its title
_NO_TITLES = frozenset({"<unlabeled event>", "<unknown>", "(No error message)"})
_RAISED = ("", "error")  # categories of issues whose titles are an error's own


def life_of(issue: dict[str, Any]) -> dict[str, Any]:
    """What counts all of the issue's life: the list's own numbers are those between its `start` and `end`."""
    return dict(issue.get("lifetime") or issue)


def frames_of(event: dict[str, Any]) -> list[dict[str, Any]]:
    """The frames of the exception that was raised last, outermost first; else of the thread that crashed, or a cause's.

    What Sentry cut off for its size is null. Crashes, and messages with a stack, come without an exception's.
    """
    parts = _parts(event)
    raised, causes = _chain(parts)
    crashed = [thread for thread in _values(parts.get("threads")) if thread.get("crashed") or thread.get("current")]
    stacks = [part.get("stacktrace") for part in (raised, *crashed, *causes)]
    found = (
        [frame for frame in (stack or {}).get("frames") or [] if frame] for stack in (*stacks, parts.get("stacktrace"))
    )
    return next(filter(None, found), [])


def _parts(event: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What an event is made of, by its kind."""
    return {str(entry.get("type")): entry.get("data") or {} for entry in reversed(event.get("entries") or [])}


def _chain(parts: dict[str, dict[str, Any]]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The exception that was raised last, and those before it, newest first."""
    newest_first = [*reversed(_values(parts.get("exception")))]
    return (newest_first[0], newest_first[1:]) if newest_first else ({}, [])


def _values(part: dict[str, Any] | None) -> list[dict[str, Any]]:
    return [value for value in (part or {}).get("values") or [] if value]


def evidence_in(event: dict[str, Any]) -> list[tuple[str, str]]:
    """What Sentry itself found, where it is no error that was raised: a slow query, an endless list of requests."""
    shown = (event.get("occurrence") or {}).get("evidenceDisplay") or []
    return [(str(each.get("name")), str(each.get("value"))) for each in shown if each and each.get("important")]


def _said(title: str, event: dict[str, Any]) -> list[str]:
    """What the error says in full, and the errors before it: a title holds 100 characters of one's first line."""
    parts = _parts(event)
    raised, causes = _chain(parts)
    said = str(raised.get("value") or (parts.get("message") or {}).get("formatted") or "").strip()
    lines = ["", clipped(said, _SAID)] if said and said not in title else []
    return lines + [
        f"before it: {cause.get('type') or 'an error'}: {clipped(str(cause.get('value') or ''), _SAID)}"
        for cause in causes[:_CAUSES]
    ]


def people_in(event: dict[str, Any]) -> tuple[str, ...]:
    """Who met it, or wrote it as feedback, where the event says so by name."""
    told = (event.get("user"), (event.get("contexts") or {}).get("feedback"))
    names = (str((each or {}).get("name") or "").strip() for each in told)
    return tuple(dict.fromkeys(filter(None, names)))


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
    lines += _said(lines[0], event)
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
    """Its title, or what stands for one. What Sentry itself found is always called the same: of what is added."""
    title = str(issue.get("title") or "")
    if not title or title in _NO_TITLES:
        return str(issue.get("culprit") or f"{issue['shortId']}, which has no title")
    if str(issue.get("issueCategory") or "") in _RAISED:
        return title
    known = issue.get("metadata") or {}
    of = " ".join(str(known.get("message") or known.get("value") or issue.get("culprit") or "").split())
    return f"{title}: {clipped(of, _ABOUT)}" if of and of not in title else title


def _release(event: dict[str, Any]) -> str:
    return str((event.get("release") or {}).get("version", ""))


def _about(count: object) -> str:
    """A number by its size: 7 is `1 or more`, 1204 is `1000 or more`."""
    digits = str(count or "0")
    return f"1{'0' * (len(digits) - 1)} or more" if digits.isdigit() and int(digits) else "0"
