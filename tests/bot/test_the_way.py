"""What `.env` says of the way to the network."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.settings import show_the_way


def test_what_is_said_of_the_way_to_the_network_reaches_libraries_and_nothing_else_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = ("HTTPS_PROXY=http://proxy:8080", "no_proxy=.corp", "REQUESTS_CA_BUNDLE=/theirs", "SSL_CERT_FILE=",
             "PIP_INDEX_URL=https://wheels.corp/simple", "SLACK_BOT_TOKEN=xoxb-1")  # fmt: skip
    (tmp_path / ".env").write_text("\n".join(lines))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "environ", {"REQUESTS_CA_BUNDLE": "/mine"})

    show_the_way()

    assert os.environ == {
        "HTTPS_PROXY": "http://proxy:8080",
        "no_proxy": ".corp",
        "REQUESTS_CA_BUNDLE": "/mine",
        "PIP_INDEX_URL": "https://wheels.corp/simple",
    }
