"""Reading the sources by the clock or by hand, within bounds."""
