"""A policy that is there already: it stays as it is, but for a repository where it names none."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from agents.errors import BadPolicy, BadSettings
from agents.terms import Policy
from bot.policy import read_policy
from bot.setup.answers import added_text
from bot.setup.asking import Asking
from bot.setup.files import read, replace
from bot.setup.repositories import Hub, choose_repository
from bot.setup.slack import Room
from bot.sources import ALL_KINDS
from storage.status import Visibility


@dataclass(frozen=True)
class GoingOn:
    """Whoever comes back, perhaps with a token that was missing before."""

    asking: Asking
    file: Path

    def ask(self, hub: Hub | None) -> None:
        """Ask for a repository, if the policy names none and there is a code host; the rest of it stays.

        Raises BadSettings where it cannot be written.
        """
        try:
            policy = read_policy(self.file, ALL_KINDS)
        except BadPolicy as fault:
            self.asking.say(f"\n{self.file} is there already, and stays as it is; mend it:\n{fault}")
            return
        if hub is None or policy.repositories:
            self.asking.say(
                f"\n{self.file} is there already, and stays as it is; move it away to be asked for another one."
            )
            return
        self.asking.say(
            f"\n{self.file} is there already, and names no repository. One that you name now is written at its end; "
            "all else in it stays."
        )
        chosen = choose_repository(self.asking, hub)
        if chosen is not None:
            self._add(added_text(chosen, self._issues_to(chosen.name, policy)))

    def _issues_to(self, repository: str, policy: Policy) -> Room | None:
        """Where its issues are told: where reports of the first channel go."""
        is_read = any(each.options.get("repository") == repository for each in policy.sources.values())
        if is_read or not policy.channels:
            return None
        first = policy.channels[0]
        if not self.asking.agrees(f"Shall it read the issues of {repository} too?", default=True):
            return None
        return Room(first.report_to or first.id, "", first.visibility is Visibility.PRIVATE, is_member=True)

    def _add(self, text: str) -> None:
        """Write it, if the policy is a good one with it."""
        try:
            before = read(self.file)
            end = "\r\n" if "\r\n" in before else "\n"
            gap = "" if before.endswith("\n") else end
            whole = f"{before}{gap}{end.join(text.split(chr(10)))}"
            if fault := _fault(whole):
                self.asking.say(f"{self.file} stays as it was, for with that {fault}. Add it by hand:\n{text}")
                return
            replace(self.file, whole)
        except OSError as error:
            raise BadSettings(
                f"{self.file.absolute()} cannot be written ({error.strerror}); type `signalbox init` as whoever may."
            ) from error
        self.asking.say(f"{self.file} names it now.")


def _fault(text: str) -> str:
    """What would be wrong with a policy that says this; empty if nothing."""
    with TemporaryDirectory() as folder:
        draft = Path(folder) / "policy"
        draft.write_bytes(text.encode())
        try:
            read_policy(draft, ALL_KINDS)
        except BadPolicy as error:
            return "; ".join(each.removeprefix(f"{draft}: ") for each in error.faults)
    return ""
