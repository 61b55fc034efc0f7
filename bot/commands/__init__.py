"""What is typed after `signalbox`, one module a command."""
