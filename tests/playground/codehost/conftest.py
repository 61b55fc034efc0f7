from tests.playground.codehost.codehost_place import open_place, place, template

__all__ = ["open_place", "place", "template"]
