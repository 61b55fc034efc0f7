"""The versions that lock files say, as their tools write them."""

from __future__ import annotations

import sys

import pytest

from agents.requirements.locks import is_lock, pins
from agents.requirements.wanted import wanted

_HERE = f"{sys.version_info[0]}.{sys.version_info[1]}"
_ELSE = f"python_version > '{_HERE}'"

_UV = f"""
version = 1
[[package]]
name = "Near_By"
version = "0.1"
source = {{ editable = "packages/near" }}
[[package]]
name = "shop"
version = "0.1"
source = {{ virtual = "." }}
[[package]]
name = "outside"
version = "0.1"
source = {{ directory = "../outside" }}
[[package]]
name = "attrs"
version = "22.1.0"
source = {{ registry = "https://packages.example/simple" }}
[[package]]
name = "numpy"
version = "1.26"
source = {{ registry = "https://packages.example/simple" }}
resolution-markers = ["python_version == '{_HERE}' and os_name == 'nt'", "python_version == '{_HERE}'"]
[[package]]
name = "numpy"
version = "2.1"
source = {{ registry = "https://packages.example/simple" }}
resolution-markers = ["{_ELSE}"]
[[package]]
name = "torch"
version = "2.3.1+cpu"
source = {{ registry = "https://torch.example/whl/cpu" }}
[[package]]
name = "forked"
version = "1"
source = {{ git = "https://code.example/forked?rev=1#1" }}
"""
_POETRY = f"""
[[package]]
name = "attrs"
version = "22.1.0"
optional = false
python-versions = ">=3.8"
[[package]]
name = "backports"
version = "1"
markers = "{_ELSE}"
[[package]]
name = "by-group"
version = "2"
markers = {{main = "{_ELSE}", dev = "python_version == '{_HERE}'"}}
[[package]]
name = "two"
version = "1"
[[package]]
name = "two"
version = "2"
[[package]]
name = "forked"
version = "1"
[package.source]
type = "git"
url = "https://code.example/forked"
[[package]]
name = "own"
version = "3"
[package.source]
type = "legacy"
url = "https://packages.example/own"
"""
_PDM = """
[[package]]
name = "attrs"
version = "22.1.0"
marker = "python_version >= \\"3.9\\""
[[package]]
name = "sqlalchemy"
version = "1.4.54"
[[package]]
name = "sqlalchemy"
version = "1.4.54"
extras = ["asyncio"]
[[package]]
name = "near"
version = "1"
path = "./near"
"""
_PIPENV = """
{"_meta": {}, "default": {"attrs": {"version": "==22.1.0", "markers": "python_version >= '3.9'"},
 "near": {"editable": true, "path": "."}}, "develop": {"zope.interface": {"version": "==5.4"}}}
"""
_PYLOCK = """
lock-version = "1.0"
[[packages]]
name = "attrs"
version = "22.1.0"
[[packages]]
name = "near"
[packages.directory]
path = "."
"""


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("uv.lock", _UV, ("attrs==22.1.0", "numpy==1.26", "torch==2.3.1")),
        ("poetry.lock", _POETRY, ("attrs==22.1.0", "by-group==2", "own==3")),
        ("pdm.lock", _PDM, ("attrs==22.1.0", "sqlalchemy==1.4.54")),
        ("Pipfile.lock", _PIPENV, ("attrs==22.1.0", "zope-interface==5.4")),
        ("pylock.toml", _PYLOCK, ("attrs==22.1.0",)),
        ("locks/pylock.tests.toml", _PYLOCK, ("attrs==22.1.0",)),
    ],
)
def test_packages_of_an_index_have_the_version_that_this_python_gets(
    file: str, text: str, expected: tuple[str, ...]
) -> None:
    assert is_lock(file)
    assert pins({file: text}) == expected


@pytest.mark.parametrize("file", ["uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "pylock.toml"])
@pytest.mark.parametrize(
    "text",
    ["", "no lock [", "[]", "3", "package = 3\npackages = 4", "[[package]]\nname = 3\nversion = [1]\nmarkers = 7"],
)
def test_what_is_no_lock_file_says_nothing(file: str, text: str) -> None:
    assert pins({file: text}) == ()


def test_a_marker_that_cannot_be_read_may_hold() -> None:
    assert pins({"pdm.lock": '[[package]]\nname = "a"\nversion = "1"\nmarker = "nonsense of theirs"\n'}) == ("a==1",)


def test_the_packages_of_a_workspace_are_asked_what_they_need() -> None:
    texts = {
        "pyproject.toml": '[project]\nname = "shop"\ndependencies = ["attrs", "Near_by"]\n'
        "[tool.uv.sources]\nnear-by = { workspace = true }\n",
        "uv.lock": _UV,
        "packages/near/pyproject.toml": '[project]\nname = "near-by"\ndependencies = ["numpy"]\n',
        "../outside/pyproject.toml": '[project]\nname = "outside"\ndependencies = ["evil"]\n',
    }
    found = wanted(("pyproject.toml", "uv.lock"), texts.get)
    assert found.packages == ("attrs", "numpy")
    assert (found.missing, found.left) == ((), ())
