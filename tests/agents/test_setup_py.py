"""What a setup.py declares, read without running it."""

from __future__ import annotations

import pytest

from agents.requirements.wanted import Wanted
from tests.agents.test_requirements import of

_SETUP = """
import sys
raise SystemExit("never run")
NEEDS = ["attrs>=22", "requests"]
EXTRAS = {"tests": ["freezegun", "shop[cli]"], "docs": ["sphinx"]}
setuptools.setup(name="shop", install_requires=NEEDS + ["idna"], tests_require="respx\\nmock", extras_require=EXTRAS)
"""


def test_what_a_setup_py_declares_is_read_and_never_run() -> None:
    found = of(setup__py=_SETUP)
    assert found.packages == ("attrs>=22", "requests", "idna", "respx", "mock", "freezegun")
    assert found.left == ()


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
    assert of(setup__py=text) == Wanted(("attrs",), left=("setup.py",))


@pytest.mark.parametrize(
    "text", ["print 1", "(" * 10_000, "x = " + "-" * 100_000 + "1", "a" * 300_000, "x = '\\d'\n\0"]
)
def test_a_setup_py_that_cannot_be_read_is_said_to_be_left(text: str) -> None:
    assert of(setup__py=text) == Wanted(left=("setup.py",))
