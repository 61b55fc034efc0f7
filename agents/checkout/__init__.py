"""What a checkout tells by itself: its history, its imports, its guides."""
