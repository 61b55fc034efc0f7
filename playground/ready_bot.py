"""What every bot does at its start in the same way. Imported only by the process that bots are forked from."""

from sqlalchemy.orm import configure_mappers

import agents.adapters.claude.claude
import bot.commands.run
from agents.adapters.vectors import WordVectors

__all__ = ["agents", "bot"]

WordVectors().load()
configure_mappers()
