"""The command line of the measurements, as people reach it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import psycopg
import pytest

from evals.__main__ import main
from tests.agents.tiny_transformer import make_transformer


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


def test_grouping_is_measured_with_a_sentence_transformer_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    model = make_transformer(tmp_path / "model")
    words = [*measured(tmp_path), "--sentences", str(model)]
    monkeypatch.setattr(sys, "argv", ["evals", *words])

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 0
    assert "recall@10" in capsys.readouterr().out
    (kept,) = (tmp_path / "out").glob("*.json")
    assert json.loads(kept.read_text("utf-8"))["encoder"] == "sentences"


def test_grouping_is_measured_on_postgresql_which_keeps_nothing_of_it(
    tmp_path: Path, postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["evals", *measured(tmp_path), "--server", postgres])

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 0
    (path,) = (tmp_path / "out").glob("*.json")
    kept = json.loads(path.read_text("utf-8"))
    assert (kept["database"], kept["scores"][0]["figures"]["groups"]) == ("postgresql", 2)
    with psycopg.connect(postgres) as connection:
        left = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'signalbox_evals%'").fetchall()
    assert left == []


def test_a_sentence_transformer_is_refused_where_nothing_is_grouped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["evals", "redaction", "--data", str(tmp_path), "--sentences", "download"])

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 2
    assert "Only --data, --engine, --runs and --out are for" in capsys.readouterr().err


def measured(folder: Path) -> list[str]:
    """What is typed to measure three signals of two problems."""
    (folder / "set").mkdir()
    told = {"T-1": "The export of a report crashes", "T-2": "the login page spins", "T-3": "exporting a report fails"}
    stream = [
        {"id": name, "source": "slack", "title": title, "body": title, "created_at": "2026-11-20T08:00:00Z"}
        for name, title in told.items()
    ]
    truth = [{"id": name, "group": "one" if name != "T-2" else "two"} for name in told]
    for name, lines in (("stream", stream), ("truth", truth)):
        (folder / "set" / f"{name}.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return ["grouping", "--data", str(folder / "set"), "--out", str(folder / "out")]
