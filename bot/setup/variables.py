"""Secrets of the environment: asked for, tried, and kept in `.env` once they are good: none is asked for twice."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from dotenv import set_key

from agents.errors import BadSettings
from bot.doctor.examination import guarded
from bot.doctor.findings import Finding, Verdict
from bot.settings import Settings, environment, read_settings, settings_with
from bot.setup.asking import Asking

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
            if self._is_good(name, trial, read_settings(), check):
                return True
            if os.environ.get(name):
                raise BadSettings(
                    f"{name} is set in this shell, which counts more than .env: unset it or set it anew there, then "
                    "type `signalbox init` again."
                )
        while typed := self._asking.secret(question):
            try:
                settings = settings_with(name, typed)
            except BadSettings as error:
                self._asking.say(str(error))
                continue
            good = self._is_good(name, trial, settings, check)
            if good or self._asking.agrees("Keep it all the same?", default=False):
                _keep(name, typed)
                return True
        return False

    def _is_good(self, name: str, trial: Trial, settings: Settings, check: str) -> bool:
        findings = list(guarded(name, check, lambda: trial(settings), again="try it again"))
        for finding in findings:
            self._asking.show(finding)
        return all(finding.verdict is not Verdict.BAD for finding in findings)


def _keep(name: str, value: str) -> None:
    try:
        set_key(_ENV, name, value, quote_mode="never", follow_symlinks=True)  # made for its owner alone
    except OSError as error:
        raise BadSettings(
            f"{_ENV.absolute()} cannot be written ({error.strerror}); type `signalbox init` in a folder of yours."
        ) from error
