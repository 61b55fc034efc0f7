"""`python -m bot` is `signalbox`."""

from bot.cli import main

if __name__ == "__main__":
    main()
