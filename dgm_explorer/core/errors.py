"""Errors that are meant to be read by the user."""


class InputError(ValueError):
    """Something from outside cannot be used.

    The message is one sentence for the user: what is wrong, where, and what to do about it.
    """


class Cancelled(Exception):  # noqa: N818 - nothing went wrong
    """Whoever asked for something slow does not want it any more."""
