"""How alike two signals are, in numbers, and how likely they are about one problem."""
