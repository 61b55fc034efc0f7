"""Secrets of the environment: asked for, tried, and kept in `.env` once they are good: none is asked for twice."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from dotenv import dotenv_values

from agents.errors import BadSettings
from bot.doctor.examination import guarded
from bot.doctor.findings import Finding, Verdict
from bot.dotenv import with_variable
from bot.settings import Settings, environment, read_settings, secret, settings_with
from bot.setup.asking import Asking
from bot.setup.files import read, replace

Trial = Callable[[Settings], Iterator[Finding]]
_ENV = Path(".env")


class Variables:
    """Variables of the environment and of `.env` in this folder."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    def ensure(self, name: str, question: str, trial: Trial, *, check: str) -> bool:
        """Whether the variable is set in the end: as it is, if that is good, else as a person types it.

        `check` is what to look at where the service cannot be reached. Raises BadSettings when `.env` cannot be
        written, or when the variable is set where we may not change it.
        """
        if environment().get(name):
            if self.is_good(name, trial, read_settings(), check):
                return True
            if os.environ.get(name):
                raise BadSettings(
                    f"{name} is set in this shell, which counts more than .env: unset it or set it anew there, then "
                    "type `signalbox init` again."
                )
        while typed := _value(name, self._asking.secret(question)):
            try:
                settings = settings_with(name, typed)
            except BadSettings as error:
                self._asking.say(str(error))
                continue
            good = self.is_good(name, trial, settings, check)
            if good or self._asking.agrees("Keep it all the same?", default=False):
                _keep(name, secret(getattr(settings, name.lower())))
                return True
        return False

    def is_good(self, name: str, trial: Trial, settings: Settings, check: str) -> bool:
        """Whether a trial finds nothing bad; what it finds is shown."""
        findings = list(guarded(name, check, lambda: trial(settings), again="try it again", command="signalbox init"))
        for finding in findings:
            self._asking.show(finding)
        return all(finding.verdict is not Verdict.BAD for finding in findings)


def of_this_shell(names: Iterable[str]) -> list[str]:
    """Those of the variables that are set in this shell and not in `.env`: a service does not see them."""
    kept = dotenv_values(_ENV)
    return [name for name in names if os.environ.get(name) and not kept.get(name)]


def is_open_to_others() -> bool:
    """Whether others on this machine may read `.env`."""
    try:
        return bool(_ENV.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))
    except OSError:
        return False


def examine_places(policy: Path) -> None:
    """Raise BadSettings where `.env` or the policy could not be written, before anything is asked."""
    for file in (_ENV, policy):
        folder = Path(os.path.realpath(file)).parent
        if not folder.is_dir() or not os.access(folder, os.W_OK):
            why = "you may not write there" if folder.is_dir() else "there is no such folder"
            raise BadSettings(
                f"{file.absolute()} could not be written in {folder}: {why}. Type `signalbox init` in a folder of "
                "yours; SIGNALBOX_POLICY says where the policy is kept."
            )


def _value(name: str, typed: str) -> str:
    """What was typed, also where the whole line of another file was pasted."""
    return re.sub(rf"^(?:export\s+)?{name}\s*=\s*", "", typed)


def _keep(name: str, value: str) -> None:
    try:
        replace(_ENV, with_variable(read(_ENV), name, value))
    except OSError as error:
        raise BadSettings(
            f"{_ENV.absolute()} cannot be written ({error.strerror}); type `signalbox init` in a folder of yours."
        ) from error
