"""What every adapter of a port and its fake have in common: one suite each, run on all of them."""
