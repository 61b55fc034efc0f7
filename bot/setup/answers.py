"""What a person answered, and the policy file that says it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from agents.hours import is_zone
from agents.terms import Autonomy, Budgets
from bot.setup import sentry
from bot.setup.repositories import Chosen
from bot.setup.sentry import Followed
from bot.setup.slack import Colleague, Room, printable

_HEAD = """\
# What people decide, begun by `signalbox init`. All keys that there are stand in signalbox.example.toml, which
# `signalbox init --examples` writes where it is missing. After a change type `signalbox doctor`, then restart the bot.
"""
_OTHERS = """
# Other sources (Sentry, PostHog, Linear, Zendesk, webhooks) stand as comments in signalbox.example.toml: copy one here
# once its token is in .env (docs/sources.md)."""


@dataclass(frozen=True)
class Answers:
    """All that the policy begins with."""

    approvers: tuple[Colleague, ...]
    autonomy: Autonomy
    channel: Room
    report_to: Room
    repository: Chosen | None
    issues: bool  # whether the repository's issues are signals
    sentry: Followed | None


def policy_text(answers: Answers) -> str:
    """The policy file. Names stand in comments; what counts are ids."""
    parts = [_HEAD, *_people(answers), *_channel(answers)]
    if answers.repository is not None:
        parts += _repository(answers.repository)
    parts += [*_sources(answers), *_budgets(Budgets())]
    return "\n".join(parts) + "\n"


def added_text(chosen: Chosen, issues_to: Room | None) -> str:
    """What a policy that names no repository gets at its end; where its issues are told, if they are to be read."""
    parts = [*_repository(chosen), *(_issues(chosen.name, issues_to) if issues_to is not None else ())]
    return "\n".join(parts) + "\n"


def _people(answers: Answers) -> Iterator[str]:
    ids = _value([each.id for each in answers.approvers])
    yield f"approvers = {ids}{_remark(each.shown for each in answers.approvers)}"
    yield f"autonomy = {_value(answers.autonomy.value)}  # how far it goes by itself: watch, research, ask"
    if first := next((each for each in answers.approvers if is_zone(each.zone)), None):
        remark = _remark([f"as Slack knows it of {first.shown}; notes come by day there"])
        yield f"timezone = {_value(first.zone)}{remark}"


def _channel(answers: Answers) -> Iterator[str]:
    yield "\n[[channels]]"
    yield f"id = {_value(answers.channel.id)}{_remark([f'#{answers.channel.name}'])}"
    if answers.report_to.id != answers.channel.id and not answers.channel.is_private:
        yield f"report_to = {_value(answers.report_to.id)}{_remark([f'#{answers.report_to.name}'])}"
    if answers.channel.is_private:
        yield 'visibility = "private"'
    if answers.repository is not None:
        yield f"repository = {_value(answers.repository.name)}"


def _repository(chosen: Chosen) -> Iterator[str]:
    guess = chosen.guess
    yield "\n[[repositories]]"
    yield f"name = {_value(chosen.name)}"
    yield f"base_branch = {_value(chosen.base_branch)}"
    yield f"products = {_value([chosen.name.partition('/')[2]])}  # names by which signals speak of it"
    yield f"test_command = {_value(guess.test_command)}"
    if guess.path:
        yield f"test_environment = {{ PYTHONPATH = {_value(guess.path)} }}"
    if guess.python:
        yield f"python = {_value(guess.python)}  # of this machine, since the bot's own is not what it needs"
    if guess.files:
        yield f"requirements_from = {_value(guess.files)}  # what code and tests import, as these say at each commit"
    if guess.requirements:
        yield f"requirements = {_value(guess.requirements)}  # installed, too, before the network closes"
    if guess.prepare:
        yield f"prepare = {_value(guess.prepare)}  # writes what its code imports of its version; git must ignore that"
    if guess.lint_commands:
        yield f"lint_commands = {_value(guess.lint_commands)}  # a fix may make none of them object that does not now"
    if left := guess.installed.left:
        yield f"# In {', '.join(left)}: files, addresses, what is computed: not taken; see what is needed."
    if guess.to_do:
        yield f"# Still to do: {guess.to_do}."


def _budgets(terms: Budgets) -> Iterator[str]:
    """The limits that count anyway, where whoever pays sees them."""
    yield "\n[budgets]  # in US dollars, estimated by the models' list prices (docs/install.md, What it costs)"
    yield f"report_usd = {_value(terms.report_usd)}  # of one report over its whole life; then it is stuck, and says so"
    yield f"day_usd = {_value(terms.day_usd)}  # of all together in a day; what does not fit waits for the next one"


def _sources(answers: Answers) -> Iterator[str]:
    about = answers.repository.name if answers.repository else ""
    if answers.issues:
        yield from _issues(about, answers.report_to)
    if answers.sentry is not None:
        yield from _source(f"{_short(about)}-errors", sentry.KIND, answers.report_to, about, answers.sentry.options)
    yield _OTHERS


def _issues(about: str, report_to: Room) -> Iterator[str]:
    return _source(f"{_short(about)}-issues", "github", report_to, about, {"repository": about})


def _short(about: str) -> str:
    """The repository's name as that of a source may be."""
    return re.sub(r"[^a-z0-9]+", "-", about.partition("/")[2].lower()).strip("-") or "product"


def _source(name: str, kind: str, report_to: Room, about: str, options: Mapping[str, str]) -> Iterator[str]:
    yield f"\n[sources.{name}]"
    yield f"kind = {_value(kind)}"
    yield 'every = "2m"'
    yield f"report_to = {_value(report_to.id)}{_remark([f'#{report_to.name}'] if report_to.name else ())}"
    if report_to.is_private:
        yield 'visibility = "private"'
    if about:
        yield f"repository = {_value(about)}"
    yield f"options = {{ {', '.join(f'{key} = {_value(value)}' for key, value in options.items())} }}"


def _value(value: object) -> str:
    """As TOML writes words and lists of them, which is as JSON does, but for one character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _remark(words: Iterable[str]) -> str:
    said = printable(", ".join(words))
    return f"  # {said}" if said else ""
