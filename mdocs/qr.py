"""QR codes: SVG for the page, PNG to keep."""

from io import BytesIO

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.pil import PilImage
from qrcode.image.svg import SvgPathFillImage

# Modules of white around the code; scanners need four of them (ISO/IEC 18004), also on a dark page.
QUIET_ZONE = 4


def qr_svg(token: str) -> str:
    """Return the text as a QR code: an SVG document, black on white, that scales to any size.

    Drawn once, when the codes arrive; `token` is up to 512 characters (docs/reference/mdokumenty.md, The order object).
    """
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=QUIET_ZONE, image_factory=SvgPathFillImage)
    code.add_data(token)
    return str(code.make_image().to_string(encoding="unicode"))


def qr_png(token: str) -> bytes:
    """Return the text as a QR code: a PNG, black on white, for who has only the phone that is to scan it.

    Drawn when asked for, in some milliseconds; `token` as for `qr_svg`.
    """
    code = qrcode.QRCode(
        error_correction=ERROR_CORRECT_M, border=QUIET_ZONE, box_size=12, image_factory=PilImage
    )
    code.add_data(token)
    picture = BytesIO()
    code.make_image().save(picture, "PNG", optimize=True)
    return picture.getvalue()
