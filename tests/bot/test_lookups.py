"""The look-ups that a policy asks for: which are built, what the policy may not say, what the doctor says of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.errors import BadPolicy
from agents.terms import McpTerms, Policy
from bot.doctor.examination import _mcp
from bot.doctor.findings import Verdict
from bot.lookups import open_lookups
from bot.policy import read_policy
from bot.settings import Settings

GONE = McpTerms(name="gone", url="http://127.0.0.1:9/mcp", tools=("search",))


def test_a_server_gets_the_token_of_its_own_variable_and_no_other() -> None:
    notes = McpTerms(name="notes", url="https://notes.example/mcp", token_env="NOTES_TOKEN", tools=("search",))
    lookups = open_lookups(
        Policy(mcp=(notes, GONE)), Settings(_env_file=None), {"NOTES_TOKEN": "n-1", "GITHUB_TOKEN": "g-1"}
    )

    assert [getattr(server, "token", None) for server in lookups.outer] == ["n-1", ""]


def test_a_policy_may_not_send_a_token_unencrypted_or_name_a_server_twice(tmp_path: Path) -> None:
    file = tmp_path / "signalbox.toml"
    entry = '[[mcp]]\nname = "notes"\nurl = "http://notes.example/mcp"\ntoken_env = "xoxb-123"\ntools = []\n'
    file.write_text(entry + entry)

    with pytest.raises(BadPolicy) as refused:
        read_policy(file, frozenset())

    said = str(refused.value)
    for part in (
        "mcp[0].url: write an https address",
        "mcp[0].token_env",
        "mcp[1].tools",
        "'notes' is there more than",
    ):
        assert part in said


def test_the_doctor_says_which_server_is_down_and_which_token_is_missing() -> None:
    keyed = GONE.model_copy(update={"name": "keyed", "token_env": "SIGNALBOX_TEST_NO_SUCH_TOKEN"})

    down, missing = _mcp(Policy(mcp=(GONE, keyed)))

    assert (down.what, down.verdict) == ("MCP server gone", Verdict.BAD)
    assert "did not answer" in down.sentence
    assert missing.sentence.startswith("SIGNALBOX_TEST_NO_SUCH_TOKEN is not set")
