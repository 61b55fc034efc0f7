"""What people say and decide, and what comes of it. No model has a say here."""
