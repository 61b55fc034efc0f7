"""Reports: one problem each, and what is filed there."""
