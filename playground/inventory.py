"""What there is in the world after a life, for two lives to be compared: Slack, the code host, the bot's rows.

Nothing in it depends on the time, on ids that a server gives, or on how often the bot died.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

from playground.codehost.snapshots import PullSeen
from playground.model import Replay
from playground.town import Town
from playground.townsfolk import REPOSITORY
from playground.workspace.records import Message
from storage.records import Decision, Entry, EntryKind
from storage.store import Store

_VARIES = re.compile(r"\b[0-9a-f]{7,40}\b|\d+")
_NUMBERED = re.compile(r"^(SB-\S+ \w+):(\d+)\b")


@dataclass(frozen=True)
class Inventory:
    """Each field holds lines, sorted or in the order in which they happened; a line that is there twice happened twice.

    `turns` is compared by what was asked, not by how often: a turn that was in flight when the bot died is repeated.
    """

    posts: tuple[str, ...]  # messages of the bot in Slack, by report and purpose
    pull_requests: tuple[str, ...]
    branches: tuple[str, ...]
    pushes: tuple[str, ...]  # commits that the code host received, by branch
    statuses: tuple[str, ...]
    moves: tuple[str, ...]  # in their order
    signals: tuple[str, ...]
    approvals: tuple[str, ...]
    issues: tuple[str, ...]  # in Linear, made by the bot
    corrections: tuple[str, ...]
    journal: tuple[str, ...]  # what was not done by people; they may have to do a thing again
    turns: tuple[str, ...]  # of the model
    deaths: int

    @property
    def repeated_turns(self) -> int:
        """How many turns of the model were asked for again."""
        return len(self.turns) - len(set(self.turns))


def take(town: Town, store: Store, deaths: int) -> Inventory:
    """Look at everything."""
    reports = store.reports.all()
    repository = town.code_host.find(REPOSITORY)
    journal = [entry for report in reports for entry in store.reports.journal(report.id or 0)]
    calls = town.model.calls() if isinstance(town.model, Replay) else ()
    return Inventory(
        posts=_sorted(posts([_post(message) for message in _messages_of_the_bot(town)])),
        pull_requests=_sorted(_pull(pull) for pull in town.code_host.pull_requests(REPOSITORY)),
        branches=_sorted(town.code_host.branches(REPOSITORY)),
        pushes=_sorted(f"a commit on {check.branch}" for check in repository.checks),
        statuses=_sorted(f"{report.ref} is {report.status}" for report in reports),
        moves=tuple(_move(entry) for entry in journal if entry.kind is EntryKind.MOVE),
        signals=_sorted(
            f"{signal.source} {signal.external_id} is {signal.status} under SB-{report.id}"
            for report in reports
            for signal in store.signals.of_report(report.id or 0)
        ),
        approvals=_sorted(
            f"{each.by} {each.decision}" for report in reports for each in store.plans.approvals(report.id or 0)
            if each.decision is not Decision.REFUSED
        ),
        issues=_sorted(
            f"{issue.identifier} links {len(issue.links)}"
            for issue in town.linear.issues()
            if "Signalbox" in issue.description
        ),
        corrections=_sorted(
            f"{each.kind} of SB-{each.report_id} and SB-{each.other_id}, {'undone' if each.undone_by else 'stands'}"
            for report in reports
            for each in store.corrections.of_report(report.id or 0)
            if each.report_id == report.id
        ),
        journal=_sorted(_line(entry) for entry in journal if not entry.who.startswith("U")),
        turns=tuple(f"{call.stage} of {call.subject}, turn {call.turn}" for call in calls),
        deaths=deaths,
    )  # fmt: skip


def posts(told: Sequence[str]) -> list[str]:
    """What each post is for, its row's number replaced by how many of the kind came before.

    A transaction that was cut off leaves a gap in PostgreSQL's numbers, so that the rows of two lives differ in theirs.
    """
    numbers: dict[str, set[int]] = {}
    for one in told:
        for kind, number in _NUMBERED.findall(one):
            numbers.setdefault(kind, set()).add(int(number))
    places = {kind: sorted(found) for kind, found in numbers.items()}
    return [_NUMBERED.sub(lambda at: f"{at[1]}:{places[at[1]].index(int(at[2])) + 1}", one) for one in told]


def difference(expected: Inventory, found: Inventory) -> list[str]:
    """What is otherwise than expected, each in a sentence; empty when the bot's deaths left no trace."""
    told: list[str] = []
    for each in fields(Inventory):
        if each.name in ("deaths", "turns"):
            continue
        told += _counted(each.name.replace("_", " "), getattr(expected, each.name), getattr(found, each.name))
    if not told and expected.moves != found.moves:
        told.append(f"the moves came in another order: {'; '.join(found.moves)}")
    asked, asked_now = set(expected.turns), set(found.turns)
    told += [f"the model was never asked for {turn}" for turn in sorted(asked - asked_now)]
    told += [f"the model was asked for {turn}, which nobody needs" for turn in sorted(asked_now - asked)]
    for turn, times in Counter(found.turns).items():
        if times > 1 + found.deaths:
            told.append(f"the model was asked {times} times for {turn}, though the bot died {found.deaths} times")
    return told


def _counted(what: str, expected: tuple[str, ...], found: tuple[str, ...]) -> list[str]:
    wanted, there = Counter(expected), Counter(found)
    missing = [f"{what}: missing: {line}" for line in sorted((wanted - there).elements())]
    return missing + [f"{what}: once too often: {line}" for line in sorted((there - wanted).elements())]


def _messages_of_the_bot(town: Town) -> list[Message]:
    seed, workspace = town.workspace.seed, town.workspace
    found = []
    for channel in seed.channels:
        for root in workspace.messages(channel.id):
            found += [message for message in workspace.thread(channel.id, root.ts) if message.bot_id]
    return found


def _post(message: Message) -> str:
    payload = (message.metadata or {}).get("event_payload") or {}
    place = "in a thread" if message.thread_ts else "as a message of its own"
    return f"SB-{payload.get('report', '?')} {payload.get('purpose', message.text)} {place}"


def _pull(pull: PullSeen) -> str:
    state = "merged" if pull.merged else f"{'draft' if pull.draft else 'ready'}, {pull.state}"
    checks = "green" if pull.green else "not green"
    asked, labels = ", ".join(pull.reviewers) or "nobody", ", ".join(pull.labels) or "none"
    return f"{pull.head} into {pull.base}: {state}, checks {checks}, asked {asked}, labels {labels}"


def _move(entry: Entry) -> str:
    return f"SB-{entry.report_id} from {entry.before} to {entry.after} by {entry.who}"


def _line(entry: Entry) -> str:
    return f"SB-{entry.report_id} {entry.kind} by {entry.who}: {_VARIES.sub('…', entry.text)[:120]}"


def _sorted(lines: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(lines))
