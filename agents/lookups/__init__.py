"""What research may ask outside its checkout."""
