"""Ctrl-C and SIGTERM, which bootstrap.py blocks until a program is ready for them."""

import signal


def take_signals() -> None:
    """Take Ctrl-C and SIGTERM from here on, as Python does."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM})


def end_on_signals() -> None:
    """Take both, SIGTERM as Ctrl-C: what was started in a `with` ends with the program."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    take_signals()
