"""The repository's own projects, as code asks for itself by its name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from agents.adapters.sandbox.environment import Environment, Environments
from agents.errors import SandboxUnusable
from agents.requirements.projects import EntryPoint, Project, projects
from agents.requirements.wanted import wanted
from agents.terms import Repository
from tests.agents.test_environment import index, nothing, wheel

__all__ = ["index"]
_TOOL = EntryPoint("console_scripts", "shop", "shop.cli", "main")
_PLUGIN = EntryPoint("pytest11", "shop", "shop.testing")

_PEP_621 = """
[project]
name = "Acme.Shop"
version = "1.2"
scripts = { shop = "shop.cli:main", "bad\\nname" = "x:y", worse = "import os" }
entry-points = { pytest11 = { shop = "shop.testing" } }
"""
_POETRY = """
[tool.poetry]
name = "Acme.Shop"
version = "1.2"
[tool.poetry.scripts]
shop = { reference = "shop.cli:main", type = "console" }
[tool.poetry.plugins.pytest11]
shop = "shop.testing [more]"
"""
_SETUP_CFG = """
[metadata]
name = Acme.Shop
version = 1.2
[options.entry_points]
console_scripts =
    shop = shop.cli:main
pytest11 =
    shop = shop.testing
"""


@pytest.mark.parametrize(
    ("file", "text"), [("pyproject.toml", _PEP_621), ("a/pyproject.toml", _POETRY), ("setup.cfg", _SETUP_CFG)]
)
def test_a_project_is_known_by_what_it_declares(file: str, text: str) -> None:
    assert projects({file: text}) == (Project("Acme.Shop", "1.2", (_TOOL, _PLUGIN)),)


def test_what_only_a_build_would_tell_is_not_known() -> None:
    dynamic = '[project]\nname = "shop"\ndynamic = ["version"]\n'
    attribute = "[metadata]\nname = near\nversion = attr: near.__version__\n"
    code = "setup(name='far', version=VERSION)"
    found = projects({"pyproject.toml": dynamic, "near/setup.cfg": attribute, "far/setup.py": code})
    assert found == (Project("shop"), Project("near"), Project("far"))
    assert found[0].version == "0.0.0"


def test_a_project_that_two_files_declare_is_one() -> None:
    texts = {"pyproject.toml": _PEP_621, "setup.py": "setup(name='acme_shop', version='9')"}
    assert [each.version for each in projects(texts)] == ["1.2"]


@pytest.mark.parametrize("name", ["", "../up", "a\\nVersion: 9", "-x", "a b"])
def test_what_is_no_name_is_no_project(name: str) -> None:
    assert projects({"pyproject.toml": f'[project]\nname = "{name}"\n'}) == ()


def asked(environment: Environment, *words: str) -> str:
    done = subprocess.run([*words], capture_output=True, text=True, check=True, env={"PATH": str(environment.programs)})
    return done.stdout.strip()


def test_an_environment_knows_the_project_and_its_commands(tmp_path: Path, index: Path) -> None:
    texts = {"pyproject.toml": _PEP_621}
    shop = Repository(name="acme/shop", requirements_from=("pyproject.toml",))
    made = Environments(tmp_path / "environments").of(shop, texts.get)
    code = (
        "from importlib.metadata import entry_points as e, version; print(version('acme-shop'), *e(group='pytest11'))"
    )

    assert asked(made, "python", "-c", code) == "1.2 EntryPoint(name='shop', value='shop.testing', group='pytest11')"
    program = (made.programs / "shop").read_text()
    assert program.endswith("from shop.cli import main\n\nsys.exit(main())\n")
    assert sorted(each.name for each in made.programs.glob("*") if "shop" in each.name or "bad" in each.name) == [
        "shop"
    ]


def test_a_package_that_is_installed_under_its_name_stays(tmp_path: Path, index: Path) -> None:
    wheel(index, "uses_shop", {"uses.py": ""}, requires="abacus")
    project = '[project]\nname = "Abacus"\nversion = "9"\ndependencies = ["uses_shop"]\nscripts = { python = "a:b" }\n'
    shop = Repository(name="acme/shop", requirements_from=("pyproject.toml",))
    made = Environments(tmp_path / "environments").of(shop, {"pyproject.toml": project}.get)
    assert asked(made, "python", "-c", "from importlib.metadata import version; print(version('abacus'))") == "1.0"


def test_a_command_never_hides_a_program_that_is_there(tmp_path: Path, index: Path) -> None:
    project = '[project]\nname = "shop"\nscripts = { python = "a:b", git = "a:b", shopping = "a:b" }\n'
    shop = Repository(name="acme/shop", requirements_from=("pyproject.toml",))
    made = Environments(tmp_path / "environments").of(shop, {"pyproject.toml": project}.get)
    assert (made.programs / "python").is_symlink()
    assert (made.programs / "shopping").is_file()
    assert not (made.programs / "git").exists()


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("pyproject.toml", '[project]\nname = "shop"\nrequires-python = ">=3.99,<4"\n'),
        ("pyproject.toml", '[tool.poetry]\nname = "shop"\n[tool.poetry.dependencies]\npython = "^3.99"\n'),
        ("setup.cfg", "[metadata]\nname = shop\n[options]\npython_requires = >=3.99,<4\n"),
    ],
)
def test_a_project_that_needs_another_python_says_so_before_anything_is_installed(
    tmp_path: Path, file: str, text: str
) -> None:
    shop = Repository(name="acme/shop", requirements_from=(file,))
    with pytest.raises(SandboxUnusable, match=r"acme/shop needs Python >=3\.99,<4, and .* `python` in the policy"):
        Environments(tmp_path / "environments").of(shop, {file: text}.get)


def test_a_python_that_is_not_there_or_none_is_said(tmp_path: Path) -> None:
    for name in ("python3.99", "/bin/true"):
        shop = Repository(name="acme/shop", python=name)
        with pytest.raises(SandboxUnusable, match=rf"{name}, the Python of acme/shop, cannot be run"):
            Environments(tmp_path / "environments").of(shop, nothing)
    with pytest.raises(ValidationError, match="this is no Python of this machine"):
        Repository(name="acme/shop", python="python3; rm")


def test_another_python_is_taken_by_its_path_with_a_pip_of_its_own(tmp_path: Path, index: Path) -> None:
    other = tmp_path / "python3"
    other.symlink_to(Path(sys.executable).resolve())
    shop = Repository(name="acme/shop", python=str(other), requirements=("abacus",))
    made = Environments(tmp_path / "environments").of(shop, nothing)
    assert asked(made, "python", "-c", "import abacus; print(abacus.ONE)") == "1"
    assert list(made.programs.glob("pip*"))


def test_a_lock_file_speaks_to_the_python_that_is_to_run_it() -> None:
    lock = "".join(
        f'[[package]]\nname = "numpy"\nversion = "{version}"\nmarker = "python_version {when} \'3.50\'"\n'
        for version, when in (("1", "<"), ("2", ">="))
    )
    files = {"pdm.lock": lock}
    assert wanted(files, files.get, python="3.51.2").pins == ("numpy==2",)
    assert wanted(files, files.get).pins == ("numpy==1",)
