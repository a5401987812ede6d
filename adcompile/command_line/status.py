"""How the command ends."""

OK, REFUSED, USAGE, INTERRUPTED, PIPE = 0, 1, 2, 130, 141


class StopError(Exception):
    """The command ends with a message and the exit status `USAGE`."""
