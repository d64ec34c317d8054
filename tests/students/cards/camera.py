"""Films for a browser's camera: barcodes on cards, as a sequence of JPEGs that Chromium plays again and again."""

from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

SIZE = (640, 480)
FRAMES_A_SECOND = 30
# Wide bars of each digit, Interleaved 2 of 5 (ISO/IEC 16390, table 1).
_WIDE = ("00110", "10001", "01001", "11000", "00101", "10100", "01100", "00011", "10010", "01010")


def barcode(number: str) -> Image.Image:
    """Draw a number of an even count of digits as Interleaved 2 of 5 on a picture as a camera takes it."""
    widths = [1, 1, 1, 1]
    for bar, space in zip(number[::2], number[1::2], strict=True):
        for pair in zip(_WIDE[int(bar)], _WIDE[int(space)], strict=True):
            widths += [3 if wide == "1" else 1 for wide in pair]
    widths += [3, 1, 1]
    picture = Image.new("RGB", SIZE, "#8a7f70")
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((40, 110, 600, 370), 20, "#f4f4ef")
    module = 3
    left = (SIZE[0] - module * sum(widths)) // 2
    for place, width in enumerate(widths):
        if place % 2 == 0:
            draw.rectangle((left, 170, left + module * width - 1, 310), "#141414")
        left += module * width
    return picture.rotate(2, fillcolor="#8a7f70").filter(ImageFilter.GaussianBlur(0.6))


def blank() -> Image.Image:
    """Draw what the camera sees between two cards."""
    return Image.new("RGB", SIZE, "#8a7f70")


def write_film(path: Path, *scenes: tuple[Image.Image, float]) -> Path:
    """Write pictures and the seconds for which each is seen."""
    with path.open("wb") as film:
        for picture, seconds in scenes:
            frame = BytesIO()
            picture.save(frame, "JPEG", quality=85)
            for _ in range(round(seconds * FRAMES_A_SECOND)):
                film.write(frame.getvalue())
    return path
