"""Who we are on GitHub, by the environment: the owner of a token, or an App's installation."""

from __future__ import annotations

from agents.adapters.github import Credentials
from bot.settings import Settings, secret


def credentials_of(settings: Settings) -> Credentials:
    """GITHUB_TOKEN, else GITHUB_APP_ID and what belongs to it; neither may be set."""
    return Credentials(
        secret(settings.github_token),
        app_id=settings.github_app_id,
        app_key=secret(settings.github_app_key),
        installation_id=settings.github_installation_id,
        api_url=settings.github_api_url,
    )
