"""Which tests failed in a run of `go test` or `cargo test`, by its log. Pure."""

from __future__ import annotations

import re
from collections import Counter

from agents.suites.counted import Counted

_GO_ENDED = re.compile(r"^(?P<how>ok  |FAIL)\t(?P<package>\S+)(?:\t(?P<seconds>[\d.]+s|\(cached\)))?(?P<note>.*)$")
_GO_FAILED = re.compile(r"^ *--- FAIL: (\S+) \([\d.]+s\)$")
_GO_PASSED = re.compile(r"^ *--- PASS: \S+ \([\d.]+s\)$", re.MULTILINE)
_GO_BROKE = re.compile(r"^(?:panic: |fatal error: )")
_UNBUILT = re.compile(r"^FAIL\t\S+ \[(?:build|setup) failed\]$|^error: could not compile ", re.MULTILINE)
_CARGO_ENDED = re.compile(r"^test result: (?:ok|FAILED)\. (\d+) passed; (\d+) failed; ", re.MULTILINE)
_CARGO_FAILED = re.compile(r"^failures:\n((?:    \S.*\n)+)\ntest result: FAILED\. ", re.MULTILINE)
_CARGO_THROUGH = re.compile(r"^error: \d+ targets? failed:$", re.MULTILINE)


def by_go(log: str) -> Counted | None:
    """Of a log of `go test`: names are `package.TestName/case`; what passed is tests with -v, else packages.

    A package that failed without a test of its own, because it could not be built, is named itself.
    """
    failed: Counter[str] = Counter()
    passed = packages = 0
    tests: list[str] = []
    whole = True
    for line in log.split("\n"):
        if found := _GO_FAILED.match(line):
            tests.append(found[1])
        elif _GO_BROKE.match(line):
            whole = False  # the rest of the package's tests did not run
        elif ended := _GO_ENDED.match(line):
            packages += 1
            if ended["how"] == "FAIL":
                failed.update(f"{ended['package']}.{test}" for test in tests)
                failed.update([] if tests else [ended["package"]])
            elif "[no test" not in ended["note"]:
                passed += 1
            tests = []
    told = len(_GO_PASSED.findall(log))
    return Counted(failed, failed.total(), told or passed, whole, frozenset({1, 2})) if packages else None


def by_cargo(log: str) -> Counted | None:
    """Of a log of `cargo test`; without `--no-fail-fast` it ends with the first target that fails."""
    ends = _CARGO_ENDED.findall(log)
    if not ends:
        return None
    failed = Counter(name.strip() for block in _CARGO_FAILED.findall(log) for name in block.splitlines())
    through = not failed or bool(_CARGO_THROUGH.search(log))
    passed, total = (sum(int(end[at]) for end in ends) for at in (0, 1))
    return Counted(failed, total, passed, through, frozenset({101}))


def is_unbuilt(log: str) -> bool:
    """Whether something of it did not compile, so that its tests were not run."""
    return _UNBUILT.search(log) is not None
