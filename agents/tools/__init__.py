"""What agents may do, one module a tool; `toolboxes.py` says which agent gets which."""
