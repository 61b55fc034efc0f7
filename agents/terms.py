"""What people decide: the types that the policy file `signalbox.toml` is read into. Pure values, no reading.

Money is in US dollars, times are in seconds unless the name says otherwise.
"""

from __future__ import annotations

import re
from enum import StrEnum
from posixpath import join, normpath
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from agents.hours import UTC
from agents.model_terms import Models
from agents.term_forms import (
    BotId,
    Branch,
    CheckGlob,
    CloneUrl,
    Command,
    Glob,
    Image,
    LoginGlob,
    Name,
    Notes,
    OptionalCommand,
    OptionalGlob,
    OptionalRoomId,
    OwnFolder,
    PersonId,
    Place,
    Program,
    RepositoryFile,
    RepositoryName,
    RoomId,
    ServiceUrl,
    TeamKey,
    Terms,
    Trailer,
    Variable,
    WatchedId,
    Zone,
)
from storage.judgments import Priority
from storage.status import Visibility

PROTECTED = (".github/**", ".gitlab-ci.yml", "**/CODEOWNERS")
_LONGEST_STANDING = 90 * 86_400.0  # seconds; what hardly ends is no standing approval but a way to ask nobody
_SENDS = "webhook"
_MEASURE, _LATEST = frozenset({"sentry", "posthog"}), frozenset({"sentry", _SENDS})  # kinds of sources
_LONGEST_SPAN = 36_500 * 86_400.0  # seconds; beyond, a moment that lies so far off cannot be written as a date
_A_SPAN = 'a span of time is a number with a unit, in quotation marks, such as "90s", "5m", "2h" or "3d"'
FROM_FILE = "file"  # the context of a policy that is read as people write it
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0, "w": 604_800.0}


def seconds(value: object) -> object:
    """Read a span such as "90s", "5m", "2h" or "3d" as seconds; numbers are seconds already."""
    if not isinstance(value, str):
        return value
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([smhdw])\s*", value)
    if match is None:
        raise ValueError(_A_SPAN)
    if (span := float(match[1]) * _UNITS[match[2]]) > _LONGEST_SPAN:
        raise ValueError('a span of time is 100 years at most; write less, such as "36500d"')
    return span


def _span(value: object, read: ValidationInfo) -> object:
    """In a file a number without a unit is refused: whoever writes `retention = 180` does not mean seconds."""
    if read.context == FROM_FILE and not isinstance(value, str):
        raise ValueError(_A_SPAN)
    return seconds(value)


Seconds = Annotated[float, BeforeValidator(_span)]


class Autonomy(StrEnum):
    """How far the bot goes by itself."""

    WATCH = "watch"  # file and show, no research unless asked
    RESEARCH = "research"  # research, never propose a fix
    ASK = "ask"  # propose, and wait for a yes
    DRAFT = "draft"  # propose; a standing approval that somebody gave in Slack is a yes


class Channel(Terms):
    """A Slack channel that is watched."""

    id: WatchedId
    report_to: OptionalRoomId = ""  # id of the channel where reports go; empty: the same channel
    visibility: Visibility = Visibility.PUBLIC
    autonomy: Autonomy | None = None  # None: it has none of its own
    repository: str = ""  # owner/name that its problems are about; empty: found by rules
    allow_bots: tuple[BotId, ...] = ()  # ids of bots or apps whose messages are signals
    notes: Notes = ""  # for whoever judges what comes from there
    connect: bool = False  # listen although it is shared with another workspace, and to that one's people


class SourceTerms(Terms):
    """A place that is pulled on the clock. `options` are the source's own keys and are checked by it."""

    kind: str
    every: Seconds = Field(default=120.0, gt=0)
    first_day: int = Field(default=20, ge=0)  # signals its first pull takes at most, the heaviest and newest
    report_to: RoomId
    weight: float = Field(default=1.0, ge=0)
    trusted: bool = False  # its signals skip the model's screening, never the rules'
    repository: str = ""
    autonomy: Autonomy | None = None  # None: it has none of its own
    visibility: Visibility = Visibility.PUBLIC
    notes: Notes = ""  # for whoever judges what comes from there
    options: dict[str, str] = Field(default_factory=dict)

    @property
    def is_pulled(self) -> bool:
        """Whether we ask it; the other kind sends what it has."""
        return self.kind != _SENDS

    @property
    def tells_again(self) -> bool:
        """Whether it measures, and so tells by itself of a problem that goes on: where people write, nobody need."""
        return self.kind in _MEASURE

    @property
    def writes_fields(self) -> bool:
        """Whether a tool writes its words: those of a program are quoted among them, and mean something else."""
        return self.tells_again or self.tells_its_latest

    @property
    def tells_its_latest(self) -> bool:
        """Whether the words of a signal that goes on are those of the latest time that it happened."""
        return self.kind in _LATEST


class Repository(Terms):
    """A repository that fixes may be made in."""

    name: RepositoryName
    clone_url: CloneUrl = ""  # empty: the code host's address of it
    base_branch: Branch = "main"
    products: tuple[str, ...] = ()  # names (packages, projects, paths) whose problems belong here
    paths: tuple[Glob, ...] = ()  # of files in stack traces that are its own, such as src/shop/**
    test_command: Command = ("python", "-m", "pytest", "-q")
    test_environment: dict[str, str] = Field(default_factory=dict)  # e.g. PYTHONPATH = "src"; see variables_at
    test_report: OptionalGlob = ""  # the JUnit XML that test_command writes, if its log names no failures
    test_minutes: float = Field(default=10.0, gt=0)  # for one run of the tests
    lint_commands: tuple[Command, ...] = ()  # a fix may make none of these end worse: linters, formatters, types
    prepare: OptionalCommand = ()  # run in every fresh checkout, for what a build makes; git must ignore what it makes
    requirements: tuple[str, ...] = ()  # installed, as wheels only, into the environment before the network closes
    requirements_from: tuple[RepositoryFile, ...] = ()  # files that say more of them; lock files: versions
    python: Program = ""  # that its tests are run by, such as python3.13; empty: the bot's own
    environment: str = ""  # folder of a ready-made virtual environment instead
    image: Image = ""  # of a container with all that its tests need, git too: its code runs in docker or podman
    toolchains: tuple[OwnFolder, ...] = ()  # of this machine, seen at their own paths; what is in their bin can be run
    dependencies: dict[Place, OwnFolder] = Field(default_factory=dict)  # e.g. node_modules: seen there in the checkout
    protected: tuple[Glob, ...] = PROTECTED  # globs no fix may touch
    restricted: tuple[Glob, ...] = ()  # globs that a plan may name if so many approve it; what is protected stays so
    restricted_approvals: int = Field(default=2, gt=1)
    approvers: tuple[PersonId, ...] = ()  # Slack user ids; empty: the policy's
    approvals: int = Field(default=1, gt=0)  # so many of them must approve a plan
    autonomy: Autonomy | None = None  # None: it has none of its own
    reviewers: tuple[str, ...] = ()  # code host logins asked for review
    max_changed_lines: int = Field(default=400, gt=0)
    label: str = "signalbox"
    draft: bool = True  # false: its pull requests are opened as what may be merged
    checks: bool = True  # false: its pull requests have none, or none while they are drafts
    ignored_checks: tuple[CheckGlob, ...] = ()  # globs of names; these are neither waited for nor mended
    machine_users: tuple[LoginGlob, ...] = ()  # globs of logins: what these say on a pull request is data
    trailers: tuple[Trailer, ...] = ()  # last lines of each commit, such as Signed-off-by: Name <address>
    notes: Notes = ""  # for whoever researches and fixes it
    trust_instructions: bool = False  # whether AGENTS.md and the like guide our agents

    def variables_at(self, top: str) -> dict[str, str]:
        """`test_environment`, its PYTHONPATH as seen from any folder when the checkout's top is `top`."""
        variables = dict(self.test_environment)
        if places := variables.get("PYTHONPATH"):
            variables["PYTHONPATH"] = ":".join(normpath(join(top, place)) for place in places.split(":"))
        return variables


class McpTerms(Terms):
    """An MCP server that research may ask, and the read-only tools of it that may be used."""

    name: Name
    url: ServiceUrl
    token_env: Variable = ""  # the environment's variable that holds its token; empty: it needs none
    tools: tuple[str, ...] = Field(min_length=1)


class LinearTerms(Terms):
    """Linear issues that are made for reports."""

    team: TeamKey
    approved: bool = False  # one for each report whose plan is approved, unless it is private


class Limits(Terms):
    """Hard stops of one agent run."""

    steps: int = Field(default=40, gt=0)
    usd: float = Field(default=2.0, gt=0)
    minutes: float = Field(default=20.0, gt=0)


class FixLimits(Limits):
    """Those of a fix: it writes, runs tests and is proven within them."""

    steps: int = Field(default=60, gt=0)
    usd: float = Field(default=4.0, gt=0)
    minutes: float = Field(default=30.0, gt=0)


class InquiryLimits(Limits):
    """Those of an answer to a question: somebody waits for it in a chat."""

    steps: int = Field(default=15, gt=0)
    usd: float = Field(default=0.5, gt=0)
    minutes: float = Field(default=5.0, gt=0)


class Budgets(Terms):
    """Hard stops across runs."""

    report_usd: float = Field(default=10.0, gt=0)
    day_usd: float = Field(default=50.0, gt=0)
    research_passes: int = Field(default=6, gt=0)
    fix_rounds: int = Field(default=3, gt=0)
    pull_requests_per_day: int = Field(default=10, gt=0)  # and repository
    inquiries_per_day: int = Field(default=20, ge=0)  # and report: questions of people that are answered


class Waits(Terms):
    """How long, in seconds, things may take or stay."""

    approval: Seconds = Field(default=3 * 24 * 3600.0, gt=0)  # a plan that nobody decides on expires
    quiet: Seconds = Field(default=30 * 86_400.0, ge=0)  # what gathers and falls silent is dismissed; 0: never
    checks: Seconds = Field(default=60 * 60.0, gt=0)  # a pull request without any check, or with unfinished ones
    soak: Seconds = Field(default=24 * 3600.0, ge=0)  # quiet time after the merge
    follow: Seconds = Field(default=30.0, gt=0)  # between two looks at a pull request
    sweep: Seconds = Field(default=5.0, gt=0)  # between two sweeps
    thread: Seconds = Field(default=30.0, ge=0)  # quiet time after which a changed thread is read again
    queue: Seconds = Field(default=0.05, gt=0)  # at least, between two looks at the queues that people wait for


def _short(value: float) -> float:
    if value > _LONGEST_STANDING:
        raise ValueError('a standing approval is for 90 days at most; write less, such as "7d"')
    return value


class StandingTerms(Terms):
    """How much a person may allow ahead, where `autonomy` is draft."""

    longest: Annotated[Seconds, AfterValidator(_short)] = Field(default=7 * 86_400.0, gt=0)
    per_day: int = Field(default=3, gt=0)  # plans of a repository that all standing approvals together allow in a day


class Policy(Terms):
    """The whole policy file, valid."""

    channels: tuple[Channel, ...] = ()
    sources: dict[str, SourceTerms] = Field(default_factory=dict)  # by a name of the owner's choice
    repositories: tuple[Repository, ...] = ()
    mcp: tuple[McpTerms, ...] = ()
    linear: LinearTerms | None = None  # without it no issue is made
    approvers: tuple[PersonId, ...] = ()  # Slack user ids
    autonomy: Autonomy = Autonomy.ASK  # of all that are set for a report the most careful counts
    priorities: dict[Priority, Autonomy] = Field(default_factory=dict)  # the autonomy of what is so urgent
    propose_from: Priority = Priority.P4  # for what is less urgent no fix is proposed
    standing: StandingTerms = StandingTerms()
    gone: tuple[str, ...] = ()  # names, addresses or logins of people who left: never asked for review
    logins: dict[str, str] = Field(default_factory=dict)  # e-mail address of commits -> login on the code host
    people: dict[str, PersonId] = Field(default_factory=dict)  # login on the code host -> Slack user id
    ask_emoji: str = Field(default="mag", pattern=r"^[a-z0-9_+'-]*$")  # reacting with it asks; empty: with none
    timezone: Zone = UTC  # of the team: when notes come, what is a weekend, when the day of a budget begins
    held_notes: bool = True  # say in the channel that signals were held, once an hour at most
    held_notes_to: OptionalRoomId = ""  # where of public ones; empty: where their reports would have gone
    waiting_notes: bool = True  # say in the channel what waits for a person for days, and which sources are not read
    weekly_notes: bool = True  # say in the channel on Mondays what came of its reports
    ripe_weight: float = Field(default=1.0, gt=0)
    research_limits: Limits = Limits()
    fix_limits: FixLimits = FixLimits()
    inquiry_limits: InquiryLimits = InquiryLimits()
    budgets: Budgets = Budgets()
    waits: Waits = Waits()
    models: Models = Models()
    retention: Seconds = Field(default=180 * 86_400.0, gt=0)  # then the words of what is closed or held are forgotten
    dry_run: bool = False

    def channel(self, channel_id: str) -> Channel | None:
        """The terms of a watched channel, None for any other."""
        return next((channel for channel in self.channels if channel.id == channel_id), None)

    def repository(self, name: str) -> Repository | None:
        """The terms of a repository, None for any other."""
        return next((repository for repository in self.repositories if repository.name == name), None)
