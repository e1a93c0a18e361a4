"""Scores and bytes of each encoder over a sweep of its quality setting, against the same picture without any loss."""

import io
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor

from PIL import Image, ImageOps

import metrics
from encoders import Refused, open_encoders, photo_operation
from photos import photos
from settings import MAX_SIDE, QUALITY, save_result, say

SWEEP = {
    "warelog": [60, 70, 75, 80, 85, 90],
    "libvips": [70, 80, 88],
    "sharp mozjpeg": [70, 80, 88],
    "libvips WebP": [70, 80, 88],
}
WEBP = "libvips WebP"
GROUNDS = [(255, 255, 255), (40, 40, 40)]


def reference(source, size):
    """Decoded in full, made smaller by Lanczos' filter with three lobes."""
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(source)))
    image = image.convert("RGBA" if image.mode in ("RGBA", "LA", "PA", "P") else "RGB")
    return image if image.size == size else image.resize(size, Image.Resampling.LANCZOS)


def over(image, ground):
    base = Image.new("RGB", image.size, ground)
    base.paste(image, mask=image.getchannel("A"))
    return base


def score(source, output):
    """(SSIMULACRA2, MS-SSIM in dB); of a transparent picture the lower of those over white and over dark gray."""
    image = Image.open(io.BytesIO(output))
    wanted = reference(source, image.size)
    if wanted.mode == "RGB":
        pairs = [(wanted, image.convert("RGB"))]
    else:
        pairs = [(over(wanted, ground), over(image.convert("RGBA"), ground)) for ground in GROUNDS]
    pairs = [tuple(map(metrics.centre, pair)) for pair in pairs]
    return min(metrics.ssimulacra2(*p) for p in pairs), min(metrics.ms_ssim(*p) for p in pairs)


def scored(pool, encoder, name, operation, photo, source, quality):
    """What was made of the photo, with its scores still being computed."""
    try:
        answer, output = encoder.run(operation, source, quality, MAX_SIDE)
    except Refused as refusal:
        say(str(refusal))
        return None
    return {
        "photo": photo.name,
        "kind": photo.kind,
        "encoder": name,
        "quality": quality,
        "bytes": len(output),
        "format": answer["format"],
        "kept": answer.get("kept", ""),
        "cpu": answer["cpu"],
        "source_bytes": len(source),
        "pixels": answer["width"] * answer["height"],
        "score": pool.submit(score, source, output),
    }


def sweep(pool, encoders):
    rows = []
    for photo in photos("shrink", "same"):
        source = photo.bytes
        for name, qualities in SWEEP.items():
            encoder = encoders.get("libvips" if name == WEBP else name)
            operation = "webp" if name == WEBP else photo_operation(name)
            if encoder:
                rows += [scored(pool, encoder, name, operation, photo, source, quality) for quality in qualities]
    return rows


def transparent(pool, encoders):
    rows = []
    for photo in photos("transparent"):
        source = photo.bytes
        for name, operation in (("warelog", "compress"), ("libvips", "palette")):
            if name in encoders:
                rows.append(scored(pool, encoders[name], name, operation, photo, source, QUALITY))
    return rows


def settled(rows):
    rows = [row for row in rows if row]
    for number, row in enumerate(rows):
        row["score"], row["ms_ssim"] = row["score"].result()
        if number % 50 == 49:
            say(f"{number + 1} of {len(rows)} scored")
    return rows


def run():
    opened = open_encoders({"warelog", "libvips", "pyvips-binary", "sharp mozjpeg"})
    encoders = {encoder.name: encoder for encoder in opened}
    # Where Debian's libvips cannot be had, the one from PyPI is the measure.
    encoders.setdefault("libvips", encoders["pyvips-binary"])
    # Started anew and not forked: a copy of this process would hold the encoders' pipes open, and they would never end.
    with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("spawn")) as pool:
        rows, clear = sweep(pool, encoders), transparent(pool, encoders)
        for encoder in opened:
            encoder.close()
        save_result(
            "quality", {"measure": encoders["libvips"].version, "photos": settled(rows), "transparent": settled(clear)}
        )
