"""QR codes: SVG for the page, PNG to keep."""

from collections.abc import Iterator
from io import BytesIO
from itertools import groupby
from typing import Any

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.pil import PilImage

# Modules of white around the code; scanners need four of them (ISO/IEC 18004), also on a dark page.
QUIET_ZONE = 4
# Every scanner reads all eight masks. To try them and choose takes several times as long as all the rest.
_MASK = 3


def qr_svg(token: str) -> str:
    """Return the text as a QR code: an SVG document, black on white, that scales to any size.

    Drawn when it is shown, in a millisecond or two; `token` is up to 512 characters (docs/reference/mdokumenty.md, The
    order object).
    """
    rows = _code(token).get_matrix()
    path, size = "".join(_runs(rows)), len(rows)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" shape-rendering="crispEdges">'
        f'<rect width="100%" height="100%" fill="#fff"/><path d="{path}"/></svg>'
    )


def _runs(rows: list[list[bool]]) -> Iterator[str]:
    """Return the dark modules as parts of a path, each a run of neighbours in a row."""
    for y, row in enumerate(rows):
        x = 0
        for dark, run in groupby(row):
            length = len(list(run))
            if dark:
                yield f"M{x} {y}h{length}v1h-{length}z"
            x += length


def _code(token: str, **options: Any) -> Any:
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=QUIET_ZONE, mask_pattern=_MASK, **options)
    code.add_data(token)
    return code


def qr_png(token: str) -> bytes:
    """Return the text as a QR code: a PNG, black on white, for who has only the phone that is to scan it.

    Drawn when asked for, in some milliseconds; `token` as for `qr_svg`.
    """
    picture = BytesIO()
    _code(token, box_size=12, image_factory=PilImage).make_image().save(picture, "PNG", optimize=True)
    return picture.getvalue()
