"""The product of the playground: a real library at a release that shipped real bugs, with what its tests need."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from playground.codehost.git import GitFailed, run_git
from playground.sdist import UnsafeArchive, unpack

CONSTRAINTS = Path(__file__).with_name("product-constraints.txt")
MADE_BY = "Release Robot"
MADE_AT = "2022-08-17T12:00:00+00:00"
STAMP = "made-from"
PIP = ("-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet")
Progress = Callable[[str], None]


class ProductUnavailable(Exception):
    """The product could not be made ready; the sentence says what is missing and what to do."""


@dataclass(frozen=True)
class Release:
    """A source distribution, pinned by its hash; `commit` is the sha of the commit made of it."""

    package: str
    version: str
    sha256: str
    commit: str

    @property
    def archive(self) -> str:
        return f"{self.package}-{self.version}.tar.gz"

    def __str__(self) -> str:
        return f"{self.package} {self.version}"


HUMANIZE = Release(
    "humanize",
    "4.3.0",
    "0dfac79fe8c1c0c734c14177b07b857bad9ae30dd50daa0a14e2c3d8054ee0c4",
    commit="748ada0d0745b58441bb3f5ba1b6b907c08d9f84",
)


@dataclass(frozen=True)
class Product:
    """A git repository with one commit, `base_sha`, and the virtual environment its tests run in.

    `test_command` is run with `test_variables` set, and expects `python` to be that environment's: its `bin` folder
    comes first in PATH.
    """

    repository: Path
    environment: Path
    test_command: tuple[str, ...]
    base_sha: str
    test_variables: Mapping[str, str] = field(default_factory=dict)
    image: str = ""  # of a container that the bot runs its code in, instead of that environment

    @property
    def python(self) -> Path:
        return self.environment / "bin" / "python"


# The library's own settings ask for colours, which logs read by people and models do better without.
TEST_COMMAND = ("python", "-m", "pytest", "-q", "--color=no")
TEST_VARIABLES = {"PYTHONPATH": "src"}


def prepare(cache: Path, progress: Progress) -> Product:
    """Make the product ready in `cache`, doing only what has not been done; needs the network the first time.

    Raises ProductUnavailable.
    """
    cache.mkdir(parents=True, exist_ok=True)
    cache = cache.resolve()
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the demo and the tests may come at the same time
        repository = prepare_repository(cache, HUMANIZE, progress)
        environment = prepare_environment(cache, progress)
    return Product(repository, environment, TEST_COMMAND, HUMANIZE.commit, TEST_VARIABLES)


def prepare_repository(cache: Path, release: Release, progress: Progress) -> Path:
    """The git repository made of a release; a damaged or half-made one is made again."""
    repository = cache / f"{release.package}-{release.version}"
    if _is_commit(repository, release.commit):
        return repository
    archive = _fetched(cache, release, progress)
    progress(f"Making a git repository of {release}")
    with tempfile.TemporaryDirectory(dir=cache, prefix="unpacking-") as folder:
        draft = Path(folder) / "repository"
        try:
            unpack(archive, draft)
            sha = _commit(draft, f"{release}, as released")
        except (UnsafeArchive, GitFailed, OSError) as fault:
            raise ProductUnavailable(f"A git repository could not be made of {archive}: {fault}") from fault
        if sha != release.commit:
            raise ProductUnavailable(
                f"The repository made of {release} has the commit {sha} and not {release.commit}, so recorded replies "
                "would not fit it. This git writes commits in another form: please report it with `git --version`."
            )
        shutil.rmtree(repository, ignore_errors=True)
        draft.rename(repository)
    return repository


def prepare_environment(cache: Path, progress: Progress) -> Path:
    """A virtual environment with what the tests need, made again when the pins or the interpreter change."""
    environment = cache / "environment"
    made_from = hashlib.sha256(f"{sys.version}{sys.base_prefix}{CONSTRAINTS.read_text()}".encode()).hexdigest()
    stamp = environment / STAMP
    if stamp.exists() and stamp.read_text() == made_from and _works(environment):
        return environment
    progress("Making the environment of the product's tests (pytest, freezegun)")
    shutil.rmtree(environment, ignore_errors=True)
    what = "the environment of the product's tests"
    _run(what, (sys.executable, "-m", "venv", str(environment)))
    install = (*PIP, "install", "--only-binary", ":all:", "-c", str(CONSTRAINTS), "pytest", "freezegun")
    _run(what, (str(environment / "bin" / "python"), *install))
    stamp.write_text(made_from)  # last, so that an environment without it is a half-made one
    return environment


def _fetched(cache: Path, release: Release, progress: Progress) -> Path:
    """The release's archive in the cache, fetched with pip unless it is there whole."""
    archive = cache / release.archive
    if archive.exists() and hashlib.sha256(archive.read_bytes()).hexdigest() == release.sha256:
        return archive
    progress(f"Fetching {release} from the package index")
    with tempfile.TemporaryDirectory(dir=cache, prefix="fetching-") as folder:
        wanted = Path(folder) / "wanted.txt"
        wanted.write_text(f"{release.package}=={release.version} --hash=sha256:{release.sha256}\n")
        source = ("--no-deps", "--no-binary", release.package, "--require-hashes", "-r", str(wanted))
        _run(str(release), (sys.executable, *PIP, "download", *source, "-d", folder))
        (Path(folder) / release.archive).rename(archive)
    return archive


def _run(what: str, command: Sequence[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as fault:
        raise ProductUnavailable(f"{what} could not be made: {fault}") from fault
    if done.returncode:
        said = [line for line in (done.stderr + done.stdout).splitlines() if line.strip()]
        why = next((line for line in reversed(said) if "ERROR" in line), said[-1] if said else "no reason given")
        raise ProductUnavailable(
            f"Could not fetch {what} from the package index ({why.strip()}). Check that this machine reaches a package "
            "index and that pip is set up for it, then run the same command again: what is done is not repeated."
        )


def _works(environment: Path) -> bool:
    try:
        done = subprocess.run(
            [str(environment / "bin" / "python"), "-c", "import pytest, freezegun"], capture_output=True, check=False
        )
    except OSError:
        return False
    return done.returncode == 0


def _commit(folder: Path, message: str) -> str:
    """Commit everything in `folder`, whatever its ignore files say, always as the same commit."""
    signature = {
        f"GIT_{role}_{part}": value
        for role in ("AUTHOR", "COMMITTER")
        for part, value in (("NAME", MADE_BY), ("EMAIL", "release@acme.example"), ("DATE", MADE_AT))
    }
    run_git("init", "--quiet", "--initial-branch=main", at=folder)
    run_git("config", "core.autocrlf", "false", at=folder)
    run_git("add", "--force", "--all", at=folder)
    run_git("commit", "--quiet", "--no-gpg-sign", "--no-verify", "-m", message, at=folder, more=signature)
    return run_git("rev-parse", "HEAD", at=folder).stdout.decode().strip()


def _is_commit(repository: Path, commit: str) -> bool:
    """Whether the repository stands at the commit with every file unchanged."""
    if not (repository / ".git").is_dir():
        return False
    no_lock = {"GIT_OPTIONAL_LOCKS": "0", "GIT_CEILING_DIRECTORIES": os.fspath(repository.parent)}
    head = run_git("rev-parse", "HEAD", at=repository, more=no_lock, ok=(0, 128)).stdout.decode().strip()
    same = run_git("diff", "--quiet", "HEAD", at=repository, more=no_lock, ok=(0, 1, 128, 129)).returncode == 0
    return head == commit and same
