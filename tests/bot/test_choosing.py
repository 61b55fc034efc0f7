"""What `signalbox init` finds by the names that people type: channels, people, repositories."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from agents.errors import BadSettings
from agents.terms import Autonomy
from bot.doctor.findings import Verdict
from bot.doctor.repositories import examine_addresses
from bot.policy import read_policy
from bot.settings import Settings, read_settings
from bot.setup.answers import Answers, policy_text
from bot.setup.guesses import Guess, guessed
from bot.setup.repositories import Chosen, Hub, choose_repository
from bot.setup.sentry import Followed, choose_sentry
from bot.setup.slack import Colleague, Room, Team, choose_approvers, choose_room
from bot.sources import ALL_KINDS
from playground.faults import Fault, Faults, Kind, Moment
from playground.loopback import Loopback
from playground.town import Town
from playground.townsfolk import SOLAR
from playground.workspace import Workspace
from playground.workspace.asgi import app_of
from playground.workspace.seed import AppSeed, ChannelSeed, UserSeed, WorkspaceSeed
from storage.status import Visibility
from tests.bot.typist import POLICY, Typist, tokens

pytestmark = pytest.mark.usefixtures("new_folder")
GUEST, SAM, OTHER_SAM, JOANNA, QUOTED = "U1GUEST", "U2SAM", "U3SAM", "U4JO", "U5QUOTE"
_PEOPLE = (
    UserSeed(GUEST, "ann.guest", "Ann", is_restricted=True),
    UserSeed(SAM, "sam", "Sam Lee"),
    UserSeed(OTHER_SAM, "sam2", "Sam Lee"),
    UserSeed(JOANNA, "jo", "Joanna Ng"),
    UserSeed(QUOTED, "q", 'Zoe\u0308 "Z" 🚀\nevil = true # \x1b[31m'),
    *(UserSeed(f"U{number:06}", f"p{number}", f"Person {number}") for number in range(1200)),
)
_ROOMS = tuple(ChannelSeed(f"C{number:06}", f"room-{number}", members=()) for number in range(1500))


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """A workspace of several pages, and its token."""
    workspace = Workspace(WorkspaceSeed(users=_PEOPLE, channels=_ROOMS), Faults())
    with Loopback(app_of(workspace)) as page:
        monkeypatch.setenv("SLACK_API_URL", f"{page.url}/api/")
        monkeypatch.setenv("SLACK_BOT_TOKEN", AppSeed().bot_token)
        yield workspace


def answers(approvers: tuple[Colleague, ...] = (), **changed: Any) -> Answers:
    room = Room(SOLAR, "solar", is_private=False, is_member=True)
    known = {"channel": room, "report_to": room, "repository": None, "issues": False, "sentry": None, **changed}
    return Answers(approvers=approvers, autonomy=Autonomy.ASK, **known)


def test_people_are_who_they_are_called_and_nobody_else(large: Workspace) -> None:
    typed = ("ann", "sam lee", "person 1199, jo")
    typist = Typist([("Who may approve", each) for each in typed])
    chosen = choose_approvers(typist, team := Team(read_settings(), typist.say))

    assert [each.id for each in chosen] == ["U001199", JOANNA]
    assert "no full member called ann" in typist.all_read  # who is a guest; Joanna is not meant
    assert f"sam lee may be Sam Lee ({SAM}); Sam Lee ({OTHER_SAM}): type the whole name, or the id." in typist.all_read
    [odd] = choose_approvers(Typist([("Who may approve", "zo\u00eb")]), team)
    assert not {"\n", "\x1b"} & set(odd.shown)
    POLICY.write_text(policy_text(answers((odd,))), encoding="utf-8")
    assert read_policy(POLICY, ALL_KINDS).approvers == (QUOTED,)


def test_a_large_workspace_is_read_once_and_waits_are_told(large: Workspace) -> None:
    asked = "slack:conversations.list"
    large.faults.plan(Fault(asked, Moment.RECEIPT, Kind.REFUSE, nth=2, status=429, retry_after=0))
    typist = Typist([("Which", "room-1499"), ("Where", "")])
    team = Team(read_settings(), typist.say)
    room = choose_room(typist, team, "Which")

    assert choose_room(typist, team, "Where", f"#{room.name}") == room
    assert room.name == "room-1499"
    assert not room.is_member
    assert typist.all_read.count("Slack asks us to wait") == 1
    assert large.faults.seen(asked) == 4


def test_what_slack_does_not_tell_is_asked_for_again(large: Workspace) -> None:
    for call in ("conversations.list", "users.list"):
        large.faults.plan(Fault(f"slack:{call}", Moment.RECEIPT, Kind.REFUSE, status=500))
    typist = Typist([("Which", "room-7"), ("Which", "room-7"), ("Who", "jo"), ("Who", "jo")])
    team = Team(read_settings(), typist.say)

    assert choose_room(typist, team, "Which").name == "room-7"
    assert [each.id for each in choose_approvers(typist, team)] == [JOANNA]
    assert "Slack did not tell its channels: " in typist.all_read
    assert "Slack did not tell its members: " in typist.all_read
    assert "The request to the Slack API failed" not in typist.all_read


def test_what_is_private_is_reported_where_it_was_said(large: Workspace) -> None:
    closed = Room("C0CLOSED0", "closed", is_private=True, is_member=True)
    chosen = Chosen("acme/shop", "main", guessed((), lambda _: None))
    boss = Colleague(SAM, "Sam", frozenset(), is_guest=False)
    text = policy_text(answers((boss,), channel=closed, report_to=closed, repository=chosen, issues=True))
    POLICY.write_text(text, encoding="utf-8")

    policy = read_policy(POLICY, ALL_KINDS)
    assert [each.visibility for each in policy.channels] == [Visibility.PRIVATE]
    assert [each.visibility for each in policy.sources.values()] == [Visibility.PRIVATE]


def test_addresses_of_a_repository_will_do_and_nonsense_is_none(
    small_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    with small_town:
        monkeypatch.setenv("GITHUB_TOKEN", tokens(small_town, monkeypatch)["GITHUB_TOKEN"])
        hub = Hub(read_settings())
        for pasted in ("https://github.example.com/acme/humanize/tree/main", "git@github.com:acme/humanize.git"):
            typist = Typist([("Repository:", pasted), ("What runs", "")])
            assert (chosen := choose_repository(typist, hub)) is not None
            assert chosen.name == "acme/humanize"
        nonsense = ("../user", "acme/..", "humanize", "0", "acme/hum anize")
        typist = Typist([("Repository:", each) for each in (*nonsense, "")])
        assert choose_repository(typist, hub) is None
        assert typist.all_read.count("The token sees no repository") == len(nonsense)


def test_a_code_host_that_is_not_well_is_not_taken_for_a_refused_token(
    small_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    with small_town:
        monkeypatch.setenv("GITHUB_TOKEN", tokens(small_town, monkeypatch)["GITHUB_TOKEN"])
        small_town.faults.plan(Fault("github:GET /repos/{owner}/{repo}", Moment.RECEIPT, Kind.REFUSE, status=500))
        typist = Typist([("Repository:", "1"), ("Repository:", "1"), ("What runs", "")])
        assert choose_repository(typist, Hub(read_settings())) is not None
        assert "GitHub answered 500" in typist.all_read
        monkeypatch.setenv("GITHUB_API_URL", f"{small_town.page.url}/")  # a page for people
        with pytest.raises(BadSettings, match="GITHUB_API_URL"):
            Hub(read_settings()).login()


def test_a_repository_where_nothing_can_be_pushed_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "1")
    rows: list[dict[str, Any]] = [
        {"full_name": "acme/archived", "archived": True, "permissions": {"push": True}},
        {"full_name": "acme/read", "default_branch": "a#b", "permissions": {"push": False}},
        *({"full_name": f"acme/r{number}", "permissions": {"push": True}} for number in range(10)),
    ]
    with Loopback(_a_hub(rows)) as hub:
        monkeypatch.setenv("GITHUB_API_URL", hub.url)
        typist = Typist([("Repository:", "acme/archived"), ("Repository:", "acme/read"), ("What runs", "make test")])
        chosen = choose_repository(typist, Hub(read_settings()))

    assert chosen is not None
    assert (chosen.name, chosen.base_branch, chosen.guess) == ("acme/read", "a#b", Guess(("make", "test")))
    assert "  1  acme/r0" in typist.read
    assert "     and others, by owner/name" in typist.read
    assert "acme/archived is archived" in typist.all_read
    assert "The token may not push to acme/read" in typist.all_read
    assert "On a#b of acme/read the token sees no file" in typist.all_read


def _a_hub(rows: list[dict[str, Any]]) -> Starlette:
    """A code host of these repositories, all of them empty."""
    known = {row["full_name"]: row for row in rows}

    async def listed(_: Request) -> JSONResponse:
        return JSONResponse(rows)

    async def one(request: Request) -> JSONResponse:
        return JSONResponse(known["{owner}/{name}".format_map(request.path_params)])

    return Starlette(routes=[Route("/user/repos", listed), Route("/repos/{owner}/{name}", one)])


@pytest.mark.parametrize(
    ("api", "web", "is_one"),
    [
        ("https://api.github.com", "https://github.com", True),
        ("https://github.example.com/api/v3", "https://github.example.com", True),
        ("https://api.acme.ghe.com", "https://acme.ghe.com", True),
        ("https://github.example.com/api/v3", "https://github.com", False),
    ],
)
def test_a_token_is_shown_to_one_code_host_alone(api: str, web: str, is_one: bool) -> None:
    found = list(examine_addresses(Settings(github_api_url=api, github_url=web)))
    assert is_one is not any(each.verdict is Verdict.BAD for each in found)


def test_sentry_is_named_as_in_its_address_or_by_it(small_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    with small_town:
        whole = tokens(small_town, monkeypatch)
        typed = [
            ("Sentry organization", "Acme Inc"),
            ("Project", ""),
            ("Sentry organization", "https://acme.sentry.io/issues/?project=1"),
            ("Project", "solar-dashboard"),
            ("internal integration", whole["SENTRY_TOKEN"]),
        ]
        followed = choose_sentry(typist := Typist(typed))

    assert followed == Followed("acme", "solar-dashboard")
    assert "Type them as they stand in addresses" in typist.all_read
