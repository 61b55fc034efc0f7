"""Where SDKs, git and the sandbox end: the real ports, each of which has a fake in the tests."""
