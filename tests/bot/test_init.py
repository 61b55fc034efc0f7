"""`signalbox init`, as whoever has only the wheel types it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from bot.dotenv import examined
from bot.policy import read_policy
from bot.sources import ALL_KINDS
from tests.typed import ROOT, Done, typed


def init(folder: Path, anew: bool = False, **environment: str) -> Done:
    return typed("init", folder=folder, environment={"PATH": os.environ["PATH"], **environment}, anew=anew)


def test_it_writes_what_a_person_fills_in_and_keeps_secrets_to_them(tmp_path: Path) -> None:
    done = init(tmp_path, anew=True)

    assert done.returncode == 0, done.stderr
    assert "signalbox doctor" in done.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == [".env", "manifest.yml", "signalbox.toml"]
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600
    assert (tmp_path / "manifest.yml").read_bytes() == (ROOT / "manifest.yml").read_bytes()
    examined(tmp_path / ".env")
    assert read_policy(tmp_path / "signalbox.toml", ALL_KINDS).approvers


def test_it_changes_nothing_that_is_there_and_says_so(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SLACK_BOT_TOKEN=xoxb-mine\n", encoding="utf-8")
    (tmp_path / "manifest.yml").symlink_to("nowhere")
    done = init(tmp_path, SIGNALBOX_POLICY="policy.toml")

    assert done.returncode == 0
    assert ".env: is there already, and stays as it is." in done.stdout
    assert (tmp_path / ".env").read_text(encoding="utf-8") == "SLACK_BOT_TOKEN=xoxb-mine\n"
    assert not (tmp_path / "nowhere").exists()
    assert (tmp_path / "policy.toml").exists()


def test_where_it_may_not_write_it_says_what_to_do(tmp_path: Path) -> None:
    done = init(tmp_path, SIGNALBOX_POLICY="no/such/folder/policy.toml")

    assert done.returncode == 1
    assert "cannot be written (No such file or directory)" in done.stderr
    assert "Traceback" not in done.stderr
