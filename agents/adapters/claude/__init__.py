"""Claude: Anthropic's API, what each call costs, and which model is asked."""
