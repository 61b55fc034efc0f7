"""The command line of the measurements, as people reach it."""

from __future__ import annotations

import sys

import pytest

from evals.__main__ import main


def test_the_usage_names_the_command_that_people_type(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["evals", "nonsense"])

    with pytest.raises(SystemExit) as ended:
        main()

    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert "Usage: signalbox evals" in said
    assert "python -m" not in said
