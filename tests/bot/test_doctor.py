"""The doctor, at a healthy installation and at sick ones."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from playground.codehost import BOT
from playground.faults import Fault, Kind, Moment
from playground.loopback import Loopback
from playground.product import Product
from playground.town import Mind, Town
from tests.agents.tiny_transformer import make_transformer
from tests.typed import Done, typed


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """A town whose product is never built: the doctor only looks at the repository through the code host."""
    repository = tmp_path / "product"
    repository.mkdir()
    (repository / "a.txt").write_text("a")
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=repository, check=True)
    commit(repository)
    environment = Path(sys.prefix)
    return Town(tmp_path / "run", Product(repository, environment, ("python", "-m", "pytest"), ""), mind=Mind.NONE)


def commit(repository: Path) -> None:
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com"]
    for command in (["add", "-A"], ["commit", "-qm", "a"]):
        subprocess.run([*git, *command], cwd=repository, check=True)


def examined(town: Town, *options: str, **environment: str) -> Done:
    return typed("doctor", *options, folder=town.root, environment=surroundings(town) | environment)


def surroundings(town: Town) -> dict[str, str]:
    return {**town.environment(), "COLUMNS": "400"}


def test_a_healthy_installation_is_told_so(town: Town) -> None:
    with town:
        done = typed("doctor", folder=town.root, environment=surroundings(town), anew=True)

    assert done.returncode == 0, done.stdout + done.stderr
    assert " bad " not in done.stdout
    assert "the team PLAT is seen, and issues may be made there" in done.stdout
    for what in ("policy", "database", "Slack scopes", "channel C07SOLAR", "repository acme/humanize", "sentry-solar"):
        assert what in done.stdout
    for source in ("sentry-solar", "humanize-issues", "dashboard-product", "platform-tracker", "customer-tickets"):
        assert f"source {source}: answers" in done.stdout


def test_a_key_of_linear_that_may_only_read_is_named(town: Town) -> None:
    with town:
        town.linear.may_write = False
        done = examined(town)
    assert "LINEAR_API_KEY may not write" in done.stdout
    assert not [issue for issue in town.linear.issues() if "signalbox" in str(issue.links)]


def test_a_fine_grained_token_is_good_while_it_may_read_the_jobs_of_actions(town: Town) -> None:
    with town:
        town.code_host.add_token("github_pat_fine", BOT, fine_grained=True)
        good = examined(town, GITHUB_TOKEN="github_pat_fine")
        for path in ("actions/runs", "commits/{ref}/status"):
            town.faults.plan(
                Fault(f"github:GET /repos/{{owner}}/{{repo}}/{path}", Moment.RECEIPT, Kind.REFUSE, status=403)
            )
        bad = examined(town, GITHUB_TOKEN="github_pat_fine")

    assert "readable with its checks, and the token may push" in good.stdout
    assert "may not read checks or actions nor commit statuses" in bad.stdout


def test_a_model_that_was_retired_is_named(town: Town) -> None:
    def shown(request: Request) -> JSONResponse:
        name = request.path_params["name"]
        able = {"structured_outputs": {"supported": True}}
        return JSONResponse({"id": name, "capabilities": able}, 404 if "haiku" in name else 200)

    served = Starlette(routes=[Route("/v1/models/{name}", shown)])
    with town, Loopback(served) as api:
        done = examined(town, ANTHROPIC_API_KEY="key", ANTHROPIC_BASE_URL=api.url)

    assert "model claude-haiku-5-5: the API has no such model (any more)" in done.stdout
    assert "model claude-sonnet-5-5: the key is accepted" in done.stdout


def test_an_answer_that_makes_no_sense_is_a_sentence_and_shows_nothing_of_what_was_handled(town: Town) -> None:
    words = "a row about jane@customer.example"
    junk = Starlette(routes=[Route("/{any:path}", lambda _: JSONResponse({"told": words}), methods=["GET", "POST"])])
    with town, Loopback(junk) as served:
        done = examined(town, POSTHOG_URL=served.url)

    assert "could not be read (KeyError); the log says more" in done.stdout
    assert "source platform-tracker: answers" in done.stdout
    assert "Traceback" in done.stderr
    for private in ("jane@customer.example", town.environment()["POSTHOG_API_KEY"]):
        assert private not in done.stdout + done.stderr


def test_everything_that_is_wrong_is_said_at_once_with_what_to_do(town: Town) -> None:
    with town:
        wrong = {"SLACK_BOT_TOKEN": "xoxb-wrong", "GITHUB_TOKEN": "wrong", "SENTRY_TOKEN": "wrong"}
        wrong |= {"POSTHOG_API_KEY": "wrong", "LINEAR_API_KEY": "wrong", "ZENDESK_CLIENT_SECRET": "wrong"}
        wrong |= {"DATABASE_URL": "postgresql://me:s3cret@127.0.0.1:1/none"}
        done = examined(town, **wrong)

    assert done.returncode == 1
    for sentence in ("invalid_auth", "check the name and GITHUB_TOKEN", "check SENTRY_TOKEN", "Check DATABASE_URL"):
        assert sentence in done.stdout
    for variable in ("POSTHOG_API_KEY", "LINEAR_API_KEY", "ZENDESK_URL, ZENDESK_CLIENT_ID and ZENDESK_CLIENT_SECRET"):
        assert f"check {variable}" in done.stdout
    assert "s3cret" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_an_image_is_tried_in_place_of_bubblewrap_and_what_is_wrong_with_it_is_told(town: Town) -> None:
    town.product = replace(town.product, image="no-such-image:0")
    with town:
        done = examined(town)
    assert "missing  sandbox no-such-image:0: " in done.stdout
    assert "bubblewrap" not in done.stdout


def test_a_folder_that_the_policy_lends_to_tests_and_is_not_there_is_named(town: Town) -> None:
    with town:
        policy = next(town.root.glob("*.toml"))
        lends = 'dependencies = { node_modules = "/srv/nowhere/node_modules" }\n'
        policy.write_text(policy.read_text().replace("[[repositories]]\n", f"[[repositories]]\n{lends}"))
        done = examined(town)

    assert done.returncode == 1
    assert "/srv/nowhere/node_modules, named by `dependencies` of acme/humanize in the policy file, is no folder" in (
        done.stdout
    )


def test_packages_of_workspaces_that_the_policy_does_not_lend_are_named_with_what_to_add(
    town: Town, disk: Path
) -> None:
    folder = disk / "web" / "node_modules"
    inner = disk / "web" / "packages" / "cart" / "node_modules"
    for each in (folder / "left-pad", inner / "left-pad"):
        each.mkdir(parents=True)
    with town:
        policy = next(town.root.glob("*.toml"))
        lends = f'dependencies = {{ node_modules = "{folder}" }}\n'
        policy.write_text(policy.read_text().replace("[[repositories]]\n", f"[[repositories]]\n{lends}"))
        done = examined(town)

    assert f'add "packages/cart/node_modules" = "{inner}" to dependencies' in done.stdout.replace("\n", " ")


def test_without_tokens_and_policy_it_says_where_to_begin(tmp_path: Path) -> None:
    done = typed("doctor", folder=tmp_path, environment={"PATH": os.environ["PATH"], "COLUMNS": "400"})

    assert done.returncode == 1
    assert "`signalbox init` asks what to write there" in done.stdout
    assert "docs/install.md" in done.stdout
    assert "ANTHROPIC_API_KEY is not set" in done.stdout


def test_a_sentence_transformer_that_is_asked_for_is_loaded_or_said_to_be_missing(town: Town, tmp_path: Path) -> None:
    model = make_transformer(tmp_path / "model")
    with town:
        good = examined(town, SIGNALBOX_SENTENCES=str(model))
        bad = examined(town, SIGNALBOX_SENTENCES=str(tmp_path / "nowhere"))

    assert "the sentence transformer is loaded" in good.stdout
    assert good.returncode == 0
    assert "could not be loaded from" in bad.stdout
    assert bad.returncode == 1
    assert "Traceback" not in bad.stdout + bad.stderr


def test_a_base_branch_that_is_not_there_is_told_with_the_one_that_is(town: Town) -> None:
    with town:
        policy = town.root / "signalbox.toml"
        policy.write_text(policy.read_text().replace("[[repositories]]\n", '[[repositories]]\nbase_branch = "trunk"\n'))
        done = examined(town)

    assert "it has no branch trunk; set base_branch in the policy (its default branch is main)" in done.stdout
    assert done.returncode == 1


def test_the_tests_of_a_repository_are_run_where_fixes_will_be_and_their_result_is_told(town: Town) -> None:
    look = "import socket\n\n\ndef test_red():\n    socket.create_connection(('127.0.0.1', 5432))\n"
    tests = f"{look}\n\ndef test_green():\n    assert True\n"
    (town.product.repository / "test_a.py").write_text(tests)
    commit(town.product.repository)
    with town:
        policy = town.root / "signalbox.toml"
        words = policy.read_text()
        lint = 'lint_commands = [["true"], ["sh", "-c", "echo too long; false"]]'
        policy.write_text(words.replace("[[repositories]]\n", f"[[repositories]]\n{lint}\n"))
        red = examined(town, "--tests")
        policy.write_text(words.replace("[[repositories]]\n", '[[repositories]]\nprepare = ["sh", "nothing.sh"]\n'))
        unprepared = examined(town, "--tests")
        policy.write_text(words.replace('"pytest"', '"nothing"'))
        unstarted = examined(town, "--tests")

    assert "tests of acme/humanize: 1 tests pass and 1 fail, in" in red.stdout
    assert "These do without: test_a.py::test_red. Some look for a server, such as a database" in red.stdout
    assert "it ends with 1 without any change, so it says nothing of a fix. Its last words: too long" in red.stdout
    assert red.returncode == 0
    assert "`sh nothing.sh`, which prepares a checkout, ended with 2" in unprepared.stdout
    assert "No module named nothing" in unstarted.stdout
    assert (unprepared.returncode, unstarted.returncode) == (1, 1)


def test_files_that_say_less_of_packages_than_the_policy_counts_on_are_named(town: Town) -> None:
    product = town.product.repository
    (product / "requirements.txt").write_text("-e ./packages/near\n")
    (product / "test_a.py").write_text("import unittest\n\n\nclass A(unittest.TestCase):\n    def test(self): pass\n")
    commit(product)
    with town:
        policy = town.root / "signalbox.toml"
        lines = [line for line in policy.read_text().splitlines() if not line.startswith(("environment =", "test_com"))]
        own = 'requirements_from = ["requirements.txt", "gone.txt"]\ntest_command = ["python", "-m", "unittest"]'
        policy.write_text("\n".join(lines).replace("[[repositories]]", f"[[repositories]]\n{own}"))
        told = examined(town, "--tests")

    assert "packages of acme/humanize: it has no gone.txt; correct requirements_from" in told.stdout
    assert "in requirements.txt more is named than packages of an index" in told.stdout
    assert "tests of acme/humanize: the whole suite passes" in told.stdout
