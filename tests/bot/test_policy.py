"""Reading signalbox.toml."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.errors import BadPolicy
from agents.terms import Autonomy
from bot.policy import read_policy
from bot.sources import ALL_KINDS as KINDS
from playground.product import Product
from playground.townsfolk import Pace, policy_text

EXAMPLE = Path(__file__).parent.parent.parent / "signalbox.example.toml"


def faults(tmp_path: Path, text: str) -> str:
    file = tmp_path / "signalbox.toml"
    file.write_text(text)
    with pytest.raises(BadPolicy) as caught:
        read_policy(file, KINDS)
    return str(caught.value)


def test_the_example_is_valid_and_reads_spans_of_time() -> None:
    policy = read_policy(EXAMPLE, KINDS)

    assert policy.waits.approval == 3 * 86_400
    assert policy.autonomy is Autonomy.ASK
    assert policy.sources["shop-issues"].every == 120


def test_all_faults_are_said_at_once_each_with_its_key(tmp_path: Path) -> None:
    said = faults(
        tmp_path,
        """
        colour = "blue"
        autonomy = "yolo"
        ripe_weight = -1
        [[channels]]
        id = "general"
        [waits]
        soak = "soon"
        """,
    )

    for part in ("colour: there is no such key", "autonomy", "ripe_weight", "channels[0].id", "waits.soak", '"5m"'):
        assert part in said
    assert said.count("\n") == 5


def test_what_it_refers_to_must_exist(tmp_path: Path) -> None:
    said = faults(
        tmp_path,
        """
        [[channels]]
        id = "C012AB"
        repository = "acme/nowhere"
        [[channels]]
        id = "C012AB"
        [[repositories]]
        name = "acme/shop"
        [sources.x]
        kind = "carrier pigeon"
        report_to = "C012AB"
        """,
    )

    for part in ("acme/nowhere", "more than once", "carrier pigeon", "github, linear, posthog, sentry", "approvers"):
        assert part in said


@pytest.mark.parametrize("named", ['"U1"', '"U1", "U1"'])
def test_more_approvals_than_there_are_different_approvers_are_a_fault(tmp_path: Path, named: str) -> None:
    two = f'approvers = [{named}]\n[[repositories]]\nname = "a/b"\napprovals = 2\n'

    said = "repositories[0].approvals: 2 different people have to approve a plan, and the policy names one approver"
    assert said in faults(tmp_path, two)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('restricted = ["db/**"]', "repositories[0].restricted_approvals: 2 different people have to approve a plan"),
        ("restricted_approvals = 1", "repositories[0].restricted_approvals: it has to be more than 1"),
        ('restricted = [".github/workflows/**"]', "repositories[0].restricted[0]: .github/workflows/** says what runs"),
        ('restricted = ["**/CODEOWNERS"]', "repositories[0].restricted[0]: **/CODEOWNERS is `protected` too"),
        ('protected = ["db/**"]\nrestricted = ["db/a.sql"]', "db/a.sql is `protected` too, and so stays refused"),
        ('restricted = ["/db"]', "repositories[0].restricted[0]: this matches no path of a repository"),
    ],
)
def test_what_is_restricted_in_vain_is_a_fault(tmp_path: Path, lines: str, said: str) -> None:
    assert said in faults(tmp_path, f'approvers = ["U1"]\n[[repositories]]\nname = "a/b"\n{lines}\n')


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("approvals = 0", "approvals: it has to be more than 0 (given: 0)"),
        ('ignored_checks = ["**"]', "ignored_checks[0]: this would ignore every check; name one, such as codecov/*"),
        ('machine_users = ["*"]', "machine_users[0]: nobody would be heard; name one, such as acme-ci"),
        ('machine_users = ["@acme ci"]', "machine_users[0]: this is no login; write it as the code host does"),
        ('approvals = "two"', "approvals: it has to be a whole number, such as 2 (given: 'two')"),
        ('draft = "maybe"', "draft: it has to be true or false, without quotation marks (given: 'maybe')"),
        ("autonomy = true", "autonomy: it has to be one of 'watch', 'research', 'ask' or 'draft' (given: true)"),
        ('propose_from = "P2"', "propose_from: there is no such key here; it stands at the top of the file"),
        ("day_usd = 3", "day_usd: there is no such key here; it stands under [budgets]"),
        ('approvers = "U1"', 'approvers: it has to be a list, such as ["…"]'),
        ('[models.stages]\nreviewer = "m"', "models.stages.reviewer: it has to be one of 'read', 'normalise'"),
    ],
)
def test_a_wrong_value_is_told_in_words_that_say_what_would_be_right(tmp_path: Path, line: str, said: str) -> None:
    assert said in faults(tmp_path, f'approvers = ["U1"]\n[[repositories]]\nname = "a/b"\n{line}\n')


@pytest.mark.parametrize("name", ["slack", "backfill:x", "a b", "n" * 41])
def test_a_source_may_not_take_a_name_that_is_ours_or_too_long(tmp_path: Path, name: str) -> None:
    said = faults(tmp_path, f'[sources."{name}"]\nkind = "sentry"\nreport_to = "C012AB"\n')
    assert f"sources.{name}: a source's name is" in said


@pytest.mark.parametrize("text", ["approvers = [", "\x00", 'approvers = "U1"'])
def test_broken_files_give_a_sentence(tmp_path: Path, text: str) -> None:
    assert "signalbox.toml" in faults(tmp_path, text)


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BadPolicy, match="`signalbox init` asks what to write there"):
        read_policy(tmp_path / "none.toml", KINDS)


RIGHT = """
approvers = ["U012AB3CD"]
[[repositories]]
name = "acme/shop"
"""


@pytest.mark.parametrize(
    ("line", "key", "right"),
    [
        ('approvers = ["priya"]', "approvers[0]", "U012AB3CD"),
        ('approvers = ["U012AB3CD", ""]', "approvers[1]", "U012AB3CD"),
        ('[[repositories]]\nname = "a/b"\napprovers = ["@priya"]', "repositories[0].approvers[0]", "U012AB3CD"),
        ('[[channels]]\nid = "#general"', "channels[0].id", "C012AB3CD"),
        ('[[channels]]\nid = "C012AB"\nreport_to = "general"', "channels[0].report_to", "C012AB3CD"),
        ('[[channels]]\nid = "C012AB"\nallow_bots = ["sentry"]', "channels[0].allow_bots[0]", "B012AB3CD"),
        ('[sources.x]\nkind = "linear"\nreport_to = ""', "sources.x.report_to", "C012AB3CD"),
        ('[[repositories]]\nname = "a/b"\nbase_branch = "--upload-pack=evil"', "repositories[0].base_branch", "main"),
        ('[[repositories]]\nname = "a/.."', "repositories[0].name", "acme/shop"),
        ('[[repositories]]\nname = "a/b"\nclone_url = "ext::sh -c x"', "repositories[0].clone_url", "https://"),
        ('[[repositories]]\nname = "a/b"\ntest_command = []', "repositories[0].test_command", "pytest"),
        ('[[repositories]]\nname = "a/b"\nprotected = ["../../*"]', "repositories[0].protected[0]", "secure/**"),
        ('[sources.x]\nkind = "github"\nreport_to = "C01"', "sources.x.options.repository", "docs/sources.md"),
        ('[sources.x]\nkind = "sentry"\nreport_to = "C01"', "sources.x.options.organization", "docs/sources.md"),
        ('[sources.x]\nkind = "posthog"\nreport_to = "C01"', "sources.x.options.project", "docs/sources.md"),
        ('[sources.x]\nkind = "webhook"\nreport_to = "C01"', "sources.x.options.secret", "docs/sources.md"),
        ('[sources.x]\nkind = "linear"\nreport_to = "C01"\noptions = { lookback = "soon" }', "lookback", '"5m"'),
        (
            '[sources.x]\nkind = "linear"\nreport_to = "C01"\noptions = { team = "A" }',
            "x.options.team:",
            "teams, labels",
        ),
        ('[sources.x]\nkind = "slack"\nreport_to = "C01"', "sources.x.kind", "[[channels]]"),
    ],
)
def test_what_could_never_work_is_a_fault_that_says_what_would(tmp_path: Path, line: str, key: str, right: str) -> None:
    (fault,) = [each for each in faults(tmp_path, line).splitlines() if key in each]
    assert right in fault


@pytest.mark.parametrize(
    "branch", ["", "-x", "a b", "a..b", "a~1", "a:b", "a/", "/a", ".a", "a/.b", "a.lock", "a@{1}", "@", "HEAD", "a//b"]
)
def test_a_branch_that_git_refuses_is_a_fault(tmp_path: Path, branch: str) -> None:
    assert "base_branch" in faults(tmp_path, f'{RIGHT}base_branch = "{branch}"')


@pytest.mark.parametrize("branch", ["main", "release/1.2", "feature-x_y", "2024.x", "ünder"])
def test_a_branch_that_git_takes_is_none(tmp_path: Path, branch: str) -> None:
    file = tmp_path / "signalbox.toml"
    file.write_text(f'{RIGHT}base_branch = "{branch}"', encoding="utf-8")
    assert read_policy(file, KINDS).repositories[0].base_branch == branch


def test_faults_of_values_and_of_references_are_said_together(tmp_path: Path) -> None:
    said = faults(
        tmp_path,
        """
        approvers = ["priya"]
        colour = "blue"
        [[channels]]
        id = "C012AB"
        repository = "acme/nowhere"
        [[channels]]
        id = "C012AB"
        report_to = 7
        [[repositories]]
        name = "acme/shop"
        test_command = []
        [sources.x]
        kind = "carrier pigeon"
        every = "soon"
        [sources.slack]
        kind = "slack"
        report_to = "C012AB"
        """,
    )

    for part in (
        "approvers[0]: ",
        "colour: ",
        "channels[0].repository: 'acme/nowhere'",
        "channels: 'C012AB' is there more than once",
        "channels[1].report_to: ",
        "repositories[0].test_command: ",
        "sources.x.kind: 'carrier pigeon'",
        "sources.x.every: ",
        "sources.x.report_to: ",
        "sources.slack: ",
        "sources.slack.kind: ",
    ):
        assert part in said
    assert len(said.splitlines()) == 12


def test_an_image_brings_everything_and_nothing_is_named_beside_it(tmp_path: Path) -> None:
    text = '[[repositories]]\nname = "acme/shop"\nimage = "{}"\napprovers = ["U012AB3CD"]\n'
    beside = 'requirements = ["pytest"]\nenvironment = "/srv/venv"\ntoolchains = ["/opt/node-22"]\n'
    beside += 'requirements_from = ["uv.lock"]\npython = "python3.13"\n'
    said = faults(tmp_path, text.format("acme/shop:1") + beside)
    for key in ("python", "requirements", "requirements_from", "environment", "toolchains"):
        assert f"repositories[0].{key}: an image brings its own; put that into acme/shop:1, and leave this out" in said
    assert "repositories[0].image: this is no image of a container" in faults(tmp_path, text.format("--privileged"))
    (tmp_path / "good.toml").write_text(text.format("code.example:5000/acme/shop-tests:3"), encoding="utf-8")
    assert read_policy(tmp_path / "good.toml", KINDS).repositories[0].image == "code.example:5000/acme/shop-tests:3"


@pytest.mark.parametrize("text", ["channels = 5", "sources = []", "[sources]\nx = 1", "repositories = [1]"])
def test_parts_of_a_wrong_shape_give_a_sentence_too(tmp_path: Path, text: str) -> None:
    assert text.split(maxsplit=1)[0].strip("[]") in faults(tmp_path, text)


def test_the_playgrounds_policy_is_valid(tmp_path: Path) -> None:
    product = Product(Path(), Path("/venv"), ("python", "-m", "pytest"), "0" * 40, {"PYTHONPATH": "src"})
    file = tmp_path / "signalbox.toml"
    file.write_text(policy_text(product, Pace(soak=5.0)), encoding="utf-8")
    assert read_policy(file, KINDS).approvers == ("U01PRIYA", "U05OLU")


def test_a_limit_that_is_named_leaves_the_others_as_they_are(tmp_path: Path) -> None:
    file = tmp_path / "signalbox.toml"
    file.write_text("[fix_limits]\nminutes = 90\n")

    limits = read_policy(file, KINDS).fix_limits

    assert (limits.minutes, limits.steps, limits.usd) == (90.0, 60, 4.0)


def test_a_team_that_is_no_key_is_said_and_without_one_no_issue_is_made(tmp_path: Path) -> None:
    said = faults(tmp_path, '[linear]\nteam = "Shop team"\napprove = true\n')
    assert "linear.team: it has to be the key of a team, as its issues begin with it: SHOP, of SHOP-12" in said
    assert "linear.approve: there is no such key" in said
    assert read_policy(EXAMPLE, KINDS).linear is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[channels]]\nid = "C012AB"\nautonomy = "draft"', "channels[0].autonomy: draft has no effect here"),
        ('[priorities]\nP3 = "draft"', "priorities.P3: draft has no effect here"),
        ('[priorities]\nP9 = "ask"', "priorities.P9"),
        (
            'autonomy = "draft"\n[[channels]]\nid = "C012AB"\nreport_to = "C012AC"\nconnect = true\nautonomy = "draft"',
            "no draft with connect = true",
        ),
        (
            'autonomy = "draft"\n[[channels]]\nid = "C012AB"\nallow_bots = ["B012AB"]\nautonomy = "draft"',
            "no draft with allow_bots",
        ),
        (
            'autonomy = "draft"\n[sources.x]\nkind = "zendesk"\nreport_to = "C012AB"\nautonomy = "draft"',
            "sources.x.autonomy: draft needs trusted = true",
        ),
        (
            'autonomy = "draft"\n[[repositories]]\nname = "a/b"\ndraft = false\nautonomy = "draft"',
            "draft needs pull requests that are drafts",
        ),
        ('[standing]\nlongest = "1000d"', "standing.longest: a standing approval is for 90 days at most"),
        ("[standing]\nper_day = 0", "standing.per_day: it has to be more than 0"),
        ("per_day = 2", "per_day: there is no such key here; it stands under [standing]"),
    ],
)
def test_a_standing_approval_that_could_not_or_must_not_be_is_named(tmp_path: Path, text: str, said: str) -> None:
    assert said in faults(tmp_path, text)
