"""The one base class of every failure that a user can cause and can mend."""


class ShopError(Exception):
    """Something a user can mend. The message says what was wrong, where, and what to do next.

    The command line prints it and exits with 1; the HTTP API answers 4xx with it.
    """
