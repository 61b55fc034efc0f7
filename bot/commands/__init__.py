"""What is typed after `signalbox` in a terminal, one module a command. Slack's `/signalbox` is in `bot/listeners`."""
