"""`signalbox init`: asks a person for what the bot needs, tries each thing at once, and writes it down."""
