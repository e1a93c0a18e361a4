#include "png_codec.h"

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

/// Reads a PNG's chunks (W3C PNG, third edition) without decoding pixels. What a decoder needs is copied out with its
/// checksums verified; libpng never sees the rest.

enum { CHUNK_EXTRA = 12 };

typedef struct chunk {
    const uint8_t *type, *body;
    uint32_t count;
} chunk;

static bool is(const chunk *c, const char *type) { return !memcmp(c->type, type, 4); }
static bool is_critical(const chunk *c) { return !(c->type[0] & 0x20); }

static bool is_gray(const img_png_frame_header *frame) { return frame->colour_type == 0 || frame->colour_type == 4; }

static bool checksum_holds(const chunk *c) {
    return crc32(crc32(0, c->type, 4), c->body, c->count) == img_be32(c->body + c->count);
}

/// iCCP: a name of up to 79 bytes, NUL, method 0, a zlib stream. A stream that cannot be read is no profile.
static img_status read_profile(const chunk *c, const img_limits *limits, img_profile *profile, img_failure *failure) {
    const uint8_t *name_end = memchr(c->body, 0, img_min_u32(c->count, 80));
    if (!name_end || profile->bytes) return IMG_OK;
    size_t at = (size_t)(name_end - c->body) + 1;
    if (at >= c->count || c->body[at++] != 0) return IMG_OK;
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)(c->body + at), .avail_in = (uInt)(c->count - at)};
    if (inflateInit(&stream) != Z_OK) return img_fail_memory(failure);
    img_buffer inflated = {0};
    uint8_t block[16384];
    int state = Z_OK;
    img_status status = IMG_OK;
    while (state == Z_OK && status == IMG_OK) {
        stream.next_out = block;
        stream.avail_out = sizeof block;
        state = inflate(&stream, Z_NO_FLUSH);
        size_t made = sizeof block - stream.avail_out;
        if (inflated.count + made > limits->profile_bytes)
            status = img_fail_limit(failure, IMG_PROFILE_TOO_LARGE, limits->profile_bytes, inflated.count + made,
                                    "or more bytes of colour profile");
        else if (!img_buffer_append(&inflated, block, made))
            status = img_fail_memory(failure);
    }
    inflateEnd(&stream);
    if (status == IMG_OK && state == Z_STREAM_END && inflated.count) {
        profile->bytes = inflated.bytes;
        profile->count = inflated.count;
    } else {
        img_buffer_free(&inflated);
    }
    return status;
}

static img_status read_chunk(const chunk *c, const img_limits *limits, img_png_header *header, img_failure *failure) {
    bool wanted = is_critical(c) || is(c, "tRNS");
    if (wanted) {
        if (!checksum_holds(c)) {
            if (is_critical(c))
                return img_fail(failure, IMG_CORRUPT, "wrong checksum of chunk %.4s", (const char *)c->type);
            return IMG_OK;
        }
        if (is_critical(c) && !is(c, "IHDR") && !is(c, "PLTE") && !is(c, "IDAT") && !is(c, "IEND"))
            return img_fail(failure, IMG_CORRUPT, "an unknown critical chunk");
        size_t whole = (size_t)c->count + CHUNK_EXTRA;
        return img_buffer_append(&header->core, c->type - 4, whole) ? IMG_OK : img_fail_memory(failure);
    }
    if (is(c, "iCCP")) return read_profile(c, limits, &header->profile, failure);
    // An animation's first frame is, in all but contrived files, the picture itself: IDAT.
    if (is(c, "acTL") && c->count == 8) {
        uint32_t frames = img_be32(c->body);
        header->animated = frames > 1;
        if (frames > limits->frames)
            return img_fail_limit(failure, IMG_TOO_MANY_FRAMES, limits->frames, frames, "frames");
    }
    if (is(c, "eXIf")) header->orientation = img_exif_orientation(c->body, c->count);
    return IMG_OK;
}

img_status img_png_scan(const img_input *input, img_png_header *header, img_failure *failure) {
    static const uint8_t end[] = {0, 0, 0, 0, 'I', 'E', 'N', 'D', 0xae, 0x42, 0x60, 0x82};
    const img_limits *limits = &input->limits;
    const uint8_t *bytes = input->bytes;
    size_t count = input->count;
    header->orientation = 1;
    img_status status = img_png_read_header(bytes, count, &header->frame, failure);
    if (status == IMG_OK) status = img_check_size(header->frame.width, header->frame.height, limits, failure);
    if (status != IMG_OK) return status;
    bool pixels = false, ended = false;
    size_t at = IMG_PNG_SIGNATURE_BYTES;
    if (!img_buffer_append(&header->core, bytes, at)) return img_fail_memory(failure);
    while (!ended && count - at >= CHUNK_EXTRA) {
        chunk c = {bytes + at + 4, bytes + at + 8, img_be32(bytes + at)};
        if (c.count > count - at - CHUNK_EXTRA) break;
        status = read_chunk(&c, limits, header, failure);
        if (status != IMG_OK) return status;
        pixels |= is(&c, "IDAT");
        ended = is(&c, "IEND");
        at += (size_t)c.count + CHUNK_EXTRA;
    }
    if (!pixels) return img_fail(failure, ended ? IMG_CORRUPT : IMG_TRUNCATED, "the file contains no pixels");
    // Whether all pixels came is for the decoder to find out; a missing end marker alone does no harm.
    if (!ended && !img_buffer_append(&header->core, end, sizeof end)) return img_fail_memory(failure);
    img_profile_judge(&header->profile, is_gray(&header->frame) ? 1 : 3);
    return IMG_OK;
}
