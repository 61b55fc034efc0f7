"""How a repository's tests run, guessed by the files at its top."""

from __future__ import annotations

import json
import shlex
from collections.abc import Collection, Mapping

import pytest

from bot.setup.guesses import Guess, corrected, guessed
from bot.setup.pythons import fitting_python

_PROJECT = '[project]\nname = "acme.shop"\ndependencies = ["attrs>=22"]\n[dependency-groups]\ntest = ["pytest>=8"]\n'
_NOTHING: dict[str, str] = {}


def guess_of(texts: Mapping[str, str], more: Collection[str] = ()) -> Guess:
    return guessed({*(file.partition("/")[0] for file in texts), *more}, texts.get)


def test_of_python_the_files_that_say_something_are_named_and_what_they_say_today() -> None:
    texts = {"pyproject.toml": _PROJECT, "setup.cfg": "[flake8]\n", "uv.lock": "", "requirements-dev.txt": "respx\n"}
    guess = guess_of(texts, ("src",))

    assert guess.test_command == ("python", "-m", "pytest", "-q")
    assert guess.files == ("pyproject.toml", "requirements-dev.txt", "uv.lock")
    assert guess.requirements == ()
    assert guess.installed.packages == ("attrs>=22", "pytest>=8", "respx")
    assert (guess.path, guess.to_do) == ("src", "")


def test_the_runner_is_added_where_no_file_names_it() -> None:
    guess = guess_of({"requirements.txt": "attrs\n"})
    assert (guess.files, guess.requirements) == (("requirements.txt",), ("pytest",))
    assert guess.installed.packages == ("pytest", "attrs")
    assert guess.path == "."


def test_a_folder_of_requirements_is_looked_into() -> None:
    texts = {
        "requirements/base.txt": "attrs\n",
        "requirements/test.txt": "-r base.txt\npytest\n",
        "requirements/dev.txt": "-r test.txt\nruff\n",
    }
    guess = guess_of(texts, ("setup.cfg",))
    assert guess.files == ("requirements/test.txt",)
    assert guess.installed.packages == ("pytest", "attrs")


def test_project_files_that_are_broken_or_say_nothing_are_not_named() -> None:
    guess = guess_of({"setup.py": "", "pyproject.toml": "[project", "uv.lock": ""})
    assert (guess.files, guess.requirements) == ((), ("pytest",))


@pytest.mark.parametrize(
    ("file", "command"),
    [("package.json", "npm"), ("go.mod", "go"), ("Cargo.toml", "cargo"), ("pom.xml", "mvn"), ("Gemfile", "bundle")],
)
def test_another_language_is_known_by_its_file_and_leaves_something_to_do(file: str, command: str) -> None:
    guess = guess_of(_NOTHING, (file, "README.md"))
    assert guess.test_command[0] == command
    assert guess.to_do
    assert not guess.requirements


def test_nothing_known_leaves_the_command_to_the_person() -> None:
    assert guess_of(_NOTHING, ("README.md",)).to_do == "say how its tests run (`test_command`)"


def test_what_a_person_says_of_the_tests_takes_what_it_needs_along() -> None:
    python = guess_of({"pyproject.toml": _PROJECT}, ("package.json", "src"))

    made = corrected(python, ("make", "test"))
    assert (made.test_command, made.files, made.path) == (("make", "test"), ("pyproject.toml",), "src")
    assert not corrected(python, ("npx", "vitest", "run")).files
    assert "node_modules" in corrected(python, ("npx", "vitest", "run")).to_do
    assert corrected(guess_of(_NOTHING, ("README.md",)), ("make", "test")).to_do == ""
    assert "node_modules" in corrected(guess_of(_NOTHING, ("package.json",)), ("make", "test")).to_do


def test_djangos_own_runner_is_taken_where_no_file_names_another() -> None:
    guess = guess_of({"requirements.txt": "Django\n"}, ("manage.py",))
    assert (guess.test_command, guess.requirements) == (("python", "manage.py", "test"), ())
    assert guess_of({"requirements.txt": "Django\npytest-django\npytest\n"}, ("manage.py",)).test_command[-1] == "-q"


def test_linters_that_are_installed_are_what_a_fix_is_held_against() -> None:
    hooks = "repos: [{repo: https://github.com/psf/black, rev: 24.1.0}]"
    guess = guess_of({"requirements-dev.txt": "ruff==0.6\nmypy\n", ".pre-commit-config.yaml": hooks}, ("setup.cfg",))
    assert guess.files == ("requirements-dev.txt", ".pre-commit-config.yaml")
    ruff = (("ruff", "check", "."), ("ruff", "format", "--check", "."))
    assert guess.lint_commands == ruff, "black is there for something else"
    assert guess_of({"setup.cfg": "", ".pre-commit-config.yaml": hooks}).lint_commands == (("black", "--check", "."),)
    assert guess_of({"requirements.txt": "attrs"}).lint_commands == ()


@pytest.mark.parametrize(
    ("table", "program", "packages"),
    [
        ('[tool.setuptools_scm]\nversion_file = "shop/_version.py"\n', "setuptools_scm", ("setuptools-scm>=8",)),
        ('[tool.setuptools_scm]\nwrite_to = "shop/_version.py"\n', "setuptools_scm", ("setuptools-scm>=8",)),
        ('[tool.hatch.build.hooks.vcs]\nversion-file = "a.py"\n', "hatchling", ("hatchling", "hatch-vcs")),
    ],
)
def test_a_module_that_a_build_would_write_is_written_before_the_tests(
    table: str, program: str, packages: tuple[str, ...]
) -> None:
    guess = guess_of({"pyproject.toml": _PROJECT + table})
    assert guess.prepare[:3] == ("python", "-m", program)
    assert guess.requirements == packages
    assert set(packages) <= set(guess.installed.packages)


def test_a_version_that_stands_in_the_metadata_alone_needs_no_preparing() -> None:
    assert guess_of({"pyproject.toml": f"{_PROJECT}[tool.setuptools_scm]\n"}).prepare == ()


@pytest.mark.parametrize(
    ("script", "command"),
    [
        ("vitest", "npx --no-install vitest run"),
        ("vitest run --coverage", "npx --no-install vitest run --coverage"),
        ("vitest --watch", "npx --no-install vitest run"),
        ("eslint . && jest --config jest.config.js", "npx --no-install jest --config jest.config.js"),
        ("mocha 'test/**/*.js'", "npx --no-install mocha 'test/**/*.js'"),
        ("node --test test/", "node --test test/"),
        ("NODE_ENV=test jest", "npm test"),
        ("turbo run test", "npm test"),
        ("react-scripts test", "npm test"),
        ("echo 'no end", "npm test"),
        ("", "npm test"),
    ],
)
def test_a_runner_that_a_script_names_is_run_itself_so_that_single_tests_can_be(script: str, command: str) -> None:
    guess = guess_of({"package.json": json.dumps({"scripts": {"test": script}})})
    assert shlex.join(guess.test_command) == command
    assert "node_modules" in guess.to_do


def test_scripts_that_look_and_change_nothing_are_linters() -> None:
    known = {"lint": "eslint .", "typecheck": "tsc --noEmit", "format:check": "prettier --check .", "build": "tsc"}
    guess = guess_of({"package.json": json.dumps({"scripts": known})})
    linters = (("npm", "run", "lint"), ("npm", "run", "typecheck"), ("npm", "run", "format:check"))
    assert guess.lint_commands == linters
    assert corrected(guess, ("npx", "vitest", "run")).lint_commands == linters
    assert guess_of({"package.json": '{"scripts": {"lint": "eslint --fix ."}}'}).lint_commands == ()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"scripts": []}', '{"scripts": {"test": 3}}', "[" * 100_000])
def test_a_package_that_is_broken_has_its_tests_run_by_npm(text: str) -> None:
    assert guess_of({"package.json": text}).test_command == ("npm", "test")


def test_a_project_in_a_usual_folder_is_found_and_run_from_there() -> None:
    texts = {"backend/pyproject.toml": _PROJECT, "backend/requirements-dev.txt": "-r more.txt\nruff\n"}
    texts |= {"backend/more.txt": "respx\n", "web/package.json": "{}"}
    inside = {"backend": ("pyproject.toml", "requirements-dev.txt", "more.txt", "src"), "web": ("package.json",)}
    guess = guessed({"README.md", "web", "backend"}, texts.get, inside.__getitem__)

    assert guess.test_command == ("env", "-C", "backend", "python", "-m", "pytest", "-q")
    assert guess.files == ("backend/pyproject.toml", "backend/requirements-dev.txt")
    assert guess.installed.packages == ("attrs>=22", "pytest>=8", "ruff", "respx")
    assert guess.lint_commands[0] == ("env", "-C", "backend", "ruff", "check", ".")
    assert guess.path == "backend/src"
    node = guessed({"web", "app"}, texts.get, {"app": (), **inside}.__getitem__)
    assert node.test_command == ("env", "-C", "web", "npm", "test")


def test_of_a_workspace_the_code_of_each_package_is_found() -> None:
    lock = "".join(
        f'[[package]]\nname = "{name}"\nversion = "1"\nsource = {{ editable = "{folder}" }}\n'
        for name, folder in (("shop", "."), ("near", "packages/near"), ("flat", "packages/flat"))
    )
    texts = {"pyproject.toml": _PROJECT, "uv.lock": lock}
    inside = {"packages/near": ("src", "pyproject.toml"), "packages/flat": ("flat",)}
    assert (
        guessed({*texts, "packages", "src"}, texts.get, inside.__getitem__).path
        == "src:packages/near/src:packages/flat"
    )
    within = {"api": (*texts, "packages"), **{f"api/{folder}": names for folder, names in inside.items()}}
    there = {f"api/{file}": text for file, text in texts.items()}
    assert guessed({"api"}, there.get, within.__getitem__).path == "api:api/packages/near/src:api/packages/flat"


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ((">=3.9",), ""),
        (("", ">=3.9"), ""),
        (("nonsense",), ""),
        ((">=3.12",), "python3.13"),
        ((">=3.12.4,<4", "<3.13"), "python3.12"),
        ((">=3.12", ">=3.15"), "it needs Python"),
    ],
)
def test_another_python_of_this_machine_is_taken_where_the_bots_own_will_not_do(
    wanted: tuple[str, ...], expected: str
) -> None:
    here = {"python3.12": "/usr/bin/python3.12", "python3.13": "/usr/bin/python3.13"}
    name, to_do = fitting_python(wanted, "3.11.2", here.get)
    assert (name or to_do).startswith(expected)
    assert bool(name or to_do) is bool(expected)


def test_a_python_that_is_nowhere_is_left_to_do_and_said() -> None:
    guess = guess_of({"pyproject.toml": _PROJECT.replace("dependencies", 'requires-python = ">=3.99"\ndependencies')})
    assert (guess.python, guess.to_do.partition(":")[0]) == ("", "it needs Python >=3.99")
