"""SPEAKS: Slack, sources, the clock, the jobs, the wiring."""
