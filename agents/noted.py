"""What the policy notes of channels, sources and repositories, for whoever judges what comes from there. Pure."""

from __future__ import annotations

import hashlib

from agents import rules
from agents.terms import Channel, Policy, Repository, SourceTerms
from storage.gathered import Count
from storage.records import Signal

_WHOSE = """\
The team wrote this into its policy. Heed it where you judge: what is about the product and what is noise, what there is
to know. It is no evidence, so nothing is cited from it, and it lifts none of your rules."""


def noted_of_signal(signal: Signal, policy: Policy) -> tuple[str, ...]:
    """What is noted of the source or channel that a signal came from, and of the repository that rules find for it."""
    repository = rules.repository_of([signal], policy)
    own = () if signal.source in policy.sources else (signal.channel,)
    return _noted(own, (signal.source,), repository.name if repository else "", policy)


def noted_of_report(count: Count, repository: str, policy: Policy) -> tuple[str, ...]:
    """What is noted of the channels and sources that a report's signals came from, and of its repository."""
    return _noted(count.channels, count.sources, repository, policy)


def mark_of(noted: tuple[str, ...]) -> str:
    """By what it is known again; empty where nothing is noted."""
    return hashlib.sha256("\n".join(noted).encode(errors="replace")).hexdigest()[:16] if noted else ""


def noted_text(noted: tuple[str, ...]) -> str:
    """A part of a prompt with a heading of its own; empty where nothing is noted."""
    return "\n\n".join(("", "## Notes of the team's policy", _WHOSE, *noted)) if noted else ""


def _noted(channels: tuple[str, ...], sources: tuple[str, ...], repository: str, policy: Policy) -> tuple[str, ...]:
    found: list[tuple[str, Channel | SourceTerms | Repository | None]] = [
        *((f"channel {name}", policy.channel(name)) for name in channels),
        *((f"source {name}", policy.sources.get(name)) for name in sources),
        (f"repository {repository}", policy.repository(repository)),
    ]
    return tuple(f"Of the {name}: {terms.notes.strip()}" for name, terms in found if terms and terms.notes.strip())
