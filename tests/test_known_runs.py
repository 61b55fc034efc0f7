"""The same files are run once; whatever else a run could see, or did, has it run again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from agents.exchange import Ran
from tests.known_runs import KnownRuns

PYTEST = ("python", "-m", "pytest", "-q")


class Runner:
    """Counts its runs, and says so many passed."""

    def __init__(self, folder: Path, known: KnownRuns) -> None:
        self.folder, self.known, self.runs = folder, known, 0
        self.leaves: Path | None = None
        folder.mkdir(parents=True)
        (folder / "shop.py").write_text("PRICE = 1\n")

    def ran(self, command: Sequence[str] = PYTEST, environment: Mapping[str, str] | None = None) -> str:
        return self.known.ran(command, self.folder, environment or {}, self._run).output

    def _run(self) -> Ran:
        self.runs += 1
        if self.leaves is not None:
            self.leaves.write_text("<testsuite/>")
        return Ran(exit_code=0, output=f"{self.runs} passed")


def test_the_same_files_are_run_once_in_whatever_folder(tmp_path: Path) -> None:
    known = KnownRuns()
    first, second = Runner(tmp_path / "a" / "checkout", known), Runner(tmp_path / "b" / "checkout", known)

    said = [each.ran(environment={"PYTHONPATH": str(each.folder)}) for each in (first, second, second)]

    assert said == ["1 passed"] * 3
    assert (first.runs, second.runs) == (1, 0)


def test_other_files_another_command_and_other_variables_are_run(tmp_path: Path) -> None:
    runner = Runner(tmp_path / "checkout", KnownRuns())
    runner.ran()

    runner.ran((*PYTEST, "test_shop.py"))
    runner.ran(environment={"CI": "1"})
    (runner.folder / "shop.py").write_text("PRICE = 2\n")
    runner.ran()
    (runner.folder / "shop.py").chmod(0o755)
    runner.ran()

    assert runner.runs == 5


def test_what_leaves_a_file_or_is_no_pytest_is_run_each_time(tmp_path: Path) -> None:
    runner = Runner(tmp_path / "checkout", KnownRuns())
    for _ in range(2):
        runner.ran(("sh", "-c", "make"))
    runner.leaves = runner.folder / "report.xml"
    for _ in range(2):
        runner.leaves.unlink(missing_ok=True)
        runner.ran()

    assert runner.runs == 4
