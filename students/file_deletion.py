"""Listing stored files, and deleting many, of which one that cannot be deleted leaves out none of the others."""

from collections.abc import Iterable

from django.core.files.storage import Storage


def names_in(storage: Storage, folder: str) -> tuple[list[str], list[str]]:
    """Return the names of folders and files in a folder; none for one that is not there."""
    try:
        return storage.listdir(folder)
    except FileNotFoundError:
        return [], []


def delete_each(storage: Storage, names: Iterable[str]) -> int:
    """Delete files; return how many.

    Raises ExceptionGroup with an OSError for each that could not be deleted, after all others are deleted.
    """
    deleted, errors = 0, []
    for name in names:
        try:
            storage.delete(name)
        except OSError as error:
            errors.append(error)
        else:
            deleted += 1
    if errors:
        raise ExceptionGroup(f"{len(errors)} files could not be deleted", errors)
    return deleted
