"""JPEG files as phones, scanners and cameras write them."""

import re
from io import BytesIO

from PIL import ExifTags, Image, ImageCms

_SOI, _EOI = b"\xff\xd8", 0xD9
_MARKER = re.compile(rb"\xff+([^\x00\xff])")
# Markers without a segment behind them (ITU T.81, B.1.1.3): TEM, RST0 to RST7, SOI.
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIDEWAYS = {_TURNS[orientation] for orientation in (5, 6, 7, 8)}
# How other pictures and documents begin that people take for photos, and the brands of those of phones.
_STARTS = {
    b"\x89PNG": "PNG",
    b"GIF8": "GIF",
    b"BM": "BMP",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"%PDF": "PDF",
    b"PK\x03\x04": "ZIP",
}
_BRANDS = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"hevc"), "HEIC"),
    **dict.fromkeys((b"avif", b"avis"), "AVIF"),
    **dict.fromkeys((b"isom", b"mp41", b"mp42", b"qt  "), "film"),
}


def first_image(data: bytes) -> bytes:
    """Return the first image of a file: without the film of a motion photo and the further images of an MPO.

    What is no JPEG, or has no end, is returned as it is.
    """
    if not data.startswith(_SOI):
        return data
    place = len(_SOI)
    while found := _MARKER.search(data, place):
        marker, place = found[1][0], found.end()
        if marker == _EOI:
            return data[:place]
        if marker not in _ALONE:
            place += max(2, int.from_bytes(data[place : place + 2], "big"))
    return data


def other_kind(data: bytes) -> str | None:
    """Return the name of the format of a picture or document that is no JPEG; None for one that is not known."""
    if data[4:8] == b"ftyp":  # ISO/IEC 14496-12: HEIC, AVIF and films begin with the name of their brand
        return _BRANDS.get(data[8:12])
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WebP"
    return next((kind for start, kind in _STARTS.items() if data.startswith(start)), None)


def is_sideways(image: Image.Image) -> bool:
    """Return whether an image is to be seen with its width and height exchanged."""
    return _turn(image) in _SIDEWAYS


def turn_upright(image: Image.Image) -> Image.Image:
    """Return an image as its EXIF says that it is to be seen; as it is where that cannot be read.

    Nothing else of the EXIF is looked at: programs write it ill-typed, and ImageOps.exif_transpose would write it anew.
    """
    turn = _turn(image)
    return image.transpose(turn) if turn is not None else image


def _turn(image: Image.Image) -> Image.Transpose | None:
    try:
        return _TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # noqa: BLE001 -- damaged EXIF breaks its reader in many ways
        return None


def to_srgb(image: Image.Image) -> Image.Image:
    """Return an image in RGB, in the colours of sRGB where it has a profile of others that can be read."""
    profile = image.info.get("icc_profile")
    if profile:
        try:
            converted = ImageCms.profileToProfile(
                image,
                ImageCms.ImageCmsProfile(BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                outputMode="RGB",
            )
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            converted = None
        if converted is not None:
            return converted
    return image.convert("RGB")
