"""What the policy lends to a repository's tests is seen by them, cannot be changed, and is no part of any fix."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from shlex import quote
from typing import Any

import pytest
from pydantic import ValidationError

from agents.adapters.git.mirrors import Mirrors
from agents.adapters.sandbox.lent import unlent
from agents.adapters.sandbox.workspace import SandboxWorkspace
from agents.adapters.sandbox.workspaces import SandboxWorkspaces
from agents.errors import SandboxUnusable
from agents.proof.proving import prove_patch
from agents.terms import Repository
from storage.submissions import FixSubmission
from tests.agents.sandboxed import Ground, ground_or_skip
from tests.fake_workspaces import make_repository

WEB = {
    "package.json": '{"name": "web"}\n',
    "share.js": 'const rounded = require("rounded");\nexports.share = (sum, people) => rounded(sum / people);\n',
    "share.test.js": (
        'const { test } = require("node:test");\nconst assert = require("node:assert");\n'
        'const { share } = require("./share");\n'
        'test("three share", () => assert.strictEqual(share(10, 3), 3));\n'
    ),
}
ZERO = (
    'const { test } = require("node:test");\nconst assert = require("node:assert");\n'
    'const { share } = require("./share");\n'
    'test("nobody shares", () => assert.strictEqual(share(10, 0), 0));\n'
)


@pytest.fixture(scope="module")
def ground(disk: Path) -> Ground:
    return ground_or_skip(Path(tempfile.mkdtemp(dir=disk)))


@pytest.fixture
def tmp_path(disk: Path) -> Path:
    """What is lent may not be below /dev."""
    return Path(tempfile.mkdtemp(dir=disk))


@pytest.fixture
def modules(tmp_path: Path) -> Path:
    """Packages as npm installs them: one by itself, one in a scope, one of the repository, and a program."""
    folder = tmp_path / "web" / "node_modules"
    for name, code in (("rounded", "module.exports = Math.round;\n"), ("@acme/sum", "module.exports = 1;\n")):
        (folder / name).mkdir(parents=True)
        (folder / name / "index.js").write_text(code)
    (folder / "@acme" / "own").symlink_to("../../packages/own")
    (folder / ".bin").mkdir()
    (folder / ".bin" / "greet").write_text("#!/bin/sh\necho hello from a package\n")
    (folder / ".bin" / "greet").chmod(0o755)
    return folder


@pytest.fixture
def workspace(ground: Ground, modules: Path) -> Iterator[SandboxWorkspace]:
    with ground.open(dependencies={"node_modules": str(modules)}) as workspace:
        yield workspace


def said(workspace: SandboxWorkspace, script: str) -> str:
    return workspace.run(("sh", "-c", script), seconds=20).output


# ── dependencies ────────────────────────────────────────────────────────────────────────────────────────────────


def test_packages_are_seen_in_the_checkout_those_in_scopes_and_programs_too(workspace: SandboxWorkspace) -> None:
    assert said(workspace, "cat node_modules/rounded/index.js node_modules/@acme/sum/index.js") == (
        "module.exports = Math.round;\nmodule.exports = 1;\n"
    )
    assert said(workspace, "node_modules/.bin/greet") == "hello from a package\n"


def test_a_package_of_the_repository_itself_is_the_one_of_the_checkout(workspace: SandboxWorkspace) -> None:
    workspace.write("packages/own/index.js", "module.exports = 2;\n")

    assert said(workspace, "cat node_modules/@acme/own/index.js") == "module.exports = 2;\n"


def test_a_cache_can_be_made_beside_packages_and_no_package_be_changed(
    workspace: SandboxWorkspace, modules: Path
) -> None:
    assert said(
        workspace, "mkdir node_modules/.cache && echo x > node_modules/.cache/a && cat node_modules/.cache/a"
    ) == ("x\n")
    assert "Read-only file system" in said(workspace, "echo y > node_modules/rounded/index.js")
    assert sorted(each.name for each in modules.iterdir()) == [".bin", "@acme", "rounded"]


@pytest.mark.parametrize("cache", [".cache", ".vite", ".vite-temp"])
def test_a_cache_that_was_left_where_packages_are_installed_is_in_no_tools_way(
    ground: Ground, modules: Path, cache: str
) -> None:
    (modules / cache).mkdir()
    (modules / cache / "results.json").write_text("{}")
    with ground.open(dependencies={"node_modules": str(modules)}) as workspace:
        written = said(
            workspace, f"cd node_modules && mkdir -p {cache} && echo 1 > {cache}/results.json && cat {cache}/*"
        )

    assert written == "1\n"


def test_nothing_lent_or_cached_comes_into_a_patch_or_is_seen_by_git(workspace: SandboxWorkspace) -> None:
    said(workspace, "mkdir node_modules/.cache; echo x > node_modules/.cache/a; echo 'PRICE = 2' > shop.py")

    assert said(workspace, "git status --porcelain") == " M shop.py\n"
    assert workspace.patch().count("diff --git") == 1


def test_any_other_folder_is_shown_in_its_place_and_is_no_part_of_a_patch(ground: Ground, tmp_path: Path) -> None:
    (tmp_path / "lib" / "vendor").mkdir(parents=True)
    (tmp_path / "lib" / "vendor" / "price.txt").write_text("7\n")
    with ground.open(dependencies={"php/vendor": str(tmp_path / "lib" / "vendor")}) as workspace:
        assert said(workspace, "cat php/vendor/price.txt") == "7\n"
        assert "Read-only file system" in said(workspace, "echo 8 > php/vendor/price.txt")
        assert workspace.patch() == ""


def test_a_link_that_was_put_in_the_way_is_never_followed(ground: Ground, tmp_path: Path) -> None:
    (tmp_path / "lib" / "vendor").mkdir(parents=True)
    outside = tmp_path / "outside"
    outside.mkdir()
    with ground.open(dependencies={"php/vendor": str(tmp_path / "lib" / "vendor")}) as workspace:
        said(workspace, f"mv php was-php; ln -s {quote(str(outside))} php")
        with pytest.raises(SandboxUnusable, match=r"`dependencies` .* goes through a link"):
            workspace.run(("true",))
    assert list(outside.iterdir()) == []


def test_what_is_committed_in_the_place_of_packages_is_not_covered(ground: Ground, tmp_path: Path) -> None:
    (tmp_path / "x" / "node_modules" / "rounded").mkdir(parents=True)
    sha = make_repository(tmp_path / "origin", {"node_modules/rounded": "mine\n"})
    terms = {"clone_url": str(tmp_path / "origin"), "dependencies": {"node_modules": str(tmp_path / "x/node_modules")}}

    with pytest.raises(SandboxUnusable, match=r"cannot be shown in the checkout: node_modules .* in use"):
        ground.workspaces.open(Repository(name="acme/mine", **terms), sha)


def test_the_packages_of_workspaces_that_the_policy_forgot_are_named(modules: Path) -> None:
    beside = modules.parent / "packages" / "own" / "node_modules"
    for package in (
        beside / "rounded" / "node_modules" / "inner",
        modules.parent / "packages" / "bare" / "node_modules" / ".cache",
    ):
        package.mkdir(parents=True)
    lends = {"app/node_modules": str(modules)}

    assert unlent(Repository(name="acme/web", dependencies=lends)) == {"app/packages/own/node_modules": beside}
    lends["app/packages/own/node_modules"] = str(beside)
    assert unlent(Repository(name="acme/web", dependencies=lends)) == {}


# ── toolchains ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("inner", ["bin", "."])
def test_a_toolchains_programs_can_be_run_and_not_changed(ground: Ground, tmp_path: Path, inner: str) -> None:
    program = tmp_path / "tools" / inner / "measure"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\necho measured\n")
    program.chmod(0o755)
    with ground.open(toolchains=(str(tmp_path / "tools"),)) as workspace:
        assert said(workspace, "measure") == "measured\n"
        assert "Read-only file system" in said(workspace, f"rm {quote(str(program))}")
        assert said(workspace, "which python").startswith(str(ground.home))  # the environment's goes first


# ── what may be lent ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("key", ["toolchains", "dependencies"])
def test_what_is_not_there_or_holds_the_bots_own_files_is_refused(ground: Ground, tmp_path: Path, key: str) -> None:
    def refused(folder: Path) -> str:
        terms: Mapping[str, Any] = {key: {"lib": str(folder)} if key == "dependencies" else (str(folder),)}
        with pytest.raises(SandboxUnusable) as caught, ground.open(**terms):
            pass
        return str(caught.value)

    (tmp_path / "link").symlink_to(ground.home)

    assert f"named by `{key}` of acme/shop in the policy file, is no folder" in refused(tmp_path / "nowhere" / "at-all")
    for shows in (ground.home, ground.home.parent, ground.home / "mirrors", tmp_path / "link", Path.cwd()):
        assert "would show the bot's own files" in refused(shows)


@pytest.mark.parametrize("folder", ["/", "/opt", "opt/node", "/etc/ssl", "/proc/1", "/opt/../etc/ssl", "", "/run/x"])
def test_the_policy_lends_no_whole_trees_of_the_system(folder: str) -> None:
    with pytest.raises(ValidationError, match="name one that was made for it"):
        Repository(name="acme/web", toolchains=(folder,))


@pytest.mark.parametrize("place", ["/node_modules", "../x", ".git", ".git/hooks", "", "a//b", "a/"])
def test_dependencies_have_a_place_in_the_checkout(place: str) -> None:
    with pytest.raises(ValidationError, match="this is no folder of a checkout"):
        Repository(name="acme/web", dependencies={place: "/srv/acme-web/node_modules"})


# ── a repository in another language ────────────────────────────────────────────────────────────────────────────


@pytest.mark.skipif(shutil.which("node", path="/usr/bin:/usr/local/bin") is None, reason="node is not in /usr")
def test_a_fix_in_javascript_is_proven_with_its_packages(ground: Ground, modules: Path, tmp_path: Path) -> None:
    sha = make_repository(tmp_path / "origin", WEB)
    web = Repository(
        name="acme/web",
        clone_url=str(tmp_path / "origin"),
        test_command=("node", "--test"),
        dependencies={"node_modules": str(modules)},
    )
    workspaces = SandboxWorkspaces(Mirrors(ground.home / "mirrors", "https://code.example"), ground.home)
    with closing(workspaces.open(web, sha)) as workspace:
        workspace.write("zero.test.js", ZERO)
        workspace.write(
            "share.js", WEB["share.js"].replace("rounded(sum / people)", "people ? rounded(sum / people) : 0")
        )
        patch = workspace.patch()
    submission = FixSubmission(
        title="Share among nobody",
        summary="Nobody gets nothing.",
        risk="None.",
        undo="Revert it.",
        test_ids=("zero.test.js",),
        test_files=("zero.test.js",),
        expected_failure="Infinity !== 0",
    )

    proof = prove_patch(workspaces, web, sha, patch, submission)

    assert proof.why_not == ""
    assert (proof.failed_before, proof.passed_after, proof.suite_passed) == (True, True, True)
    assert "pass 2" in proof.suite_log


@pytest.mark.skipif(shutil.which("node", path="/usr/bin:/usr/local/bin") is None, reason="node is not in /usr")
def test_webassembly_has_the_addresses_that_it_reserves(workspace: SandboxWorkspace) -> None:
    script = "for (let i = 0; i < 20; i++) new WebAssembly.Memory({initial: 1, maximum: 10}); console.log('made')"

    assert workspace.run(("node", "-e", script), seconds=20).output == "made\n"
