#include "internal.h"

#include <string.h>

/// Reads a GIF's blocks (CompuServe, GIF89a, 1990) without decoding pixels: where the first frame is, and how many
/// there are. Comments and application data are skipped unread.

enum { HEADER_BYTES = 13, DESCRIPTOR_BYTES = 10, EXTENSION = 0x21, DESCRIPTOR = 0x2c, TRAILER = 0x3b, GRAPHICS = 0xf9 };

static uint32_t le16(const uint8_t *p) { return (uint32_t)p[1] << 8 | p[0]; }
static size_t table_bytes(uint8_t flags) { return flags & 0x80 ? (size_t)3 << ((flags & 7) + 1) : 0; }

/// Past the terminator of the data sub-blocks at `at`; 0 when the file ends before it.
static size_t skip_blocks(const uint8_t *bytes, size_t count, size_t at) {
    while (at < count) {
        if (!bytes[at]) return at + 1;
        at += (size_t)bytes[at] + 1;
    }
    return 0;
}

static void read_graphics(const uint8_t *block, size_t left, img_gif_header *header) {
    if (left < 5 || block[0] != 4) return;
    header->has_transparent = block[1] & 1;
    header->transparent = block[4];
}

/// The first frame decides on the picture: false when its colours or the start of its pixels are missing.
static bool read_frame(const uint8_t *bytes, size_t count, size_t at, img_gif_header *header) {
    const uint8_t *d = bytes + at;
    header->left = le16(d + 1);
    header->top = le16(d + 3);
    header->frame_width = le16(d + 5);
    header->frame_height = le16(d + 7);
    header->interlaced = d[9] & 0x40;
    size_t own = table_bytes(d[9]);
    at += DESCRIPTOR_BYTES;
    if (count - at < own + 1) return false;
    if (own) {
        header->colours = bytes + at;
        header->colour_count = (uint32_t)(own / 3);
    }
    header->data = bytes + at + own;
    return true;
}

static img_status judge(img_gif_header *header, const img_limits *limits, img_failure *failure) {
    if (!header->frame_width || !header->frame_height) return img_fail(failure, IMG_CORRUPT, "a side of length zero");
    // Viewers widen a screen that the first frame does not fit.
    uint32_t right = header->left + header->frame_width, bottom = header->top + header->frame_height;
    if (header->width < right) header->width = right;
    if (header->height < bottom) header->height = bottom;
    return img_check_size(header->width, header->height, limits, failure);
}

img_status img_gif_scan(const uint8_t *bytes, size_t count, const img_limits *limits, img_gif_header *header,
                        img_failure *failure) {
    if (count < HEADER_BYTES) return img_fail(failure, IMG_TRUNCATED, "the file ends within its header");
    header->width = le16(bytes + 6);
    header->height = le16(bytes + 8);
    size_t at = HEADER_BYTES, table = table_bytes(bytes[10]);
    if (count - at < table) return img_fail(failure, IMG_TRUNCATED, "the file ends within its colours");
    header->colours = bytes + at;
    header->colour_count = (uint32_t)(table / 3);
    img_status status =
        header->width && header->height ? img_check_size(header->width, header->height, limits, failure) : IMG_OK;
    if (status != IMG_OK) return status;
    at += table;
    uint32_t frames = 0;
    while (at < count && bytes[at] != TRAILER) {
        size_t next = 0;
        if (bytes[at] == EXTENSION && count - at > 2) {
            if (bytes[at + 1] == GRAPHICS && !frames) read_graphics(bytes + at + 2, count - at - 2, header);
            next = skip_blocks(bytes, count, at + 2);
        } else if (bytes[at] == DESCRIPTOR && count - at > DESCRIPTOR_BYTES) {
            if (frames++ == 0) {
                if (!read_frame(bytes, count, at, header)) break;
                status = judge(header, limits, failure);
            }
            if (frames > limits->frames)
                status = img_fail_limit(failure, IMG_TOO_MANY_FRAMES, limits->frames, frames, "or more frames");
            if (status != IMG_OK) return status;
            size_t data = at + DESCRIPTOR_BYTES + table_bytes(bytes[at + 9]) + 1;
            next = data < count ? skip_blocks(bytes, count, data) : 0;
        } else if (!frames) {
            return img_fail(failure, IMG_CORRUPT, "neither a frame nor an extension where one belongs");
        }
        // Whether the first frame is whole is for the decoder to say; of the others nothing is needed.
        if (!next) break;
        at = next;
    }
    if (!header->data)
        return img_fail(failure, at < count && bytes[at] == TRAILER ? IMG_CORRUPT : IMG_TRUNCATED,
                        "no pixels in the file");
    header->data_count = (size_t)(bytes + count - header->data);
    header->animated = frames > 1;
    return IMG_OK;
}
