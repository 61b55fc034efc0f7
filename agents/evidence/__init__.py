"""What research may cite and hand in, and whether it holds."""
