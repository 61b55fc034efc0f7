"""The questions in their order. Secrets are kept at once, the policy when all that it says is known."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from agents.errors import BadSettings
from agents.terms import Autonomy
from bot.doctor.models import examine_models
from bot.doctor.slack import examine_bot_token, examine_level_token
from bot.settings import environment, read_settings
from bot.setup.answers import Answers, policy_text
from bot.setup.asking import Asking
from bot.setup.going_on import GoingOn
from bot.setup.repositories import Chosen, Hub, choose_repository, examine_token
from bot.setup.sentry import Followed, choose_sentry
from bot.setup.slack import Room, Team, app_link, choose_approvers, choose_room
from bot.setup.variables import Variables, examine_places

_SLACK, _MODEL, _GITHUB = (
    f"this machine's network and {variable}" for variable in ("SLACK_API_URL", "ANTHROPIC_BASE_URL", "GITHUB_API_URL")
)
_NO_APP_YET = """\
Where there is no app yet, open this address: Slack makes one of our manifest. Choose your workspace, press Create, then
Install to Workspace. (Or paste manifest.yml, which `signalbox init --examples` writes.)"""
_LATER = "`signalbox init` asks for it again, whenever you like."
_HOW_FAR = """\
How far may it go by itself? "research" looks for causes and proposes nothing; "ask" shows a plan and waits for a yes.
"watch" only files what is reported."""


@dataclass
class Interview:
    """One person, at one folder."""

    asking: Asking
    policy: Path

    def hold(self) -> Answers | None:
        """Ask for the secrets, then for what the policy says; None when there is a policy, which stays as it is, but
        for a repository where it names none.

        Raises BadSettings where it cannot go on; secrets that were answered so far stay kept.
        """
        asking = self.asking
        read_settings()  # or its faults would be said of every answer
        examine_places(self.policy)
        asking.say("I ask for what the bot needs, try each thing at once, and write")
        asking.say(f"  {Path('.env').absolute()}\n  {self.policy.absolute()}")
        asking.say(
            "Enter takes what stands in square brackets. Ctrl-C stops; tokens are kept as soon as they are good."
        )
        self._slack()
        self._model()
        on_github = self._github()
        if self.policy.exists() or self.policy.is_symlink():
            GoingOn(asking, self.policy).ask(Hub(read_settings()) if on_github else None)
            return None
        settings = read_settings()
        repository = choose_repository(asking, Hub(settings)) if on_github else None
        asking.say("\nSentry. Other sources are added to the policy later (docs/sources.md).")
        answers = self._decided(Team(settings, asking.say), repository, choose_sentry(asking))
        _write(self.policy, policy_text(answers))
        asking.say(f"{self.policy} is written.")
        return answers

    def _slack(self) -> None:
        self.asking.say("\nSlack.")
        if not environment().get("SLACK_BOT_TOKEN"):
            self.asking.say(_NO_APP_YET)
            self.asking.say(app_link())
        variables = Variables(self.asking)
        bot = "Bot User OAuth Token, xoxb-… (OAuth & Permissions; it is not shown)"
        level = "App-Level Token with connections:write, xapp-… (Basic Information)"
        there = variables.ensure("SLACK_BOT_TOKEN", bot, examine_bot_token, check=_SLACK)
        if not there or not variables.ensure("SLACK_APP_TOKEN", level, examine_level_token, check=_SLACK):
            raise BadSettings("Without Slack's two tokens there are no channels to choose from; come back with them.")

    def _model(self) -> None:
        self.asking.say(
            "\nThe model. Without one signals are grouped and filed by rules, and nothing is researched or fixed."
        )
        self.asking.say("(Claude through Bedrock, Vertex or Foundry instead: docs/install.md.)")
        question = "Anthropic API key, sk-ant-… (Enter: without)"
        if not Variables(self.asking).ensure(
            "ANTHROPIC_API_KEY", question, lambda settings: examine_models(settings, None), check=_MODEL
        ):
            self.asking.say(f"None for now. {_LATER}")

    def _github(self) -> bool:
        self.asking.say(
            "\nGitHub. A fine-grained token of an account of the bot's own: contents, pull requests and issues read"
        )
        self.asking.say(
            "and write; actions, commit statuses and metadata read. (A GitHub App instead: docs/install.md.)"
        )
        settings, variables = read_settings(), Variables(self.asking)
        if settings.github_app_id is not None and not settings.github_token:
            if variables.is_good("GITHUB_APP_ID", examine_token, settings, _GITHUB):
                return True
            raise BadSettings("Correct GITHUB_APP_ID, GITHUB_APP_KEY or GITHUB_INSTALLATION_ID, and come back.")
        if variables.ensure("GITHUB_TOKEN", "Token (Enter: without)", examine_token, check=_GITHUB):
            return True
        self.asking.say(f"None for now: nothing can be researched or fixed, and no repository is named. {_LATER}")
        return False

    def _decided(self, team: Team, repository: Chosen | None, sentry: Followed | None) -> Answers:
        asking = self.asking
        asking.say("\nWhat it may do.")
        channel = choose_room(asking, team, "Which channel shall it watch?")
        report_to = self._where(team, channel)
        approvers = choose_approvers(asking, team)
        asking.say(_HOW_FAR)
        autonomy = self._autonomy()
        about = f"Shall it read the issues of {repository.name} too?" if repository else ""
        issues = bool(repository) and asking.agrees(about, default=True)
        return Answers(approvers, autonomy, channel, report_to, repository, issues, sentry)

    def _where(self, team: Team, channel: Room) -> Room:
        if channel.is_private:
            self.asking.say(f"#{channel.name} is private: what is said there is reported there, and nowhere else.")
            return channel
        return choose_room(self.asking, team, "Where shall its reports go?", f"#{channel.name}")

    def _autonomy(self) -> Autonomy:
        allowed = {each.value: each for each in (Autonomy.WATCH, Autonomy.RESEARCH, Autonomy.ASK)}
        while (typed := self.asking.ask("watch, research or ask", Autonomy.ASK.value).lower()) not in allowed:
            self.asking.say(f"{typed} is none of them.")
        return allowed[typed]


def _write(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise BadSettings(
            f"{path.absolute()} cannot be written ({error.strerror}); type `signalbox init` in a folder of yours."
        ) from error
