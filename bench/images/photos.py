"""The pictures that are measured with: those of the directories in PHOTO_DIRECTORIES, sorted by what they ask for, and
what is derived from them where a kind is missing. Nothing of them is copied into the repository."""

import os
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFilter

from settings import DIRECTORY, MAX_SIDE, MAXIMUM, say

DERIVED = os.path.join(DIRECTORY, "derived")


@dataclass
class Photo:
    name: str
    path: str
    # shrink, same (size kept), profile (an ICC profile has to be judged), transparent, png (opaque)
    kind: str
    width: int
    height: int
    derived: bool = False

    @property
    def bytes(self):
        with open(self.path, "rb") as file:
            return file.read()


def kind_of(image):
    """None for what is not measured with."""
    if image.format == "JPEG":
        if image.mode not in ("RGB", "L") or image.getexif().get(0x112, 1) != 1 or image.width * image.height < 300_000:
            return None
        if "icc_profile" in image.info:
            return "profile"
        return "shrink" if max(image.size) > MAX_SIDE else "same"
    if image.format == "PNG" and image.mode in ("RGBA", "LA", "P", "RGB"):
        transparent = image.mode in ("RGBA", "LA") or "transparency" in image.info
        if transparent and image.convert("RGBA").getchannel("A").getextrema()[0] < 255:
            return "transparent"
        return "png" if image.mode == "RGB" and image.width * image.height >= 300_000 else None
    return None


def read_directory(directory):
    found = []
    for parent, directories, files in os.walk(directory):
        directories[:] = sorted(d for d in directories if d != "bad")
        for file in sorted(files):
            path = os.path.join(parent, file)
            try:
                with Image.open(path) as image:
                    kind = kind_of(image)
                    if kind:
                        found.append(Photo(file, path, kind, *image.size))
            except Exception:  # what Pillow cannot open is no photo
                continue
    return found


def derive(name, make):
    """The path of DERIVED/name, made once."""
    path = os.path.join(DERIVED, name)
    if not os.path.exists(path):
        os.makedirs(DERIVED, exist_ok=True)
        make(path + ".new")
        os.replace(path + ".new", path)
    return path


def shrunk(photo, side):
    image = Image.open(photo.path).convert("RGB")
    image.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=None)
    return image


def smaller(photo, side, quality=90):
    """The photo as somebody who prepares pictures for a shop would send it: no bigger than is shown."""
    name = f"{side}-{os.path.splitext(photo.name)[0]}.jpg"
    path = derive(name, lambda path: shrunk(photo, side).save(path, "JPEG", quality=quality, optimize=True))
    with Image.open(path) as image:
        return Photo(name, path, "same", *image.size, derived=True)


def cut_out(photo):
    """An oval of the photo with a soft rim on a transparent ground."""
    name = f"cut-out-{os.path.splitext(photo.name)[0]}.png"

    def make(path):
        image = shrunk(photo, 1200)
        alpha = Image.new("L", image.size, 0)
        inset = min(image.size) // 12
        ImageDraw.Draw(alpha).ellipse((inset, inset, image.width - inset, image.height - inset), fill=255)
        image.putalpha(alpha.filter(ImageFilter.GaussianBlur(2)))
        image.save(path, "PNG", compress_level=9)

    path = derive(name, make)
    with Image.open(path) as image:
        return Photo(name, path, "transparent", *image.size, derived=True)


def all_photos():
    found = []
    for directory in os.environ["PHOTO_DIRECTORIES"].split(":"):
        found += read_directory(directory)
    large = [photo for photo in found if photo.kind == "shrink"]
    found += [smaller(photo, 1600) for photo in large[::2]]
    if sum(photo.kind == "transparent" for photo in found) < 3:
        found += [cut_out(photo) for photo in large[:3]]
    return found


def photos(*kinds):
    result = []
    every = all_photos()
    for kind in kinds:
        of_kind = [photo for photo in every if photo.kind == kind]
        result += of_kind[:MAXIMUM] if MAXIMUM else of_kind
    say(", ".join(f"{sum(p.kind == kind for p in result)} pictures of kind {kind}" for kind in kinds))
    return result


def large_baseline(megapixels):
    """A baseline JPEG of that many pixels, 4:2:0, made of the largest photo."""
    photo = max((p for p in all_photos() if p.kind == "shrink"), key=lambda p: p.width * p.height)

    def make(path):
        image = Image.open(photo.path).convert("RGB")
        factor = (megapixels * 1e6 / (image.width * image.height)) ** 0.5
        size = (int(image.width * factor), int(image.height * factor))
        image.resize(size, Image.Resampling.BICUBIC).save(path, "JPEG", quality=85)

    return derive(f"{megapixels}mp.jpg", make)
