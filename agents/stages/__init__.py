"""The judgments: one module a stage, one verb each. None calls another."""
