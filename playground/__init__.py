"""A workspace, a code host, sources, a model and a product on this machine: the whole loop without any account.

Everything here is started by `python -m playground`; nothing outside imports it.
"""
