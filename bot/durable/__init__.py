"""Jobs that outlive a process: the engine, its queues, its checkpoints, and whoever takes over for the dead."""
