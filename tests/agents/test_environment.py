"""Environments: made of wheels only, once for each set of requirements, and showing no more than is needed."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from agents.adapters.sandbox.environment import Environment, Environments, interpreter_roots
from agents.adapters.sandbox.installer import Installer
from agents.errors import SandboxUnusable
from agents.terms import Repository


def wheel(folder: Path, name: str, files: dict[str, str], requires: str = "", version: str = "1.0") -> None:
    """A wheel of a package with these files."""
    facts = f"{name}-{version}.dist-info"
    needs = f"Requires-Dist: {requires}\n" if requires else ""
    files = {
        **files,
        f"{facts}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}",
        f"{facts}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    rows = []
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            rows.append(f"{path},sha256={digest},{len(text)}")
        archive.writestr(f"{facts}/RECORD", "\n".join([*rows, f"{facts}/RECORD,,", ""]))


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that pip takes packages from, instead of any index."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", (tmp_path / "index").as_uri())  # of paths that hold a space pip makes two
    wheel(tmp_path / "index", "abacus", {"abacus.py": "ONE = 1\n"})
    return tmp_path / "index"


@pytest.fixture
def environments(tmp_path: Path) -> Environments:
    return Environments(tmp_path / "environments")


def nothing(_: str) -> None:
    """A repository without files."""


def needs(*requirements: str) -> Repository:
    return Repository(name="acme/shop", requirements=requirements)


def test_requirements_are_installed_once_and_the_environment_is_found_again(
    environments: Environments, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = environments.of(needs("abacus==1.0"), nothing)
    python = made.programs / "python"
    said = subprocess.run(
        [python, "-c", "import abacus; print(abacus.ONE)"], capture_output=True, text=True, check=True
    )
    assert said.stdout == "1\n"
    monkeypatch.setenv("PIP_FIND_LINKS", "/nowhere")
    assert environments.of(needs("abacus==1.0"), nothing) == made


def test_a_half_made_environment_is_made_again(environments: Environments) -> None:
    made = environments.of(needs(), nothing)
    (made.folder / "made-from").unlink()
    (made.programs / "python").unlink()
    assert environments.of(needs(), nothing) == made
    assert (made.programs / "python").exists()


def test_other_requirements_are_another_environment(environments: Environments, index: Path) -> None:
    assert environments.of(needs(), nothing).folder != environments.of(needs("abacus"), nothing).folder


def test_a_package_that_is_not_there_is_said_with_what_to_do(environments: Environments, index: Path) -> None:
    with pytest.raises(SandboxUnusable, match=r"acme/shop \(missing\) could not be made.*missing.*requirements"):
        environments.of(needs("missing"), nothing)


def test_a_source_distribution_is_never_built(environments: Environments, index: Path, tmp_path: Path) -> None:
    trap = tmp_path / "sprung"
    source = tmp_path / "evil-1.0"
    source.mkdir()
    (source / "setup.py").write_text(f"open({str(trap)!r}, 'w')\n")
    subprocess.run(["tar", "-czf", str(index / "evil-1.0.tar.gz"), "-C", str(tmp_path), "evil-1.0"], check=True)
    with pytest.raises(SandboxUnusable):
        environments.of(needs("evil"), nothing)
    assert not trap.exists()


@pytest.mark.parametrize(
    "requirement",
    ["git+https://code.example/x", "x @ https://code.example/x.tar.gz", "./here", "-e .", "--pre", "../up"],
)
def test_what_is_not_a_package_of_the_index_is_refused(environments: Environments, requirement: str) -> None:
    with pytest.raises(SandboxUnusable, match="not a package's name"):
        environments.of(needs(requirement), nothing)


def test_what_an_installed_package_starts_by_itself_is_not_started_here(
    environments: Environments, index: Path, tmp_path: Path
) -> None:
    trap = tmp_path / "sprung"
    wheel(index, "eager", {"eager.pth": f"import pathlib; pathlib.Path({str(trap)!r}).touch()\n"})
    environments.of(needs("eager"), nothing)
    assert not trap.exists()


def test_the_bots_secrets_do_not_reach_the_installer(
    environments: Environments, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "secret-token")
    made = environments.of(needs("abacus"), nothing)
    script = "import os; print(os.environ.get('GITHUB_TOKEN'))"
    _, told = Installer("acme/shop", made.folder, 60).run((str(made.programs / "python"), "-c", script))
    assert told.strip() == "None"


def test_a_given_environment_is_taken_as_it_is(environments: Environments) -> None:
    given = environments.of(Repository(name="acme/shop", environment=sys.prefix), nothing)
    assert given.folder == Path(sys.prefix)
    assert given.folder in given.roots


def test_a_given_folder_without_an_interpreter_is_said(environments: Environments, tmp_path: Path) -> None:
    with pytest.raises(SandboxUnusable, match=r"no bin/python"):
        environments.of(Repository(name="acme/shop", environment=str(tmp_path)), nothing)


def test_only_folders_that_hold_a_python_library_are_shown_for_an_interpreter(tmp_path: Path) -> None:
    environment, private = tmp_path / "environment", tmp_path / "private"
    (environment / "bin").mkdir(parents=True)
    (private / "bin").mkdir(parents=True)
    (private / "secret").write_text("secret")
    (private / "bin" / "python").write_text("#!/bin/sh\n")
    (environment / "bin" / "python").symlink_to(private / "bin" / "python")
    (environment / "pyvenv.cfg").write_text(f"home = {private}/bin\n")
    assert interpreter_roots(environment / "bin" / "python") == ()
    (private / "lib" / "python3.11").mkdir(parents=True)
    (private / "lib" / "python3.11" / "os.py").touch()
    assert interpreter_roots(environment / "bin" / "python") == (private,)


def test_what_the_repositorys_own_files_say_is_installed_in_the_versions_of_its_lock_file(
    environments: Environments, index: Path
) -> None:
    wheel(index, "abacus", {"abacus.py": "ONE = 2\n"}, version="2.0")
    files = {"pyproject.toml": '[project]\nname = "shop"\ndependencies = ["abacus"]\n', "poetry.lock": _LOCK}
    shop = Repository(name="acme/shop", requirements_from=("pyproject.toml", "poetry.lock"))

    locked = environments.of(shop, files.get)
    assert one_of(locked) == "1"
    free = environments.of(shop, {**files, "poetry.lock": ""}.get)
    assert one_of(free) == "2"
    assert environments.of(shop, files.get) == locked


_LOCK = """
[[package]]
name = "abacus"
version = "1.0"
[[package]]
name = "for-windows-alone"
version = "9.9"
"""


def one_of(environment: Environment) -> str:
    """What the installed abacus says of one."""
    command = [str(environment.programs / "python"), "-c", "import abacus; print(abacus.ONE)"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_a_lock_file_whose_version_has_no_wheel_is_said_with_what_to_do(
    environments: Environments, index: Path
) -> None:
    files = {"pyproject.toml": '[project]\nname = "shop"\ndependencies = ["abacus"]\n'}
    files["poetry.lock"] = _LOCK.replace("1.0", "7.5")
    shop = Repository(name="acme/shop", requirements_from=tuple(files))
    with pytest.raises(SandboxUnusable, match=r"abacus==7.5.*`requirements_from`.*lock file.*`environment`"):
        environments.of(shop, files.get)


def test_of_what_files_of_a_repository_say_only_packages_of_the_index_reach_the_installer(
    environments: Environments, index: Path, tmp_path: Path
) -> None:
    listed = "abacus\n--pre\n-e .\nx @ https://code.example/x.tar.gz\n./here\nabacus;python_version<'3' @ /tmp\n"
    locked = '[[package]]\nname = "abacus\\n--no-binary abacus"\nversion = "1"\n'
    shop = Repository(name="acme/shop", requirements_from=("requirements.txt", "uv.lock", "pdm.lock"))
    made = environments.of(shop, {"requirements.txt": listed, "pdm.lock": locked}.get)
    assert one_of(made) == "1"
    assert (made.folder / "constraints.txt").read_text() == ""


def test_files_that_are_all_gone_are_said_and_one_of_several_is_not_missed(
    environments: Environments, index: Path
) -> None:
    shop = Repository(name="acme/shop", requirements_from=("needs.txt", "more.txt"))
    with pytest.raises(SandboxUnusable, match=r"has no needs.txt nor more.txt at the commit.*requirements_from"):
        environments.of(shop, nothing)
    assert one_of(environments.of(shop, {"more.txt": "abacus"}.get)) == "1"


def test_environments_that_nobody_has_used_for_long_go_when_another_is_made(
    environments: Environments, index: Path
) -> None:
    old, used = environments.of(needs(), nothing), environments.of(needs("abacus"), nothing)
    for each in (old, used):
        os.utime(each.folder / "made-from", (0, 0))
    environments.of(needs("abacus"), nothing)
    half_made = environments.folder / "half-made"
    half_made.mkdir()
    made = environments.of(needs("abacus>=1"), nothing)

    assert not old.folder.exists()
    assert {each for each in environments.folder.iterdir() if each.is_dir()} == {used.folder, half_made, made.folder}
    assert environments.of(needs(), nothing) == old


def test_a_package_without_a_wheel_is_left_out_where_only_the_repository_names_it(
    environments: Environments, index: Path, tmp_path: Path
) -> None:
    trap = tmp_path / "sprung"
    for name in ("for_docs", "pinned"):
        source = tmp_path / f"{name}-1.0"
        source.mkdir()
        (source / "setup.py").write_text(f"open({str(trap)!r}, 'w')\n")
        subprocess.run(["tar", "-czf", str(index / f"{name}-1.0.tar.gz"), "-C", str(tmp_path), source.name], check=True)
    files = {"requirements.txt": "abacus\nFor-docs>=1\npinned<2\n", "uv.lock": _UV}
    shop = Repository(name="acme/shop", requirements_from=tuple(files))
    made = environments.of(shop, files.get)

    assert made.left_out == ("For-docs>=1", "pinned<2")
    assert one_of(made) == "1"
    assert environments.of(shop, files.get).left_out == made.left_out
    assert not trap.exists()
    with pytest.raises(SandboxUnusable, match="For-docs>=1"):
        environments.of(shop.model_copy(update={"requirements": ("for-docs",)}), files.get)
    project = '[project]\nname = "shop"\ndependencies = ["for_docs"]\n'
    with pytest.raises(SandboxUnusable, match="for_docs"):
        environments.of(Repository(name="a/b", requirements_from=("pyproject.toml",)), {"pyproject.toml": project}.get)
    with pytest.raises(SandboxUnusable, match="For-docs>=2"):
        environments.of(shop, {**files, "requirements.txt": "abacus\nFor-docs>=2\n"}.get)


_UV = """
[[package]]
name = "pinned"
version = "1.0"
source = { registry = "https://packages.example/simple" }
"""


def test_an_index_that_is_not_reached_leaves_nothing_out(
    environments: Environments, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_FIND_LINKS", "/nowhere")
    shop = Repository(name="acme/shop", requirements_from=("requirements.txt",))
    with pytest.raises(SandboxUnusable, match="abacus"):
        environments.of(shop, {"requirements.txt": "abacus\n"}.get)
