"""Signals: kept, changed, held, erased."""
