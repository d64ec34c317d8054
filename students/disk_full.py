"""Disk that is full, of files or of the database: told as what it is, since its reader can mend it."""

import errno

import psycopg.errors
from django.utils.translation import gettext as _

EXIT_CODE = 5  # of commands
_FULL = {errno.ENOSPC, errno.EDQUOT}


def is_disk_full(error: BaseException) -> bool:
    """Return whether an exception says that there is no room for a file, or for rows of the database."""
    if isinstance(error, OSError):
        return error.errno in _FULL
    return isinstance(error.__cause__, psycopg.errors.DiskFull)


def in_words(error: BaseException) -> str:
    """Return why a job could not go on, for its page: a full disk, or a fault of the portal."""
    if is_disk_full(error):
        return _("Dysk jest pełny. To, co zdążono zrobić, zostaje; gdy będzie miejsce, wznów zadanie.")
    return _("Błąd wewnętrzny portalu. Zadanie można wznowić, gdy zostanie usunięty.")
