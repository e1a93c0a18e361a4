"""Pillow in process, with its own way to shrink a JPEG fast."""

import io

import PIL
from PIL import Image, ImageCms, ImageOps

from serve import serve

srgb = ImageCms.createProfile("sRGB")


def jpeg(source, quality, max_side):
    image = Image.open(io.BytesIO(source))
    profile = image.info.get("icc_profile")
    image.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
    image = ImageOps.exif_transpose(image)
    if profile:
        image = ImageCms.profileToProfile(image, ImageCms.ImageCmsProfile(io.BytesIO(profile)), srgb, outputMode="RGB")
    output = io.BytesIO()
    image.convert("RGB").save(output, "JPEG", quality=quality, progressive=True, optimize=True, exif=b"")
    return output.getvalue(), image.width, image.height, "jpeg"


serve("Pillow", PIL.__version__, {"jpeg": jpeg})
