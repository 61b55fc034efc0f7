"""What tools send us: signed as we ask, or each in a form of its own."""
