"""What is private leaves a text before anything else sees it."""
