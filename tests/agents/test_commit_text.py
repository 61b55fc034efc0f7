"""What stands in the commit of a fix, as git reads it."""

from __future__ import annotations

from pathlib import Path

from agents.adapters.git.inert_git import run_git, text_of_git
from agents.adapters.git.mirrors import Mirrors
from agents.cases import FixCase
from agents.pull_requests.commit_text import WIDTH, commit_message
from agents.terms import Repository
from storage.submissions import FixSubmission
from tests.agents.handed_in import THREAD, a_case, handed_in
from tests.fake_workspaces import make_repository

SUMMARY = """\
`metric()` takes the prefix from the power of ten of the value, and the logarithm of 0 is not defined, so it raised.

The exponent is now 0 when the value is 0:

- every other value computes its exponent as before, and nothing that was given to anybody before is given differently
- `src/humanize/a/very/long/path/that/does/not/fit/into/a/line/of/seventy/two/number.py` is the only file

    metric(0, "W")  # a line of code that is longer than a commit's lines are, and stays as it is

Then all is well."""
PATCH = "diff --git a/shop.py b/shop.py\n--- a/shop.py\n+++ b/shop.py\n@@ -1 +1 @@\n-total = 0\n+total = 1\n"


def committed(folder: Path, case: FixCase, submission: FixSubmission) -> str:
    """The message, as it can be read of the code host's repository after the push."""
    origin = folder / "origin"
    base = make_repository(origin, {"shop.py": "total = 0\n"})
    mirrors = Mirrors(folder / "mirrors", "https://code.example")
    (folder / "mirrors").mkdir()
    sha = mirrors.commit_and_push(
        Repository(name="acme/shop", clone_url=str(origin)),
        branch="signalbox/sb-3", base_sha=base, patch=PATCH, message=commit_message(case, submission), at=1_767_000_000,
    )  # fmt: skip
    return run_git("log", "-1", "--format=%B", sha, at=origin).decode()


def test_it_says_why_how_it_was_proven_and_whose_it_is(tmp_path: Path) -> None:
    message = committed(tmp_path, a_case(), handed_in(summary=SUMMARY))

    assert message.startswith(
        "Say zero as zero\n\n`metric()` takes the prefix from the power of ten of the value, and the\n"
    )
    assert "\ntests/test_x.py::test_zero fails without this change and passes with it.\n" in message
    assert message.rstrip().endswith(f"\n\nRefs: #31\nSignalbox-Report: SB-3\nSignalbox-Thread: {THREAD}")


def test_git_reads_its_trailers_and_those_that_the_policy_asks_for(tmp_path: Path) -> None:
    signed = "Signed-off-by: Shop Bot <bot@shop.example>"
    case = a_case(repository=Repository(name="acme/shop", trailers=(signed,)))
    forged = handed_in(summary="It is mended.\n\nSigned-off-by: Somebody Else <else@shop.example>")
    committed(tmp_path, case, forged)

    read = text_of_git("log", "-1", "--format=%(trailers)", "signalbox/sb-3", at=tmp_path / "origin")

    assert read.splitlines() == ["Refs: #31", "Signalbox-Report: SB-3", f"Signalbox-Thread: {THREAD}", signed]


def test_lines_are_wrapped_but_for_what_has_no_place_to_break(tmp_path: Path) -> None:
    message = committed(tmp_path, a_case(thread=""), handed_in(summary=SUMMARY))

    long = [line for line in message.split("\n") if len(line) > WIDTH]
    assert [line.strip()[:12] for line in long] == ["`src/humaniz", 'metric(0, "W']
    assert '\n    metric(0, "W")  # a line of code that is longer' in message
    assert "\n- every other value computes its exponent as before, and nothing that\n  was given" in message


def test_code_in_fences_keeps_its_blank_lines_and_its_lengths(tmp_path: Path) -> None:
    code = "```python\nx = 1\n\n" + "y = " + "1 + " * 30 + "1\n```"

    assert code in committed(tmp_path, a_case(), handed_in(summary=f"So:\n\n{code}\n\nDone."))


def test_nothing_in_it_stops_checks_closes_issues_or_mentions_people(tmp_path: Path) -> None:
    loud = handed_in(title="Mend it\n[skip ci]", summary="Fixes #9, said @ada.\x00 [CI skip]\n\nskip-checks: true")

    message = committed(tmp_path, a_case(), loud)

    assert message.startswith("Mend it (skip ci)\n\nFixes issue #9, said @\u200bada. (CI skip)\n")
    assert "skip-checks: true\n\ntests/" in message


def test_of_a_report_that_not_all_readers_may_see_it_holds_no_address(tmp_path: Path) -> None:
    message = committed(tmp_path, a_case(discreet=True, thread=""), handed_in())

    assert "slack" not in message
    assert message.rstrip().endswith("Refs: #31\nSignalbox-Report: SB-3")


def test_the_same_fix_has_the_same_words() -> None:
    assert commit_message(a_case(), handed_in()) == commit_message(a_case(), handed_in())
