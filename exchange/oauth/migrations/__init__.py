"""The tables of the OAuth toolkit, laid at once: its own twenty-two steps would take six seconds of every first start.

`makemigrations --check` says when a new version of the toolkit wants them otherwise.
"""
