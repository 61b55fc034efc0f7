"""Text that tries to steer an agent, as far as rules can tell."""
