"""How a repository's tests run, guessed by the files at its top."""

from __future__ import annotations

import pytest

from bot.setup.guesses import guessed

_PROJECT = """
[project]
name = "acme.shop"
dependencies = ["attrs>=22", "requests"]
[project.optional-dependencies]
docs = ["sphinx"]
tests = ["freezegun", "acme-shop[cli]"]
[dependency-groups]
dev = ["pytest>=8", {include-group = "lint"}]
"""


def test_what_python_needs_is_taken_from_what_the_project_declares() -> None:
    guess = guessed({"pyproject.toml", "src"}, {"pyproject.toml": _PROJECT})

    assert guess.test_command == ("python", "-m", "pytest", "-q")
    assert guess.requirements == ("attrs>=22", "requests", "freezegun", "pytest>=8")
    assert (guess.path, guess.to_do) == ("src", "")


def test_lists_of_requirements_are_read_without_their_options_and_addresses() -> None:
    listed = (
        "-r base.txt\nattrs==23.1 --hash=sha256:ab\n# a remark\nflask  # for the app\ngit+https://example.com/x.git\n"
    )
    guess = guessed({"requirements.txt"}, {"requirements.txt": listed, "requirements-dev.txt": "attrs\npytest==8.3\n"})

    assert guess.requirements == ("attrs==23.1", "flask", "pytest==8.3")
    assert guess.path == "."


def test_of_poetry_the_names_are_taken_since_it_writes_versions_in_its_own_way() -> None:
    poetry = '[tool.poetry.dependencies]\npython = "^3.11"\nattrs = "^22"\n'
    group = '[tool.poetry.group.dev.dependencies]\nrespx = "*"\n'
    assert guessed({"pyproject.toml"}, {"pyproject.toml": poetry + group}).requirements == ("attrs", "respx", "pytest")


def test_a_project_file_that_is_broken_says_nothing() -> None:
    assert guessed({"setup.py", "pyproject.toml"}, {"pyproject.toml": "[project"}).requirements == ("pytest",)


@pytest.mark.parametrize(
    ("file", "command"),
    [("package.json", "npm"), ("go.mod", "go"), ("Cargo.toml", "cargo"), ("pom.xml", "mvn"), ("Gemfile", "bundle")],
)
def test_another_language_is_known_by_its_file_and_leaves_something_to_do(file: str, command: str) -> None:
    guess = guessed({file, "README.md"}, {})
    assert guess.test_command[0] == command
    assert guess.to_do
    assert not guess.requirements


def test_nothing_known_leaves_the_command_to_the_person() -> None:
    assert guessed({"README.md"}, {}).to_do == "say how its tests run (`test_command`)"
