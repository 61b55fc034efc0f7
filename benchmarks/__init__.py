"""How fast it is: figures printed, nothing asserted. `make bench`."""
