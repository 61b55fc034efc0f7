"""Who we are towards the code host, by the environment."""

from __future__ import annotations

from agents.adapters.github import Credentials
from bot.settings import Settings, secret


def credentials_of(settings: Settings) -> Credentials:
    """A token, or an App's installation."""
    return Credentials(
        secret(settings.github_token),
        app_id=settings.github_app_id,
        app_key=secret(settings.github_app_key),
        installation_id=settings.github_installation_id,
        api_url=settings.github_api_url,
    )
