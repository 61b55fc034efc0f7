"""THINK: the pipeline, its stages, its prompts, its hands. Knows neither Slack nor the job engine."""
