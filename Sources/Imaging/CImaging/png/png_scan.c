#include "png_codec.h"

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

/// Reads the chunks of a PNG (W3C PNG, third edition) without decoding pixels. The chunks that a decoder needs are
/// copied after their checksums have been verified; libpng never sees the others.

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

/// What the chunks say about colours.
typedef struct stated_colours {
    bool has_codes, is_srgb, has_gamma, has_chromaticities;
    uint8_t codes[4];
    double gamma;
    img_chromaticities chromaticities;
} stated_colours;

/// gAMA and cHRM hold numbers times 100,000.
static double fixed(const uint8_t *p) { return img_be32(p) / 100000.0; }

/// Whether the chunk is one of those that state colours by numbers. One that is broken is ignored.
static bool read_colours(const chunk *c, stated_colours *colours) {
    static const struct {
        char type[5];
        uint32_t count;
    } kinds[] = {{"cICP", 4}, {"sRGB", 1}, {"gAMA", 4}, {"cHRM", 32}};
    uint32_t kind = 0;
    while (kind < 4 && !is(c, kinds[kind].type)) kind++;
    if (kind == 4) return false;
    if (c->count != kinds[kind].count || !checksum_holds(c)) return true;
    const uint8_t *b = c->body;
    switch (kind) {
    case 0:
        // Only RGB of the full range is defined for PNG.
        colours->has_codes = !b[2] && b[3] == 1;
        memcpy(colours->codes, b, 4);
        break;
    case 1: colours->is_srgb = true; break;
    case 2:
        colours->has_gamma = img_be32(b) != 0;
        colours->gamma = fixed(b);
        break;
    default:
        colours->has_chromaticities = true;
        colours->chromaticities = (img_chromaticities){{fixed(b), fixed(b + 4)},
                                                       {fixed(b + 8), fixed(b + 12)},
                                                       {fixed(b + 16), fixed(b + 20)},
                                                       {fixed(b + 24), fixed(b + 28)}};
    }
    return true;
}

/// The order of precedence is that of the PNG specification, section 4.3: cICP, iCCP, sRGB, then gAMA and cHRM.
static img_status apply_colours(const stated_colours *colours, uint32_t components, img_profile *profile,
                                img_failure *failure) {
    img_colour_space space = img_colour_space_srgb();
    bool known = false;
    if (colours->has_codes) {
        img_status status = img_colour_space_of_codes(colours->codes[0], colours->codes[1], &space, &known, failure);
        if (status != IMG_OK) return status;
    }
    if (known) {
        free(profile->bytes);
        *profile = (img_profile){0};
        return img_profile_state(profile, &space, components, failure);
    }
    if (profile->bytes || colours->is_srgb) return IMG_OK;
    // As browsers do: a gamma near that of displays means sRGB unless chromaticities say more (libpng's threshold).
    bool near_srgb = colours->gamma > 0.95 / 2.2 && colours->gamma < 1.05 / 2.2;
    if (!colours->has_chromaticities && (!colours->has_gamma || near_srgb)) return IMG_OK;
    if (colours->has_chromaticities) space.chromaticities = colours->chromaticities;
    if (colours->has_gamma) {
        space.transfer = IMG_TRANSFER_GAMMA;
        space.gamma = 1 / colours->gamma;
    }
    return img_profile_state(profile, &space, components, failure);
}

/// The chunk iCCP consists of a name of up to 79 bytes, NUL, method 0 and a zlib stream. A stream that cannot be read
/// is ignored.
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

static img_status read_chunk(const chunk *c, const img_limits *limits, img_png_header *header, stated_colours *colours,
                             img_failure *failure) {
    bool wanted = is_critical(c) || is(c, "tRNS");
    if (wanted) {
        if (!checksum_holds(c)) {
            if (is_critical(c))
                return img_fail(failure, IMG_CORRUPT, "the checksum of chunk %.4s is wrong", (const char *)c->type);
            return IMG_OK;
        }
        if (is_critical(c) && !is(c, "IHDR") && !is(c, "PLTE") && !is(c, "IDAT") && !is(c, "IEND"))
            return img_fail(failure, IMG_CORRUPT, "there is an unknown critical chunk");
        size_t whole = (size_t)c->count + CHUNK_EXTRA;
        return img_buffer_append(&header->core, c->type - 4, whole) ? IMG_OK : img_fail_memory(failure);
    }
    if (read_colours(c, colours)) return IMG_OK;
    if (is(c, "iCCP")) return read_profile(c, limits, &header->profile, failure);
    // The first frame of an animation is the picture in IDAT, except in contrived files.
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
    stated_colours colours = {0};
    bool pixels = false, ended = false;
    size_t at = IMG_PNG_SIGNATURE_BYTES;
    if (!img_buffer_append(&header->core, bytes, at)) return img_fail_memory(failure);
    while (!ended && count - at >= CHUNK_EXTRA) {
        chunk c = {bytes + at + 4, bytes + at + 8, img_be32(bytes + at)};
        if (c.count > count - at - CHUNK_EXTRA) break;
        status = read_chunk(&c, limits, header, &colours, failure);
        if (status != IMG_OK) return status;
        pixels |= is(&c, "IDAT");
        ended = is(&c, "IEND");
        at += (size_t)c.count + CHUNK_EXTRA;
    }
    if (!pixels) return img_fail(failure, ended ? IMG_CORRUPT : IMG_TRUNCATED, "the file contains no pixels");
    // Whether all pixels came is for the decoder to find out; a missing end marker alone does no harm.
    if (!ended && !img_buffer_append(&header->core, end, sizeof end)) return img_fail_memory(failure);
    const uint32_t components = is_gray(&header->frame) ? 1 : 3;
    img_profile_judge(&header->profile, components);
    status = apply_colours(&colours, components, &header->profile, failure);
    if (status == IMG_OK) img_profile_judge(&header->profile, components);
    return status;
}
