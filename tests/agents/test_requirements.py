"""What a repository's own files say that is to be installed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agents.requirements.wanted import MOST, Wanted, wanted

_PROJECT = """
[project]
name = "acme.shop"
dependencies = ["attrs>=22", "requests"]
[project.optional-dependencies]
docs = ["sphinx"]
cli = ["click"]
tests = ["freezegun", "acme-shop[cli]"]
[dependency-groups]
dev = ["pytest>=8", {include-group = "Unit_tests"}, {include-group = "gone"}]
unit-tests = ["hypothesis", {include-group = "dev"}]
"""


def of(**texts: str) -> Wanted:
    """What files say whose names are written with `__` for a dot; which of it is needed stands aside."""
    named = {name.replace("__", "."): text for name, text in texts.items()}
    return replace(wanted(named, named.get), needed=frozenset())


def test_what_a_project_declares_is_wanted_with_what_its_tests_need() -> None:
    found = of(pyproject__toml=_PROJECT)
    assert found.packages == ("attrs>=22", "requests", "freezegun", "click", "pytest>=8", "hypothesis")
    assert found.left == ()


@pytest.mark.parametrize(
    ("text", "packages"),
    [
        ('[tool.uv]\ndev-dependencies = ["respx"]\n', ("respx",)),
        ('[tool.pdm.dev-dependencies]\ntest = ["respx"]\nlint = ["ruff"]\n', ("respx",)),
        ('[tool.hatch.envs.default]\ndependencies = ["respx"]\n', ("respx",)),
        ('[tool.hatch.envs.hatch-test]\nextra-dependencies = ["respx"]\n', ("respx",)),
        ('[project]\nname = 3\ndependencies = "attrs"\n', ()),
        ('[project]\nname = "a"\n[project.optional-dependencies]\ntest = ["a[test]", "b"]\n', ("b",)),
    ],
)
def test_tools_that_keep_tables_of_their_own_are_understood(text: str, packages: tuple[str, ...]) -> None:
    assert of(pyproject__toml=text).packages == packages


def test_lists_are_read_without_their_options_and_addresses() -> None:
    listed = "attrs==23.1 --hash=sha256:ab\n# a remark\nflask  # for the app\ngit+https://example.com/x.git\n"
    found = of(requirements__txt=listed, more__txt="attrs\npytest==8.3 \\\n    --hash=sha256:cd\n")
    assert found.packages == ("attrs==23.1", "flask", "pytest==8.3")
    assert found.left == ("requirements.txt",)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ('"^1.2.3"', ">=1.2.3,<2"),
        ('"^0.2.3"', ">=0.2.3,<0.3"),
        ('"^0.0.3"', ">=0.0.3,<0.0.4"),
        ('"^0"', ">=0,<1"),
        ('"~1.2.3"', ">=1.2.3,<1.3"),
        ('"~1"', ">=1,<2"),
        ('"~=1.4"', "~=1.4"),
        ('"1.4"', "==1.4"),
        ('"=1.4"', "==1.4"),
        ('"2.*"', "==2.*"),
        ('">=1.2, <2"', ">=1.2,<2"),
        ('"*"', ""),
        ('"^1 || ^2"', ""),
        ('{version = "^1.4", extras = ["asyncio"]}', ">=1.4,<2"),
        ('{version = "^1.4", python = "<3.11"}', ""),
        ('[{version = "1", python = "<3.9"}, {version = "2"}]', ""),
    ],
)
def test_versions_of_poetry_are_written_as_an_index_knows_them(said: str, meant: str) -> None:
    text = f'[tool.poetry.dependencies]\npython = "^3.11"\nattrs = {said}\n'
    assert of(pyproject__toml=text).packages == (f"attrs{meant}",)


def test_of_poetry_the_groups_of_tests_are_taken() -> None:
    text = '[tool.poetry.group.dev.dependencies]\nrespx = "*"\n[tool.poetry.group.docs.dependencies]\nsphinx = "*"\n'
    assert of(pyproject__toml=text).packages == ("respx",)


def test_of_pipenv_both_tables_are_taken() -> None:
    text = '[packages]\nattrs = ">=22"\nown = {path = "."}\n[dev-packages]\npytest = "*"\nrespx = {version = "==1.*"}\n'
    found = of(Pipfile=text)
    assert (found.packages, found.left) == (("attrs>=22", "pytest", "respx==1.*"), ("Pipfile",))


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("requirements.txt", "-e .[Http_2, cli]\n"),
        ("tox.ini", "[testenv]\ndeps = .[http-2]\nextras =\n    cli\n"),
        ("requirements.txt", ".[cli]\n-e.[http-2]\n"),
    ],
)
@pytest.mark.parametrize(
    ("declaring", "declared"),
    [
        ("pyproject.toml", '[project]\noptional-dependencies = { http-2 = ["h2"], cli = ["click"], docs = ["x"] }\n'),
        ("setup.cfg", "[options.extras_require]\nhttp-2 = h2\ncli = click\ndocs = x\n"),
        ("setup.py", "setup(extras_require={'http-2': ['h2'], 'cli': ['click'], 'docs': ['x']})"),
    ],
)
def test_extras_that_lists_ask_of_the_project_itself_are_taken(
    file: str, text: str, declaring: str, declared: str
) -> None:
    found = wanted((declaring, file), {file: text, declaring: declared}.get)
    assert (sorted(found.packages), found.left) == (["click", "h2"], ())


def test_linters_that_hooks_run_are_taken_in_the_versions_of_the_hooks() -> None:
    text = """
repos:
  - repo: https://github.com/astral-sh/ruff-pre-commit
    rev: v0.6.2
    hooks: [{id: ruff}]
  - repo: https://github.com/PyCQA/isort.git
    rev: main
  - repo: https://github.com/pre-commit/pre-commit-hooks
    rev: v4.6.0
  - repo: local
  - 3
"""
    texts = {".pre-commit-config.yaml": text, "requirements.txt": "ruff>=0.1\n"}
    assert wanted(texts, texts.get).packages == ("ruff==0.6.2", "isort")
    for broken in ("repos: [", "3", "repos: 4", "{" * 5_000, "a" * 200_000):
        assert wanted((".pre-commit-config.yaml",), {".pre-commit-config.yaml": broken}.get) == Wanted()


def test_what_a_setup_cfg_declares_is_taken_too() -> None:
    declared = (
        "[metadata]\nname = acme-shop\n[options]\ninstall_requires =\n    attrs\n    tomli;python_version < '3.11'\n"
        "[options.extras_require]\ntests =\n    freezegun\n    acme_shop[cli]\ndocs = sphinx\n"
    )
    assert of(setup__cfg=declared).packages == ("attrs", "tomli;python_version < '3.11'", "freezegun")
    assert of(setup__cfg="no section").packages == ()


def test_of_a_package_that_is_named_for_several_pythons_each_line_counts() -> None:
    lines = ('numpy<2; python_version < "3.12"', 'numpy>=2; python_version >= "3.12"')
    assert of(requirements__txt="\n".join(lines)).packages == lines


def test_what_comes_from_elsewhere_is_not_taken_for_the_package_of_that_name_in_an_index() -> None:
    project = (
        '[project]\nname = "shop"\ndependencies = ["own @ https://me:word@example.com/own.whl", "near", "attrs"]\n'
    )
    uv = '[tool.uv.sources]\nnear = { path = "../near" }\n'
    poetry = '[tool.poetry.dev-dependencies]\nfar = {git = "x"}\nrespx = "^1"\n'
    found = of(pyproject__toml=project + uv + poetry)

    assert found.packages == ("attrs", "respx>=1,<2")
    assert found.left == ("pyproject.toml",)


@pytest.mark.parametrize("line", ["-r gone.txt", "-c gone.txt", "-e ../near", "git+https://x/y", "libs/near"])
def test_a_list_that_names_more_than_packages_is_named(line: str) -> None:
    assert of(requirements__txt=f"attrs\n{line}\n") == Wanted(("attrs",), left=("requirements.txt",))


def test_nothing_is_lost_by_the_project_itself_options_and_lists_that_are_read() -> None:
    lines = "-r requirements.txt\n-e .[tests]\n.\n--index-url https://me:word@example.com/simple\n"
    texts = {"requirements.txt": "attrs\n", "requirements-dev.txt": lines}
    assert wanted(texts, texts.get) == Wanted(("attrs",))


def test_lists_that_others_name_are_followed_from_where_these_lie_and_never_out_of_the_repository() -> None:
    outside = "-r ../else.txt\n-r https://example.com/x.txt\n-r \x1b[2J.txt\n"
    texts = {
        "requirements.txt": f"--requirement=requirements/base.txt\n{outside}",
        "requirements/base.txt": "attrs\n-r more/tests.txt\n-r ../requirements.txt\n",
        "requirements/more/tests.txt": "freezegun\n-r ../base.txt",
        "../else.txt": "evil",
        "else.txt": "evil",
    }
    found = wanted(("requirements.txt",), texts.get)
    assert (found.packages, found.left) == (("attrs", "freezegun"), ("requirements.txt",))


def test_a_chain_of_lists_ends() -> None:
    read: list[str] = []

    def endless(file: str) -> str:
        read.append(file)
        return f"-r x{file}\npackage{len(read)}\n"

    assert len(wanted(("a.txt",), endless).packages) == len(read) == MOST


def test_limits_say_versions_and_ask_for_nothing() -> None:
    texts = {"requirements.txt": "attrs\n-c limits.txt\n", "limits.txt": "attrs==22.1\nsix[x]<2\n# more\n"}
    assert wanted(("requirements.txt",), texts.get) == Wanted(("attrs",), ("attrs==22.1", "six<2"))


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
    whole = {file: text, "needs.txt": "attrs", "more.txt": "respx"}
    assert wanted((file,), whole.get).packages == ("attrs", "respx")


def test_of_tox_is_taken_what_it_installs_wherever_it_runs_and_the_rest_is_named() -> None:
    text = "[testenv]\ndeps =\n    freezegun>=1  # a remark\n    .[tests]\n"
    assert of(tox__ini=text) == Wanted(("freezegun>=1",))
    some = of(tox__ini=f"{text}    django42: Django>=4.2\n    {{[base]deps}}\n")
    assert some == Wanted(("freezegun>=1",), left=("tox.ini",))
    assert of(tox__ini="deps") == Wanted()


def test_of_a_package_that_the_policy_names_what_stands_there_counts() -> None:
    texts = {"requirements.txt": "attrs==22\nrespx==0.*\n", "uv.lock": _LOCK}
    found = wanted(texts, texts.get, first=("attrs>=23", "respx"))
    assert found.packages == ("attrs>=23", "respx==0.*")
    assert found.pins == ("respx==0.9",)


_LOCK = """
[[package]]
name = "attrs"
version = "22.2"
source = { registry = "https://packages.example/simple" }
[[package]]
name = "respx"
version = "0.9"
source = { registry = "https://packages.example/simple" }
"""


def test_an_exact_version_counts_wherever_it_stands_and_more_than_a_lock_file() -> None:
    texts = {
        "pyproject.toml": '[project]\nname = "shop"\ndependencies = ["attrs>=20", "respx", "idna>=2", "six==1"]\n',
        "requirements.txt": "attrs==21\nrespx>=0.5\nidna>=3\nsix==2\n",
        "uv.lock": _LOCK,
    }
    found = wanted(texts, texts.get)
    assert found.packages == ("attrs==21", "respx>=0.5", "idna>=2", "six==1")
    assert found.pins == ("respx==0.9",)


def test_a_file_that_is_not_there_is_said_and_the_others_count() -> None:
    texts = {"requirements.txt": "attrs"}
    found = wanted(("gone.txt", "requirements.txt"), texts.get)
    assert (found.packages, found.missing) == (("attrs",), ("gone.txt",))


def test_what_a_project_needs_whoever_uses_it_is_known_from_what_only_its_tests_and_lists_name() -> None:
    setup = "setup(install_requires=['idna'])"
    texts = {"pyproject.toml": _PROJECT, "requirements.txt": "mkdocs\n", "setup.py": setup}
    assert wanted(texts, texts.get, first=("Ruff>=1",)).needed == {"attrs", "requests", "idna", "ruff"}


def test_groups_and_extras_that_include_each_other_many_times_are_read_once() -> None:
    names = [f"g{number}" for number in range(40)]
    every = ", ".join(f'{{include-group = "{name}"}}' for name in names)
    asking = ", ".join(f'"shop[{name}]"' for name in names)
    groups = "".join(f'{name} = ["{name}-package", {every}]\n' for name in names)
    extras = "".join(f'{name} = ["{name}-extra", {asking}]\n' for name in names)
    text = f'[project]\nname = "shop"\n[dependency-groups]\ntest = [{every}]\n{groups}'
    text += f"[project.optional-dependencies]\ntest = [{asking}]\n{extras}"
    assert len(of(pyproject__toml=text).packages) == 2 * len(names)
