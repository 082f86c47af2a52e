"""Simple drawings that stand for photos; each says that it is made up. A few dozen different ones."""

import io
import random
from collections.abc import Callable
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw

SIZE = (480, 360)
VARIANTS = 3
# The words 演示 · 虚构 as pixels, so that no machine needs a Chinese font.
_MARK = Path(__file__).resolve().parent / "mark.png"
_SKIES = ("#bcd3e6", "#cfd8dc", "#d9d2c0")
_WALLS = ("#a89f91", "#9aa7a0", "#b3a392")
_GROUND = 235  # where the wall ends and the pavement begins, in pixels from above

Pen = ImageDraw.ImageDraw


@cache
def picture(kind: str, *, mended: bool, variant: int) -> bytes:
    """A JPEG of 480 × 360 pixels: what is wrong at a place, or the same place put right.

    ``kind`` is one of ``KINDS``; ``variant`` changes light and arrangement (0 to ``VARIANTS`` - 1).
    """
    dice = random.Random(f"{kind}:{variant}")  # noqa: S311 - a drawing, no secret
    image = Image.new("RGB", SIZE, _SKIES[variant % len(_SKIES)])
    pen = ImageDraw.Draw(image)
    _street(pen, variant)
    KINDS[kind](pen, dice, mended)
    _say_made_up(image)
    target = io.BytesIO()
    image.save(target, "JPEG", quality=82)
    return target.getvalue()


def _street(pen: Pen, variant: int) -> None:
    pen.rectangle((0, 60, 480, _GROUND), fill=_WALLS[variant % len(_WALLS)])
    for left in range(20 + 15 * variant, 460, 92):
        pen.rectangle((left, 85, left + 52, 150), fill="#5d7386", outline="#efe9df", width=4)
    pen.rectangle((0, _GROUND, 480, 360), fill="#8f9296")
    pen.line((0, _GROUND, 480, _GROUND), fill="#5b5e61", width=5)
    for left in range(-40, 480, 80):
        pen.line((left + 60, _GROUND, left, 360), fill="#82858a", width=2)


def _say_made_up(image: Image.Image) -> None:
    with Image.open(_MARK) as mark:
        words = mark.convert("L")
    place = (SIZE[0] - words.width - 8, 8)
    image.paste("#1d2b36", (*place, place[0] + words.width, place[1] + words.height))
    image.paste("#ffffff", place, words)


def _litter(pen: Pen, dice: random.Random, mended: bool) -> None:
    pen.rounded_rectangle((330, 170, 400, 275), 8, fill="#2f6b4f")
    pen.rectangle((322, 160, 408, 176), fill="#25543e")
    for _bag in range(0 if mended else 7):
        x, y = dice.randint(120, 320), dice.randint(225, 285)
        pen.ellipse((x - 32, y - 24, x + 32, y + 26), fill=dice.choice(["#24292d", "#3c4650", "#c9c2b4"]))
        pen.polygon([(x - 8, y - 20), (x + 8, y - 20), (x, y - 36)], fill="#24292d")


def _debris(pen: Pen, dice: random.Random, mended: bool) -> None:
    for _piece in range(0 if mended else 46):
        x = int(dice.triangular(90, 390, 240))
        y = 300 - int((150 - abs(240 - x)) * dice.random() * 0.7)
        pen.rectangle(
            (x, y, x + dice.randint(14, 34), y + 14), fill=dice.choice(["#a2553c", "#b9ada0", "#77706a"])
        )
    if mended:
        pen.rectangle((90, 290, 390, 300), fill="#9da1a5")


def _cover(pen: Pen, dice: random.Random, mended: bool) -> None:
    pen.ellipse((160, 252, 320, 328), fill="#4b4f53", outline="#303336", width=6)
    if mended:
        for x in range(185, 300, 22):
            pen.line((x, 272, x, 308), fill="#6d7276", width=5)
        return
    pen.ellipse((176, 262, 304, 320), fill="#0f1113")
    pen.ellipse((300, 238, 412, 290), fill="#5a5f64", outline="#303336", width=5)


def _pothole(pen: Pen, dice: random.Random, mended: bool) -> None:
    edge = [(150, 280), (200, 255), (270, 262), (330, 285), (300, 322), (210, 330)]
    pen.polygon(edge, fill="#6f7276" if mended else "#2d2a28")
    if not mended:
        for x, y in edge:
            pen.line((x, y, x + dice.randint(-45, 45), y + dice.randint(-22, 22)), fill="#2d2a28", width=3)


def _lamp(pen: Pen, dice: random.Random, mended: bool) -> None:
    lean = 0 if mended else 70
    pen.line((230, 300, 230 + lean, 40), fill="#3a4148", width=11)
    pen.line((230 + lean, 44, 300 + lean, 54), fill="#3a4148", width=9)
    pen.ellipse((284 + lean, 46, 322 + lean, 72), fill="#ffe08a" if mended else "#555b61")


def _tree(pen: Pen, dice: random.Random, mended: bool) -> None:
    pen.rectangle((215, 130, 243, 290), fill="#6b4a33")
    for _leaf in range(26):
        x, y = dice.randint(130, 330), dice.randint(40, 150)
        pen.ellipse((x - 34, y - 26, x + 34, y + 26), fill=dice.choice(["#3f7a46", "#4f8f55", "#2f6238"]))
    if not mended:
        pen.line((240, 160, 400, 285), fill="#6b4a33", width=16)
        for x, y in ((330, 235), (372, 262), (408, 292)):
            pen.ellipse((x - 40, y - 22, x + 36, y + 26), fill="#4f8f55")


def _lawn(pen: Pen, dice: random.Random, mended: bool) -> None:
    pen.rectangle((0, 250, 480, 330), fill="#5c9950")
    for _blade in range(40 if mended else 260):
        x, tall = dice.randint(0, 480), 6 if mended else dice.randint(15, 60)
        pen.line((x, 328, x + dice.randint(-8, 8), 328 - tall), fill="#3d7434", width=3)


def _leaflets(pen: Pen, dice: random.Random, mended: bool) -> None:
    pen.rectangle((200, 60, 262, 300), fill="#8b8f93")
    for _leaf in range(0 if mended else 14):
        x, y = dice.randint(198, 240), dice.randint(90, 250)
        pen.rectangle(
            (x, y, x + 24, y + 30), fill=dice.choice(["#f4e7a1", "#f3f3f3", "#e9a6a6"]), outline="#666"
        )


def _sign(pen: Pen, dice: random.Random, mended: bool) -> None:
    pen.rectangle((60, 160, 420, _GROUND), fill="#e7ded0")
    if not mended:
        pen.rectangle((40, 96, 440, 158), fill="#b3261e", outline="#ffd45e", width=6)
        for left in range(70, 420, 52):
            pen.rectangle((left, 112, left + 34, 142), fill="#ffd45e")


def _stall(pen: Pen, dice: random.Random, mended: bool) -> None:
    if mended:
        return
    pen.polygon([(120, 160), (360, 160), (400, 200), (80, 200)], fill="#c9463d")
    pen.rectangle((95, 245, 385, 300), fill="#a97c50")
    for left in range(105, 370, 30):
        colour = dice.choice(["#e08a2e", "#d1442f", "#7fae4a", "#f0d05a"])
        pen.ellipse((left, 226, left + 28, 252), fill=colour)
    pen.line((100, 200, 100, 320), fill="#5a4632", width=7)
    pen.line((380, 200, 380, 320), fill="#5a4632", width=7)


def _car(pen: Pen, dice: random.Random, mended: bool) -> None:
    pen.rectangle((40, 300, 440, 308), fill="#e3c53a")
    if mended:
        return
    body = dice.choice(["#b23b3b", "#3b5f8a", "#e6e6e6"])
    pen.rounded_rectangle((110, 230, 380, 290), 18, fill=body)
    pen.polygon([(160, 232), (200, 190), (300, 190), (340, 232)], fill=body)
    pen.polygon([(176, 230), (206, 200), (294, 200), (322, 230)], fill="#a9c2d3")
    for x in (165, 320):
        pen.ellipse((x - 26, 264, x + 26, 316), fill="#1c1f22", outline="#8b8f93", width=6)


KINDS: dict[str, Callable[[Pen, random.Random, bool], None]] = {
    "litter": _litter,
    "debris": _debris,
    "cover": _cover,
    "pothole": _pothole,
    "lamp": _lamp,
    "tree": _tree,
    "lawn": _lawn,
    "leaflets": _leaflets,
    "sign": _sign,
    "stall": _stall,
    "car": _car,
}
