"""How a repository's tests run, guessed by the files at its top."""

from __future__ import annotations

import pytest

from bot.setup.guesses import Guess, corrected, further, guessed

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


def test_what_a_setup_cfg_declares_is_taken_too() -> None:
    declared = (
        "[metadata]\nname = acme-shop\n[options]\ninstall_requires =\n    attrs\n    tomli;python_version < '3.11'\n"
        "[options.extras_require]\ntests =\n    freezegun\n    acme_shop[cli]\ndocs = sphinx\n"
    )
    guess = guessed({"setup.cfg", "setup.py", "src"}, {"setup.cfg": declared})

    assert guess.requirements == ("attrs", "tomli;python_version < '3.11'", "freezegun", "pytest")
    assert guessed({"setup.cfg"}, {"setup.cfg": "no section"}).requirements == ("pytest",)


def test_of_a_package_that_is_named_for_several_pythons_each_line_counts() -> None:
    lines = 'numpy<2; python_version < "3.12"\nnumpy>=2; python_version >= "3.12"\n'
    guess = guessed({"requirements.txt"}, {"requirements.txt": lines})

    assert guess.requirements == ('numpy<2; python_version < "3.12"', 'numpy>=2; python_version >= "3.12"', "pytest")


def test_what_comes_from_elsewhere_is_not_taken_for_the_package_of_that_name_in_an_index() -> None:
    project = (
        '[project]\nname = "shop"\ndependencies = ["own @ https://me:word@example.com/own.whl", "near", "attrs"]\n'
    )
    uv = '[tool.uv.sources]\nnear = { path = "../near" }\n'
    poetry = '[tool.poetry.dev-dependencies]\nfar = {git = "x"}\nrespx = "^1"\n'
    guess = guessed({"pyproject.toml"}, {"pyproject.toml": project + uv + poetry})

    assert guess.requirements == ("attrs", "respx", "pytest")
    assert guess.left == ("pyproject.toml",)


@pytest.mark.parametrize(
    "line", ["-r requirements/base.txt", "-c constraints.txt", "-e ../near", "git+https://x/y", "libs/near"]
)
def test_a_list_that_names_more_than_packages_is_named(line: str) -> None:
    guess = guessed({"requirements.txt"}, {"requirements.txt": f"attrs\n{line}\n"})

    assert guess.requirements == ("attrs", "pytest")
    assert guess.left == ("requirements.txt",)


def test_nothing_is_lost_by_the_project_itself_options_and_lists_that_are_read() -> None:
    lines = "-r requirements.txt\n-e .[tests]\n.\n--index-url https://me:word@example.com/simple\n"
    texts = {"requirements.txt": "attrs\n", "requirements-dev.txt": lines}
    assert guessed(set(texts), texts) == Guess(requirements=("attrs", "pytest"), path=".")


def test_lists_that_others_name_are_followed_from_where_these_lie_and_never_out_of_the_repository() -> None:
    outside = "-r ../else.txt\n-r https://example.com/x.txt\n-r \x1b[2J.txt\n"
    top = {"requirements.txt": f"--requirement=requirements/base.txt\n{outside}"}
    assert further(top) == ["requirements/base.txt"]
    more = top | {"requirements/base.txt": "attrs\n-r more/tests.txt\n-r ../requirements.txt\n"}
    assert further(more) == ["requirements/more/tests.txt"]
    whole = more | {"requirements/more/tests.txt": "freezegun\n-r ../base.txt"}

    assert further(whole) == []
    guess = guessed(set(top), whole)
    assert guess.requirements == ("attrs", "freezegun", "pytest")
    assert guess.left == ("requirements.txt",)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("setup.cfg", "[options]\ninstall_requires = file: needs.txt, more.txt\n"),
        ("pyproject.toml", '[tool.setuptools.dynamic]\ndependencies = {file = ["needs.txt", "more.txt"]}\n'),
        ("tox.ini", "[testenv]\ndeps =\n    -rneeds.txt\n    -r {toxinidir}/more.txt\n"),
        ("setup.cfg", "[tox:testenv]\ndeps =\n    -r needs.txt\n    -r more.txt\n"),
    ],
)
def test_lists_that_are_named_in_other_words_are_followed_too(file: str, text: str) -> None:
    assert further({file: text}) == ["needs.txt", "more.txt"]
    whole = {file: text, "needs.txt": "attrs", "more.txt": ""}
    assert guessed({file}, whole) == Guess(requirements=("attrs", "pytest"), path=".")


def test_of_tox_is_taken_what_it_installs_wherever_it_runs_and_the_rest_is_named() -> None:
    text = "[testenv]\ndeps =\n    freezegun>=1  # a remark\n    .[tests]\n"
    assert guessed({"tox.ini"}, {"tox.ini": text}) == Guess(requirements=("freezegun>=1", "pytest"), path=".")
    some = guessed({"tox.ini"}, {"tox.ini": f"{text}    django42: Django>=4.2\n    {{[base]deps}}\n"})
    assert (some.requirements, some.left) == (("freezegun>=1", "pytest"), ("tox.ini",))
    assert guessed({"tox.ini"}, {"tox.ini": "deps"}).requirements == ("pytest",)


_SETUP = """
import sys
raise SystemExit("never run")
NEEDS = ["attrs>=22", "requests"]
EXTRAS = {"tests": ["freezegun", "shop[cli]"], "docs": ["sphinx"]}
setuptools.setup(name="shop", install_requires=NEEDS + ["idna"], tests_require="respx\\nmock", extras_require=EXTRAS)
"""


def test_what_a_setup_py_declares_is_read_and_never_run() -> None:
    guess = guessed({"setup.py"}, {"setup.py": _SETUP})

    assert guess.requirements == ("attrs>=22", "requests", "idna", "respx", "mock", "freezegun", "pytest")
    assert guess.left == ()


@pytest.mark.parametrize(
    "text",
    [
        'setup(install_requires=["attrs"] + open("needs.txt").read().split())',
        'setup(install_requires=["attrs", *MORE])',
        'setup(install_requires=["attrs"] + (["colorama"] if WINDOWS else []))',
        'N = ["respx"]\nN.append("x")\nsetup(install_requires=["attrs"], tests_require=N)',
        'N = ["respx"]\nN += ["x"]\nsetup(install_requires=["attrs"], tests_require=N)',
        'E = {"tests": ["respx"]}\nE["dev"] = ["x"]\nsetup(install_requires=["attrs"], extras_require=E)',
        'setup(install_requires=["attrs", "respx==" + VERSION])',
        'setup(install_requires=["attrs"], extras_require={":python_version < \'3\'": ["respx"]})',
        'A = B\nB = A\nsetup(install_requires=["attrs"], tests_require=A)',
        'setup(install_requires=["attrs"], **MORE)',
    ],
)
def test_what_only_running_a_setup_py_would_tell_is_not_guessed_at_but_said_to_be_left(text: str) -> None:
    guess = guessed({"setup.py"}, {"setup.py": text})
    assert (guess.requirements, guess.left) == (("attrs", "pytest"), ("setup.py",))


@pytest.mark.parametrize(
    "text", ["print 1", "(" * 10_000, "x = " + "-" * 100_000 + "1", "a" * 300_000, "x = '\\d'\n\0"]
)
def test_a_setup_py_that_cannot_be_read_is_said_to_be_left(text: str) -> None:
    assert guessed({"setup.py"}, {"setup.py": text}) == Guess(requirements=("pytest",), path=".", left=("setup.py",))


def test_what_a_person_says_of_the_tests_takes_what_it_needs_along() -> None:
    python = guessed({"pyproject.toml", "package.json", "src"}, {"pyproject.toml": _PROJECT})

    assert corrected(python, ("make", "test")) == Guess(("make", "test"), python.requirements, "src")
    assert not corrected(python, ("npx", "vitest", "run")).requirements
    assert "node_modules" in corrected(python, ("npx", "vitest", "run")).to_do
    assert corrected(guessed({"README.md"}, {}), ("make", "test")).to_do == ""
    assert "node_modules" in corrected(guessed({"package.json"}, {}), ("make", "test")).to_do
