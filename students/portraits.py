"""Drawn portraits for demo students: flat, friendly, plainly no photographs."""

from dataclasses import dataclass
from io import BytesIO
from random import Random

from PIL import Image, ImageDraw

Box = tuple[float, float, float, float]

WIDTH, HEIGHT = 378, 530  # a little over the smallest photo that is accepted
_SCALE = 2  # drawn larger and scaled down, which smooths the edges
_SKINS = ("#f6d7c3", "#f0c3a5", "#e3ab84", "#c98b62", "#a4683f", "#7c4a2b", "#5b3620")
_HAIRS = ("#1f1a17", "#2e211b", "#4a2f22", "#6b4429", "#8d5a2f", "#b98545", "#d9b26a", "#a4442b", "#6f6a67")
_CLOTHES = ("#27476b", "#3f6f6a", "#7a3145", "#3b3b46", "#8a6d3b", "#4d5d8f", "#596b3a", "#b3552f", "#6b4f7d")
_BACKGROUNDS = ("#e7eef5", "#eef1ea", "#f4ecdf", "#f2e8ea", "#e6ecec", "#ece9f4", "#e3e8ee")
_WOMEN = ("long", "long", "bob", "bob", "bun", "bun", "curly", "short", "scarf")
_MEN = ("short", "short", "short", "parted", "parted", "curly", "bald", "long")
_COLLARS = ("round", "shirt", "jacket")


@dataclass(frozen=True)
class _Look:
    skin: str
    hair: str
    clothes: str
    background: str
    style: str
    collar: str
    glasses: bool
    beard: bool
    smile: float
    brows: float
    width: float


def draw_portrait(seed: int | str, sex: str) -> bytes:
    """Return the portrait of a person of that sex ("M" or "F"): a small JPEG, the same one for the same seed."""
    canvas = Image.new("RGB", (WIDTH * _SCALE, HEIGHT * _SCALE))
    _draw(ImageDraw.Draw(canvas), _look(Random(f"{seed}{sex}"), sex))  # noqa: S311  # a picture, not a secret
    file = BytesIO()
    canvas.reduce(_SCALE).save(file, "JPEG", quality=82, optimize=True)
    return file.getvalue()


def _look(random: Random, sex: str) -> _Look:
    skin = random.choice(_SKINS[:3] if random.random() < 0.8 else _SKINS)
    return _Look(
        skin=skin,
        hair=random.choice(_HAIRS if skin in _SKINS[:3] else _HAIRS[:3]),
        clothes=random.choice(_CLOTHES),
        background=random.choice(_BACKGROUNDS),
        style=random.choice(_MEN if sex == "M" else _WOMEN),
        collar=random.choice(_COLLARS),
        glasses=random.random() < 0.25,
        beard=sex == "M" and random.random() < 0.3,
        smile=random.uniform(8, 16),
        brows=random.uniform(0, 3),
        width=random.uniform(70, 80),
    )


class _Pen:
    """Draw in the coordinates of the finished picture, whatever the scale of the canvas."""

    def __init__(self, draw: ImageDraw.ImageDraw) -> None:
        self.draw = draw

    def _box(self, box: Box) -> Box:
        left, top, right, bottom = (value * _SCALE for value in box)
        return left, top, right, bottom

    def oval(self, box: Box, colour: str) -> None:
        self.draw.ellipse(self._box(box), fill=colour)

    def block(self, box: Box, colour: str, radius: float = 0) -> None:
        self.draw.rounded_rectangle(self._box(box), radius * _SCALE, fill=colour)

    def slice(self, box: Box, start: float, end: float, colour: str) -> None:
        self.draw.pieslice(self._box(box), start, end, fill=colour)

    def arc(self, box: Box, start: float, end: float, colour: str, width: float) -> None:
        self.draw.arc(self._box(box), start, end, fill=colour, width=round(width * _SCALE))

    def ring(self, box: Box, colour: str, width: float) -> None:
        self.draw.ellipse(self._box(box), outline=colour, width=round(width * _SCALE))

    def shape(self, points: list[tuple[float, float]], colour: str) -> None:
        self.draw.polygon([(x * _SCALE, y * _SCALE) for x, y in points], fill=colour)


def _draw(draw: ImageDraw.ImageDraw, look: _Look) -> None:
    pen = _Pen(draw)
    pen.block((0, 0, WIDTH, HEIGHT), look.background)
    _hair_behind(pen, look)
    _body(pen, look)
    _face(pen, look)
    _hair_in_front(pen, look)
    if look.glasses:
        for middle in (156, 222):
            pen.ring((middle - 25, 218, middle + 25, 264), "#2d2d33", 4)
        pen.block((180, 236, 198, 240), "#2d2d33")


def _hair_behind(pen: _Pen, look: _Look) -> None:
    if look.style == "long":
        pen.block((92, 140, 286, 430), look.hair, 90)
    elif look.style == "bob":
        pen.block((94, 140, 284, 335), look.hair, 85)
    elif look.style == "bun":
        pen.oval((145, 68, 233, 156), look.hair)
    elif look.style == "curly":
        for x, y in ((112, 190), (104, 232), (116, 275), (266, 190), (274, 232), (262, 275)):
            pen.oval((x - 36, y - 36, x + 36, y + 36), look.hair)
    elif look.style == "scarf":
        pen.block((92, 118, 286, 430), look.clothes, 95)


def _body(pen: _Pen, look: _Look) -> None:
    pen.block((42, 398, 336, 640), look.clothes, 84)
    pen.block((158, 310, 220, 420), _darker(look.skin, 0.92), 28)
    pen.oval((146, 376, 232, 434), _darker(look.skin, 0.92))
    if look.collar == "shirt":
        pen.shape([(140, 396), (189, 452), (160, 474), (122, 412)], "#f7f7f4")
        pen.shape([(238, 396), (189, 452), (218, 474), (256, 412)], "#f7f7f4")
    elif look.collar == "jacket":
        pen.shape([(140, 396), (189, 530), (238, 396), (189, 440)], "#f7f7f4")
        pen.shape([(138, 394), (112, 412), (150, 480), (189, 530)], _darker(look.clothes, 0.8))
        pen.shape([(240, 394), (266, 412), (228, 480), (189, 530)], _darker(look.clothes, 0.8))
    else:
        pen.arc((138, 360, 240, 440), 10, 170, _darker(look.clothes, 0.8), 8)
    if look.style == "scarf":
        pen.slice((110, 330, 268, 470), 0, 180, _darker(look.clothes, 0.9))


def _face(pen: _Pen, look: _Look) -> None:
    left, right = 189 - look.width, 189 + look.width
    if look.style == "scarf":
        pen.oval((left + 4, 150, right - 4, 352), look.skin)
    else:
        for ear in (left, right):
            pen.oval((ear - 12, 232, ear + 12, 272), _darker(look.skin, 0.94))
        pen.block((left, 136, right, 350), look.skin, look.width)
    if look.beard:
        pen.slice((left, 200, right, 350), 12, 168, look.hair)
        pen.oval((152, 288, 226, 326), look.skin)
    for middle in (156, 222):
        pen.oval((middle - 10, 233, middle + 10, 249), "#ffffff")
        pen.oval((middle - 6, 234, middle + 6, 248), "#33251d")
        tilt = look.brows if middle < 189 else -look.brows
        pen.shape(
            [
                (middle - 17, 217 + tilt),
                (middle + 17, 217 - tilt),
                (middle + 17, 222 - tilt),
                (middle - 17, 222 + tilt),
            ],
            _darker(look.hair, 0.8),
        )
    pen.arc((179, 248, 199, 282), 30, 150, _darker(look.skin, 0.78), 4)
    for middle in (140, 238):
        pen.oval((middle - 13, 268, middle + 13, 286), _redder(look.skin))
    pen.slice((164, 300 - look.smile, 214, 300 + look.smile), 0, 180, "#a8434a")


def _hair_in_front(pen: _Pen, look: _Look) -> None:
    left, right = 189 - look.width - 6, 189 + look.width + 6
    if look.style == "curly":
        for x, y in ((128, 172), (152, 148), (189, 138), (226, 148), (250, 172)):
            pen.oval((x - 32, y - 32, x + 32, y + 32), look.hair)
    elif look.style == "parted":
        pen.slice((left, 116, right, 290), 180, 360, look.hair)
        pen.shape([(right - 14, 203), (right - 20, 176), (right - 56, 152), (left + 16, 203)], look.skin)
    elif look.style not in ("bald", "scarf"):
        pen.slice((left, 116, right, 284), 180, 360, look.hair)
        pen.slice((left + 18, 172, right - 18, 232), 180, 360, look.skin)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _darker(colour: str, factor: float) -> str:
    red, green, blue = (round(value * factor) for value in _channels(colour))
    return f"#{red:02x}{green:02x}{blue:02x}"


def _redder(colour: str) -> str:
    red, green, blue = _channels(colour)
    return f"#{min(255, red + 8):02x}{round(green * 0.88):02x}{round(blue * 0.88):02x}"
