"""GitHub as the code host; with the source that reads issues, the only place that knows PyGithub."""

from agents.adapters.github.client import API_VERSION, Credentials, Retries
from agents.adapters.github.code_host import GithubCodeHost

__all__ = ["API_VERSION", "Credentials", "GithubCodeHost", "Retries"]
