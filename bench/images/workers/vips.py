"""libvips in process, on one thread, through its thumbnail call: Debian's, or that of pyvips-binary."""

import os
import sys

os.environ["VIPS_CONCURRENCY"] = "1"
import pyvips

from serve import serve

version = tuple(pyvips.version(part) for part in range(3))
bare = {"keep": "none"} if version >= (8, 15) else {"strip": True}
pyvips.cache_set_max(0)


def shrunk(source, max_side):
    # With a profile to convert to, libvips converts pictures that have none as well: it is given where there is one.
    profile = pyvips.Image.new_from_buffer(source, "").get_typeof("icc-profile-data")
    convert = {"export_profile": "srgb"} if profile else {}
    return pyvips.Image.thumbnail_buffer(source, max_side, height=max_side, size="down", **convert)


def saved(save, form, **options):
    def operation(source, quality, max_side):
        image = shrunk(source, max_side)
        quality = {} if form == "png" else {"Q": quality}
        return save(image, **quality, **options, **bare), image.width, image.height, form

    return operation


serve(
    sys.argv[1],
    ".".join(map(str, version)),
    {
        "jpeg": saved(pyvips.Image.jpegsave_buffer, "jpeg", interlace=True, optimize_coding=True),
        "webp": saved(pyvips.Image.webpsave_buffer, "webp"),
        "palette": saved(pyvips.Image.pngsave_buffer, "png", palette=True, effort=7, compression=9),
    },
)
