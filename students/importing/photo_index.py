"""Index of the photos of an import: what is known about each only when all of them are seen, found out once.

The job keeps it as a file with one line of JSON for each photo: a batch reads its own lines, from an offset on.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO

from students.identifiers import identifier_key
from students.importing.changes import NewAlbumNumber
from students.importing.photo_sources import PhotoFile, ZipEntry


@dataclass(frozen=True, slots=True)
class IndexedPhoto:
    """A file with its number among the photos, from 1 on.

    `repeated` says that another file has the same album number. `coming` are the album numbers alike that the rows
    before it bring, each with the key of its student, None for a new one; `going`, the students who lose one.
    """

    number: int
    file: PhotoFile
    repeated: bool
    coming: Sequence[tuple[str, int | None]] = ()
    going: Sequence[int] = ()

    @property
    def album(self) -> str:
        """Return the album number, which is the file's name without its ending."""
        return _album(self.file)


def index_photos(
    files: Sequence[PhotoFile], album_numbers: Iterable[NewAlbumNumber] = ()
) -> Iterator[IndexedPhoto]:
    """Index the files of a source; `album_numbers` are those that a preview's rows would bring."""
    coming, going = defaultdict(list), defaultdict(list)
    for new, student, old in album_numbers:
        coming[identifier_key(new)].append((new, student))
        if student is not None and old:
            going[identifier_key(old)].append(student)
    count = Counter(identifier_key(_album(file)) for file in files)
    for number, file in enumerate(files, start=1):
        album = identifier_key(_album(file))
        yield IndexedPhoto(number, file, count[album] > 1, coming.get(album, ()), going.get(album, ()))


def _album(file: PhotoFile) -> str:
    return PurePosixPath(file.name).stem


def write_index(photos: Iterator[IndexedPhoto], index: IO[bytes]) -> None:
    """Write an index."""
    for photo in photos:
        line = (photo.number, photo.file.name, photo.file.entry, photo.repeated, photo.coming, photo.going)
        index.write(json.dumps(line).encode() + b"\n")


def read_index(index: IO[bytes], start: int, size: int) -> tuple[list[IndexedPhoto], int | None]:
    """Read `size` photos from the byte `start` on; return them and the next offset, which is None at the end."""
    index.seek(start)
    lines = (index.readline() for _number in range(size))
    photos = [_load(line) for line in lines if line]
    end = index.tell()
    return photos, end if index.read(1) else None


def _load(line: bytes) -> IndexedPhoto:
    number, name, entry, repeated, *found = json.loads(line)
    # What version 0.1.0 wrote behind it says nothing that is asked any more.
    coming, going = found if len(found) == 2 else ((), ())
    album_numbers = [(album, student) for album, student in coming]
    return IndexedPhoto(number, PhotoFile(name, entry and ZipEntry(*entry)), repeated, album_numbers, going)
