"""Errors that are meant to be read by the user."""


class InputError(ValueError):
    """Something from outside cannot be used.

    The message is one sentence for the user: what is wrong, where, and what to do about it.
    """
