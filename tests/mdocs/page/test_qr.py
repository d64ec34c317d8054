"""The picture of the QR code is one that a phone reads."""

import re

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from mdocs.qr import QUIET_ZONE, qr_svg

PIXELS = 6  # for a module


def drawn(svg: str) -> Image.Image:
    """Draw the modules of the picture's path as a scanner would see them."""
    (side,) = re.findall(r'viewBox="0 0 (\d+) \1"', svg)
    picture = Image.new("L", (int(side) * PIXELS, int(side) * PIXELS), "white")
    draw = ImageDraw.Draw(picture)
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)", svg):
        left, top = int(x) * PIXELS, int(y) * PIXELS
        draw.rectangle([left, top, left + int(length) * PIXELS - 1, top + PIXELS - 1], fill="black")
    return picture


@pytest.mark.parametrize("token", ["a", "MD1.eyJhbGciOiJFUzI1NiJ9.x_-", "Zażółć gęślą jaźń <&>", "x" * 512])
def test_a_phone_reads_the_text_that_was_drawn(token: str) -> None:
    (found,) = zxingcpp.read_barcodes(drawn(qr_svg(token)))
    assert found.text == token


def test_the_code_stands_on_white_with_a_quiet_zone_on_a_dark_page_too() -> None:
    svg = qr_svg("token")
    assert '<rect width="100%" height="100%" fill="#fff"/>' in svg
    assert QUIET_ZONE >= 4
    assert min(int(x) for x, _ in re.findall(r"M(\d+) (\d+)h", svg)) == QUIET_ZONE


def test_the_picture_has_no_script_and_does_not_spell_the_token() -> None:
    svg = qr_svg("SECRET-TOKEN")
    assert "SECRET" not in svg
    assert "script" not in svg
    assert "style" not in svg
