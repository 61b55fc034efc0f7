"""A patch: how it is read, where it may reach, and what it must not do."""
