"""What code finds out around a piece of research, from real git histories: use, authors, owners, mended, in flight."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest

from agents.cases import ResearchCase, SeenSignal, SimilarReport
from agents.checkout.history import Author, History, owners_of
from agents.errors import CodeHostRejected
from agents.exchange import Draft
from agents.means import Means
from agents.redaction.redact import Redactor
from agents.research.assessing import Assessing
from agents.research.reviewing import Known, reviewers
from agents.stages.decide import decide
from agents.terms import Policy, Repository
from storage.judgments import Bucket, Evidence, EvidenceKind, Finding, Research
from storage.store import Store
from tests.factories import a_plan, a_report, a_research
from tests.fake_code_host import FakeCodeHost
from tests.fake_workspaces import FakeWorkspaces, make_repository
from tests.fakes import ScriptedModel

AT = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
SHOP = Repository(name="acme/shop")
ADA, BO, CY = ("Ada", "ada@shop.example"), ("Bo", "7+bo-s@users.noreply.github.com"), ("Cy", "cy@shop.example")
PRICES = "def average(prices):\n    return sum(prices) / len(prices)\n"
DRAFT = Draft(branch="fix", title="Guard the average", body="")
PATCH = "diff --git a/shop/prices.py b/shop/prices.py\n--- a/shop/prices.py\n+++ b/shop/prices.py\n"


@dataclass
class Origin:
    """A repository that people commit to, each on a day of their own."""

    folder: Path

    def commit(self, who: tuple[str, str], day: str, **files: str) -> str:
        for name, text in files.items():
            path = self.folder / name.replace("__", "/").replace("_py", ".py")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        self.git("add", "--all")
        when = {"GIT_AUTHOR_DATE": f"{day}T12:00:00Z", "GIT_COMMITTER_DATE": f"{day}T12:00:00Z"}
        author = ("-c", f"user.name={who[0]}", "-c", f"user.email={who[1]}", "-c", "commit.gpgsign=false")
        self.git(*author, "commit", "--quiet", f"--message=by {who[0]}", when=when)
        return self.git("rev-parse", "HEAD")

    def git(self, *arguments: str, when: dict[str, str] | None = None) -> str:
        command, env = ["git", *arguments], {**os.environ, **(when or {})}
        return subprocess.run(
            command, cwd=self.folder, env=env, capture_output=True, text=True, check=True
        ).stdout.strip()


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    folder = tmp_path / "origin"
    folder.mkdir()
    origin = Origin(folder)
    origin.git("init", "--quiet", "--initial-branch=main")
    origin.commit(CY, "2023-01-01", shop__prices_py="def average(prices):\n", shop__init_py="")
    origin.commit(BO, "2026-01-01", shop__prices_py=PRICES, shop__page_py="from shop.prices import average\n")
    origin.commit(
        ADA, "2026-03-01", shop__api_py="import shop.prices as p\n", tests__test_prices_py="import shop.prices\n"
    )
    return origin


@pytest.fixture
def workspaces(origin: Origin) -> FakeWorkspaces:
    return FakeWorkspaces(origin.folder)


@pytest.fixture
def history(origin: Origin, workspaces: FakeWorkspaces) -> Iterator[History]:
    with closing(workspaces.open(SHOP, origin.git("rev-parse", "HEAD"))) as workspace:
        yield History(workspace, AT)


def a_case(sha: str, **fields: Any) -> ResearchCase:
    signal = SeenSignal(external_id="C1/17", source="slack", happened_at=dt.datetime(2026, 2, 1, tzinfo=dt.UTC))
    case = ResearchCase(
        subject="C1/17", report_id=1, title="", gist="", signals=(signal,), repository=SHOP, base_sha=sha
    )
    return case.model_copy(update=fields)


def research_of(quote: str = "return sum(prices) / len(prices)") -> Research:
    cited = Evidence(kind=EvidenceKind.CODE, where="shop/prices.py", line=2, quote=quote)
    plan = a_plan(repository="acme/shop", files=("shop/prices.py", "tests/test_prices.py"))
    return a_research(findings=(Finding(claim="It divides.", evidence=(cited,)),), plan=plan)


def means_of(store: Store, workspaces: FakeWorkspaces, host: FakeCodeHost, **policy: Any) -> Means:
    nobody = cast("Any", None)
    return Means(
        store=store,
        policy=Policy(repositories=(SHOP,), **policy),
        model=nobody,
        workspaces=workspaces,
        code_host=host,
        vectoriser=nobody,
        redactor=Redactor(b"test"),
        messenger=nobody,
        nudge=nobody,
        clock=lambda: AT,
    )


def test_imports_and_changes_of_a_file_are_counted_without_tests(history: History) -> None:
    use = history.use_of("shop/prices.py")

    assert (use.importers, use.changes) == (2, 1)  # the page and the api; the change of 2023 is older than a year


def test_authors_of_the_cited_lines_and_active_people_are_read_from_git(history: History) -> None:
    assert {author.name for author in history.authors("shop/prices.py", [2])} == {"Cy", "Bo"}
    assert set(history.active()) == {ADA[1], BO[1]}
    assert history.authors("no/such.py", []) == []


@pytest.mark.parametrize(
    ("path", "owners"),
    [
        ("shop/prices.py", ["@dana"]),
        ("docs/a.md", ["@lee", "@acme/writers"]),
        ("docs/deep/a.md", ["@lee", "@acme/writers"]),
        ("src/build/x.py", ["@ops"]),
        ("README", ["@all"]),
        ("flat/a.txt", ["@flat"]),
        ("flat/deep/a.txt", ["@all"]),
    ],
)
def test_the_last_pattern_of_codeowners_that_fits_counts(path: str, owners: list[str]) -> None:
    text = "* @all # everybody\n*.py @dana\n/docs/ @lee @acme/writers\nbuild/ @ops\nflat/* @flat\n\n"

    assert owners_of(path, text) == owners


def test_lines_written_lately_weigh_more_and_people_who_left_are_skipped() -> None:
    def wrote(who: tuple[str, str], times: int, days: int) -> list[Author]:
        return [Author(*who, AT - dt.timedelta(days=days))] * times

    robot = ("deps[bot]", "deps[bot]@users.noreply.github.com")
    known = Known(
        authors=[*wrote(CY, 50, 900), *wrote(ADA, 5, 300), *wrote(BO, 4, 10), *wrote(robot, 9, 1)],
        owners={"dana": "shop/prices.py", "ex": "shop/prices.py"},
        resolvers=["bo-s"],
        active={email: name for name, email in (ADA, BO, robot)},
    )

    found = reviewers(known, SHOP, Policy(gone=("ex",), logins={"Ada@shop.example": "ada"}), AT)

    assert [(one.name, one.login) for one in found] == [("dana", "dana"), ("Bo", "bo-s"), ("Ada", "ada")]
    assert found[1].why.startswith("wrote 4 of the 68 lines around it, last in May 2026")
    assert "merged the fix of a similar report" in found[1].why


def test_a_look_around_finds_numbers_reviewers_and_what_touched_the_files_since(
    origin: Origin, workspaces: FakeWorkspaces, sqlite_store: Store
) -> None:
    sha = origin.commit(ADA, "2026-03-02", shop__prices_py=PRICES + "\n# tidied\n")
    case = a_case(sha, similar=(SimilarReport(ref="SB-1", title="", merged_by="lee"),))

    found = Assessing(means_of(sqlite_store, workspaces, FakeCodeHost())).assess(case, research_of())

    assert found.ranked is not None
    assert found.ranked.importance.counted.startswith("shop/prices.py is imported by 2 files")
    assert {one.name for one in found.reviewers} == {"Ada", "Bo", "lee"}
    assert [touch.what.split(": ")[1] for touch in found.touched_since] == ["by Ada"]
    assert (found.mended, found.in_flight, found.unseen) == ("", (), ())
    assert all(workspace.closed for workspace in workspaces.opened)


def test_a_plan_for_lines_that_are_gone_meanwhile_is_not_offered(
    origin: Origin, workspaces: FakeWorkspaces, sqlite_store: Store
) -> None:
    case = a_case(origin.git("rev-parse", "HEAD"))
    origin.commit(ADA, "2026-05-30", shop__prices_py="def average(prices):\n    return 0\n")

    found = Assessing(means_of(sqlite_store, workspaces, FakeCodeHost())).assess(case, research_of())
    verdict = decide(a_report(sqlite_store), research_of().model_copy(update={"assessment": found}), ScriptedModel())

    assert "no longer says “return sum(prices) / len(prices)”" in found.mended
    assert verdict.bucket is Bucket.NOT_ACTIONABLE
    assert "Look again" in verdict.missing


def test_lines_that_stand_at_the_new_tip_are_not_mended(
    origin: Origin, workspaces: FakeWorkspaces, sqlite_store: Store
) -> None:
    case = a_case(origin.git("rev-parse", "HEAD"))
    origin.commit(ADA, "2026-05-30", shop__prices_py="# moved down\n\n" + PRICES)

    assert Assessing(means_of(sqlite_store, workspaces, FakeCodeHost())).assess(case, research_of()).mended == ""


def test_an_open_pull_request_on_the_same_file_is_seen_and_a_refusal_is_said(
    origin: Origin, workspaces: FakeWorkspaces, sqlite_store: Store
) -> None:
    host = FakeCodeHost()
    host.ensure_branch(SHOP, branch="fix", base_sha="0", patch=PATCH, message="m", at=0.0)
    host.ensure_pull_request(SHOP, DRAFT)
    assessing = Assessing(means_of(sqlite_store, workspaces, host))
    case = a_case(origin.git("rev-parse", "HEAD"))

    (touch,) = assessing.assess(case, research_of()).in_flight
    host.trouble.append(CodeHostRejected("the token may not read pull requests"))
    refused = assessing.assess(case, research_of())

    assert (touch.what, touch.files) == ("#1: Guard the average", ("shop/prices.py",))
    assert refused.in_flight == ()
    assert "the token may not read pull requests" in refused.unseen[0]


@pytest.mark.parametrize("public", [True, False])
def test_whether_anybody_may_read_the_repository_is_known_with_the_plan(
    origin: Origin, workspaces: FakeWorkspaces, sqlite_store: Store, *, public: bool
) -> None:
    assessing = Assessing(means_of(sqlite_store, workspaces, FakeCodeHost(public=public)))

    assert assessing.assess(a_case(origin.git("rev-parse", "HEAD")), research_of()).public is public


def test_nothing_is_looked_up_for_research_without_code(
    origin: Origin, workspaces: FakeWorkspaces, sqlite_store: Store
) -> None:
    bare = a_research(plan=None, findings=())
    means = means_of(sqlite_store, workspaces, FakeCodeHost())

    found = Assessing(means).assess(a_case(origin.git("rev-parse", "HEAD")), bare)

    assert found.ranked is not None
    assert found.ranked.importance.points == 1
    assert (found.reviewers, found.touched_since) == ((), ())


def test_what_imports_a_file_of_typescript_is_found_by_where_its_imports_lead(tmp_path: Path) -> None:
    files = {
        "packages/url/package.json": '{"name": "@acme/url"}',
        "packages/url/src/utils.ts": "export const join = 1;\n",
        "packages/url/src/index.ts": 'export * from "./utils";\n',
        "packages/url/src/parse.ts": 'import {\n  join,\n} from "./utils.js";\n',
        "packages/web/src/page.tsx": 'const u = import("../../url/src/utils");\nimport { utils } from "lodash";\n',
        "packages/web/src/cart.vue": "import { join } from '@acme/url';\n",
        "packages/web/src/utils.ts": 'const url = require("@acme/url");\n',
        "packages/web/src/menu.js": 'import x from "./utils"; // another one\n',
        "packages/web/src/deep.ts": 'import x from "@/src/utils";\nimport y from "@/src/utils";\n',
        "packages/url/test/utils.test.ts": 'import { join } from "../src/utils";\n',
    }
    workspaces = FakeWorkspaces(tmp_path)
    sha = make_repository(tmp_path, files)
    with closing(workspaces.open(SHOP, sha)) as workspace:
        use = History(workspace, AT).use_of
        counted = {path: use(path).importers for path in files if "/src/" in path}

    assert counted == {
        "packages/url/src/utils.ts": 4,  # one of them by an alias, which could mean either
        "packages/url/src/index.ts": 2,
        "packages/url/src/parse.ts": 0,
        "packages/web/src/page.tsx": 0,
        "packages/web/src/cart.vue": 0,
        "packages/web/src/utils.ts": 2,
        "packages/web/src/menu.js": 0,
        "packages/web/src/deep.ts": 0,
    }


def test_what_imports_a_file_of_go_is_found_by_its_package(tmp_path: Path) -> None:
    files = {
        "go.mod": "module example.com/shop\n",
        "shop.go": 'package shop\n\nimport "example.com/shop/internal/cart"\n',
        "internal/cart/cart.go": "package cart\n",
        "internal/cart/total.go": 'package cart // see "example.com/shop/internal/cart"\n',
        "internal/cart/cart_test.go": 'package cart_test\n\nimport "example.com/shop/internal/cart"\n',
        "cmd/main.go": 'package main\n\nimport (\n\tc "example.com/shop/internal/cart"\n\t"example.com/shop"\n)\n',
        "tools/go.mod": "module example.com/shop/tools\n",
        "tools/x/x.go": 'package x\n\nimport _ "example.com/shop/internal/cart/more"\n',
    }
    workspaces = FakeWorkspaces(tmp_path)
    sha = make_repository(tmp_path, files)
    with closing(workspaces.open(SHOP, sha)) as workspace:
        use = History(workspace, AT).use_of
        counted = {path: use(path).importers for path in files if path.endswith(".go")}

    assert counted["internal/cart/total.go"] == counted["internal/cart/cart.go"] == 2
    assert counted["shop.go"] == 1
    assert counted["cmd/main.go"] == counted["tools/x/x.go"] == 0
