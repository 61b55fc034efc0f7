"""How well do we judge? Each kind of evaluation reads labelled data from a folder; nothing imports this package."""
