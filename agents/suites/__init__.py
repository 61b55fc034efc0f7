"""Test suites: how some of their tests are run, and which of them failed. One module a family of runners."""
