"""Where foreign code runs: disposable checkouts, and what holds it there."""
