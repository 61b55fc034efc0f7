"""The words that leave for the code host."""
