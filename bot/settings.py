"""What comes from the environment: secrets and addresses. Read once, printed only with the secrets masked."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from dotenv import dotenv_values
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from agents.errors import BadSettings
from bot.dotenv import examined
from bot.tokens import as_pasted, bot_token, level_token

_THE_WAY = frozenset(
    {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE",
     "CURL_CA_BUNDLE", "GIT_SSL_CAINFO"}
)  # fmt: skip
Token = Annotated[SecretStr | None, BeforeValidator(as_pasted)]


def _address(value: str) -> str:
    if value and not re.fullmatch(r"(?:[^\s:]+|\[[0-9a-f:]+\]):\d{1,5}", value):
        raise ValueError("it has to be an address of this machine and a port, such as 127.0.0.1:9464")
    return value


def _without_version(value: str) -> str:
    """The address as the SDK takes it, which adds /v1 itself: other tools want it with that, and so it is pasted."""
    return value.rstrip("/").removesuffix("/v1")


class Settings(BaseSettings):
    """The environment's part of the configuration; a `.env` file in the working directory is read too."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True)

    slack_bot_token: Annotated[Token, AfterValidator(bot_token)] = None
    slack_app_token: Annotated[Token, AfterValidator(level_token)] = None
    slack_api_url: str = "https://slack.com/api/"
    anthropic_api_key: Token = None
    anthropic_base_url: Annotated[str, AfterValidator(_without_version)] = "https://api.anthropic.com"
    github_token: Token = None
    github_app_id: int | None = None
    github_app_key: SecretStr | None = None  # the private key, PEM
    github_installation_id: int | None = None
    github_api_url: str = "https://api.github.com"
    github_url: str = "https://github.com"  # where `git` fetches and pushes
    sentry_token: Token = None
    sentry_url: str = "https://sentry.io"
    posthog_api_key: Token = None  # a personal API key
    posthog_url: str = "https://us.posthog.com"
    linear_api_key: Token = None
    linear_url: str = "https://api.linear.app/graphql"
    zendesk_client_id: str = ""  # of an OAuth client; empty: the token is used
    zendesk_client_secret: Token = None
    zendesk_email: str = ""  # of the agent whose API token it is; empty: the token is an OAuth token
    zendesk_token: Token = None
    zendesk_url: str = ""  # e.g. https://acme.zendesk.com
    database_url: str = ""  # empty: a SQLite file in `home`
    signalbox_home: Path = Path("var/signalbox")  # mirrors, environments, the SQLite files, the redaction key
    signalbox_policy: Path = Path("signalbox.toml")
    signalbox_key: SecretStr | None = Field(default=None)  # keys the placeholders; made and kept in `home` if not set
    signalbox_sentences: str = ""  # a sentence transformer: empty: none, "download", or the folder that holds it
    signalbox_http_host: str = "127.0.0.1"  # where webhooks are received, if the policy names any
    signalbox_http_port: int = Field(default=8787, ge=0, le=65_535)
    signalbox_metrics: Annotated[str, AfterValidator(_address)] = ""  # where /metrics is served; empty: nowhere
    signalbox_log: str = "info"

    @property
    def database(self) -> str:
        """The address of the database."""
        return self.database_url or f"sqlite:///{self.signalbox_home.resolve() / 'signalbox.db'}"


def read_settings() -> Settings:
    """Read the environment. Raises BadSettings naming every variable that is wrong."""
    examined(Path(".env"))
    try:
        return Settings()
    except ValidationError as error:
        faults = [_sentence(fault) for fault in error.errors(include_input=False)]
        where = f"correct it in this shell or in {Path('.env').absolute()}"
        raise BadSettings(f"The environment has faults: {'; '.join(faults)}; {where}.") from error


def settings_with(variable: str, value: str) -> Settings:
    """As the environment has them, but for one variable. Raises BadSettings when it cannot be that."""
    try:
        return Settings.model_validate({**read_settings().model_dump(), variable.lower(): value})
    except ValidationError as error:
        raise BadSettings("; ".join(_sentence(fault) for fault in error.errors(include_input=False))) from error


def _sentence(fault: ErrorDetails) -> str:
    return f"{'.'.join(str(part) for part in fault['loc']).upper()}: {fault['msg'].removeprefix('Value error, ')}"


def unset(*variables: str) -> str:
    """That these must be set, and where; a person who is in the wrong folder is told so."""
    here = Path.cwd()
    where = "docs/install.md says where they come from"
    if not Path(".env").exists():
        where += f"; there is no .env in {here}, which is where it is looked for (`signalbox init` writes one)"
    return f"{' and '.join(variables)} must be set; {where}."


def environment() -> Mapping[str, str]:
    """All of the environment, with what `.env` adds to it: for the variables whose names stand in the policy.

    As for Settings, what is empty is not set. Raises BadSettings when `.env` cannot be read.
    """
    examined(Path(".env"))
    kept = {name: value for name, value in dotenv_values(".env").items() if value}
    return {**kept, **{name: value for name, value in os.environ.items() if value}}


def show_the_way() -> None:
    """Have libraries, git and pip find what `.env` says of proxies, authorities and indexes: they read the process's.

    Raises BadSettings when `.env` cannot be read.
    """
    for name, value in environment().items():
        if name not in os.environ and (name.upper() in _THE_WAY or name.startswith("PIP_")):
            os.environ[name] = value


def secret(value: SecretStr | None) -> str:
    """The secret's text, empty when it is not set."""
    return "" if value is None else value.get_secret_value()
