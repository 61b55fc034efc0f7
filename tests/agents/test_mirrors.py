"""Mirrors: caches that heal, commits that are the same every time, and git that obeys nobody's settings."""

from __future__ import annotations

import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from agents.adapters.file_lock import held
from agents.adapters.git.inert_git import GitFailed, run_git
from agents.adapters.git.mirrors import EMAIL, Mirrors
from agents.errors import CodeHostDown, CodeHostRejected
from agents.patches.undecoded import text_of
from agents.terms import Repository
from tests.agents.mirrored import BRANCH, FILES, PATCH, git, push
from tests.fake_workspaces import make_repository

# ── reading ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_checkout_is_a_plain_clone_of_its_own(mirrors: Mirrors, repository: Repository, tmp_path: Path) -> None:
    sha = mirrors.head(repository)
    mirrors.checkout(repository, sha, tmp_path / "checkout")
    shutil.rmtree(mirrors.folder)
    assert git(tmp_path / "checkout", "log", "--format=%s") == "commit 2\ncommit 1"
    assert git(tmp_path / "checkout", "fsck", "--full") == ""
    assert not (tmp_path / "checkout" / ".git" / "objects" / "info" / "alternates").exists()


def test_a_checkout_of_an_older_commit_shows_nothing_newer(
    mirrors: Mirrors, repository: Repository, tmp_path: Path, upstream: Path
) -> None:
    first = git(upstream, "rev-parse", "main~1")
    git(upstream, "tag", "v1", first)
    git(upstream, "tag", "v2", "main")
    mirrors.head(repository)
    mirrors.checkout(repository, first, tmp_path / "checkout")
    assert git(tmp_path / "checkout", "log", "--all", "--format=%s") == "commit 1"
    assert git(tmp_path / "checkout", "tag") == "v1"
    assert not (tmp_path / "checkout" / "more.txt").exists()


def test_a_file_is_read_as_it_was_at_a_commit_and_links_lead_nowhere_else(
    mirrors: Mirrors, repository: Repository, upstream: Path, tmp_path: Path
) -> None:
    first = mirrors.head(repository)
    git(tmp_path, "clone", "-q", str(upstream), "theirs")
    theirs = tmp_path / "theirs"
    (theirs / "needs").mkdir()
    (theirs / "needs" / "all.txt").write_bytes(b"\xef\xbb\xbfattrs\n\xff")
    (theirs / "needs.txt").symlink_to("needs/all.txt")
    (theirs / "secret.txt").symlink_to("/etc/passwd")
    for command in (("add", "."), ("commit", "-q", "-m", "Need attrs"), ("push", "-q", "origin", "HEAD:main")):
        git(theirs, *command)
    later = mirrors.head(repository)

    assert mirrors.read(repository, later, "needs.txt") == "attrs\n\ufffd"
    nothing = [mirrors.read(repository, later, file) for file in ("secret.txt", "needs", "gone.txt", "")]
    assert nothing == [None] * 4
    assert mirrors.read(repository, first, "needs.txt") is None


def test_a_mirror_follows_a_base_branch_that_was_rewritten(
    mirrors: Mirrors, repository: Repository, upstream: Path
) -> None:
    before = mirrors.head(repository)
    git(upstream, "update-ref", "refs/heads/main", f"{before}~1")
    assert mirrors.head(repository) == git(upstream, "rev-parse", f"{before}~1")


def test_a_base_branch_that_is_missing_is_rejected_with_what_to_check(mirrors: Mirrors, repository: Repository) -> None:
    with pytest.raises(CodeHostRejected, match="base branch"):
        mirrors.head(repository.model_copy(update={"base_branch": "trunk"}))


def test_a_commit_that_nobody_knows_is_rejected(mirrors: Mirrors, repository: Repository, tmp_path: Path) -> None:
    for sha, words in (("f" * 40, "is gone there, as after a force-push; press Retry"), ("main", "not the full hash")):
        with pytest.raises(CodeHostRejected, match=words):
            mirrors.checkout(repository, sha, tmp_path / "checkout")
    with pytest.raises(CodeHostRejected):
        mirrors.checkout(repository, "--upload-pack=touch x", tmp_path / "checkout")


def test_a_repository_that_is_not_there_is_rejected(mirrors: Mirrors, repository: Repository) -> None:
    with pytest.raises(CodeHostRejected, match="acme/shop"):
        mirrors.head(repository.model_copy(update={"clone_url": "/nowhere/at/all"}))


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("ext::sh -c true", "must begin with https"),
        ("ssh://git@code.example/a/b", "must begin with https"),
        ("https://ada:word@code.example/a/b", "holds a user name or password"),
    ],
)
def test_an_address_that_could_do_harm_is_refused(
    mirrors: Mirrors, repository: Repository, address: str, sentence: str
) -> None:
    with pytest.raises(CodeHostRejected, match=sentence) as refused:
        mirrors.head(repository.model_copy(update={"clone_url": address}))
    assert "word" not in str(refused.value).replace("password", "")


def test_a_half_made_and_a_damaged_mirror_are_made_again(mirrors: Mirrors, repository: Repository) -> None:
    sha = mirrors.head(repository)
    mirror = mirrors.folder / "acme+shop.git"
    for file in (mirror / "objects").rglob("*"):
        if file.is_file():
            file.chmod(0o644)
            file.write_bytes(b"rubbish")
    (mirror / "refs" / "heads" / "main.lock").touch()
    assert mirrors.head(repository) == sha
    (mirror / "HEAD").unlink()
    assert mirrors.head(repository) == sha


def test_only_one_works_in_a_mirror_at_a_time(mirrors: Mirrors, repository: Repository) -> None:
    mirrors.head(repository)
    hurried = Mirrors(mirrors.folder, mirrors.url, patience=0.1)
    with held(mirrors.folder / "acme+shop.lock", 1), pytest.raises(CodeHostDown, match="another process"):
        hurried.head(repository)
    assert hurried.head(repository)


def test_a_folder_that_cannot_be_written_is_said(repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")
    with pytest.raises(CodeHostDown, match="check the disk"):
        Mirrors(tmp_path / "taken", "https://code.example").head(repository)


def test_many_at_once_all_get_their_answer(mirrors: Mirrors, repository: Repository, tmp_path: Path) -> None:
    heads: list[str] = []

    def work(number: int) -> None:
        sha = mirrors.head(repository)
        mirrors.checkout(repository, sha, tmp_path / f"checkout-{number}")
        heads.append(sha)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(heads) == 6
    assert len(set(heads)) == 1


# ── writing ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_bytes_that_are_no_utf_8_are_pushed_as_they_are(mirrors: Mirrors, repository: Repository) -> None:
    raw = PATCH.replace("+PRICE = 2", "+PRICE = 2  # caf?").encode().replace(b"caf?", b"caf\xe9")
    sha = push(mirrors, repository, text_of(raw))

    origin = Path(repository.clone_url)
    shown = subprocess.run(["git", "show", f"{sha}:shop.py"], cwd=origin, capture_output=True, check=True)
    assert shown.stdout == b"PRICE = 2  # caf\xe9\n"


def test_the_same_call_makes_the_same_commit_from_any_mirror(
    mirrors: Mirrors, repository: Repository, tmp_path: Path, upstream: Path
) -> None:
    first = push(mirrors, repository)
    other = Mirrors(tmp_path / "other machine", "https://code.example")
    assert push(other, repository) == first
    assert git(upstream, "log", "-1", "--format=%an %ae %at %ct %s", BRANCH) == (
        f"Signalbox {EMAIL} 1767000000 1767000000 Fix the price"
    )
    assert git(upstream, "show", f"{BRANCH}:shop.py") == "PRICE = 2"
    assert git(upstream, "rev-parse", f"{BRANCH}~1") == git(upstream, "rev-parse", "main")


def test_a_folder_may_be_named_from_where_the_bot_was_started(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    near = Mirrors(Path("var/mirrors"), "https://code.example")
    near.checkout(repository, near.head(repository), Path("checkout"))
    assert (tmp_path / "checkout" / "shop.py").exists()
    assert push(near, repository)


def test_a_patch_cannot_write_outside_the_repository(mirrors: Mirrors, repository: Repository, upstream: Path) -> None:
    for path in ("../outside.txt", ".git/config", "/etc/passwd"):
        patch = f"diff --git a/{path} b/{path}\nnew file mode 100644\n--- /dev/null\n+++ b/{path}\n@@ -0,0 +1 @@\n+x\n"
        with pytest.raises(CodeHostRejected, match="does not fit"):
            push(mirrors, repository, patch)
    assert git(upstream, "branch", "--list", BRANCH) == ""


# ── settings ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_no_settings_of_the_user_or_the_machine_are_obeyed(
    mirrors: Mirrors, repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trap = tmp_path / "sprung"
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text(
        f'[core]\n\tfsmonitor = "touch {trap}"\n\thooksPath = {home}\n[filter "evil"]\n\tsmudge = touch {trap}; cat\n'
        "[protocol]\n\tallow = always\n"
    )
    for hook in ("post-checkout", "pre-push", "reference-transaction"):
        (home / hook).write_text(f"#!/bin/sh\ntouch '{trap}'\n")
        (home / hook).chmod(0o755)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", f"touch {trap}")
    mirrors.checkout(repository, mirrors.head(repository), tmp_path / "checkout")
    push(mirrors, repository)
    assert not trap.exists()


def test_a_repositorys_own_attributes_start_nothing(mirrors: Mirrors, tmp_path: Path) -> None:
    sha = make_repository(tmp_path / "hostile", {".gitattributes": "* filter=evil diff=evil\n", "a.txt": "a\n"})
    terms = Repository(name="acme/hostile", clone_url=str(tmp_path / "hostile"))
    mirrors.checkout(terms, mirrors.head(terms), tmp_path / "checkout")
    assert (tmp_path / "checkout" / "a.txt").read_text() == "a\n"
    assert git(tmp_path / "checkout", "rev-parse", "HEAD") == sha


def test_the_token_is_on_no_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log, programs = tmp_path / "log", tmp_path / "programs"
    programs.mkdir()
    (programs / "git").write_text(f'#!/bin/sh\necho "$@" >> "{log}"\nexec "{shutil.which("git")}" "$@"\n')
    (programs / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    mirrors = Mirrors(tmp_path / "mirrors", "http://127.0.0.1:9", lambda: "secret-token")
    with pytest.raises(CodeHostDown) as down:
        mirrors.head(Repository(name="acme/shop"))
    assert "fetch" in log.read_text()
    assert "c2VjcmV0LXRva2Vu" not in log.read_text() + str(down.value)  # in base64, as git is told it
    assert "secret-token" not in log.read_text() + str(down.value)


def test_git_is_stopped_when_it_takes_too_long(tmp_path: Path) -> None:
    make_repository(tmp_path / "source", FILES)
    with pytest.raises(GitFailed, match="longer than"):
        run_git("-c", "alias.wait=!sleep 60", "wait", at=tmp_path / "source", seconds=0.2)
