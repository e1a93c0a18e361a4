#include "analysis/analysis.h"
#include "png_filter.h"

#include <stdlib.h>
#include <string.h>

#include <libdeflate.h>

/// Writes PNG with our own filters and libdeflate, in a fraction of the time of libpng and zlib. The file has the
/// chunks IHDR, PLTE, tRNS, IDAT and IEND and no others.

enum { GRAY = 0, RGB = 2, PALETTE = 3, ALPHA = 4, LEVEL = 6, PALETTE_LEVEL = 9 };

/// The bytes to deflate: each row follows the type of its filter.
typedef struct rows {
    uint8_t *bytes;
    size_t count;
} rows;

static bool put_chunk(img_buffer *output, const char *type, const uint8_t *body, size_t count) {
    uint8_t head[8], tail[4];
    img_put_be32(head, (uint32_t)count);
    memcpy(head + 4, type, 4);
    uint32_t checksum = libdeflate_crc32(0, head + 4, 4);
    // For an empty body, libdeflate would start a new checksum.
    img_put_be32(tail, count ? libdeflate_crc32(checksum, body, count) : checksum);
    return img_buffer_append(output, head, 8) && img_buffer_append(output, body, count) &&
           img_buffer_append(output, tail, 4);
}

static uint32_t palette_depth(uint32_t colours) { return colours <= 2 ? 1 : colours <= 4 ? 2 : colours <= 16 ? 4 : 8; }

static bool put_head(img_buffer *output, const img_picture *picture, const img_palette *palette) {
    static const uint8_t signature[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    uint8_t header[13] = {0}, colours[256 * 3], opacity[256];
    img_put_be32(header, picture->width);
    img_put_be32(header + 4, picture->height);
    header[8] = palette ? (uint8_t)palette_depth(palette->count) : 8;
    header[9] = palette ? PALETTE : (picture->model == IMG_RGB ? RGB : GRAY) | (picture->alpha ? ALPHA : 0);
    if (!img_buffer_append(output, signature, 8) || !put_chunk(output, "IHDR", header, 13)) return false;
    if (!palette) return true;
    uint32_t translucent = 0;
    for (uint32_t i = 0; i < palette->count; i++) {
        memcpy(colours + (size_t)3 * i, palette->colour[i], 3);
        opacity[i] = palette->colour[i][3];
        if (opacity[i] != 255) translucent = i + 1;
    }
    return put_chunk(output, "PLTE", colours, (size_t)3 * palette->count) &&
           (!translucent || put_chunk(output, "tRNS", opacity, translucent));
}

/// Filters only do harm here, because neighbouring indices are not related as numbers.
static bool pack_indices(const img_palette *palette, rows *to) {
    const img_plane *indices = &palette->indices;
    uint32_t depth = palette_depth(palette->count), per_byte = 8 / depth;
    size_t row_bytes = (indices->width + per_byte - 1) / per_byte;
    to->count = (row_bytes + 1) * indices->height;
    to->bytes = img_allocate_zeroed(indices->height, row_bytes + 1);
    for (uint32_t y = 0; to->bytes && y < indices->height; y++) {
        const uint8_t *from = img_plane_row(indices, y);
        uint8_t *row = to->bytes + (row_bytes + 1) * y + 1;
        for (uint32_t x = 0; x < indices->width; x++)
            row[x / per_byte] |= (uint8_t)(from[x] << (8 - depth - x % per_byte * depth));
    }
    return to->bytes != NULL;
}

static bool filter_samples(const img_picture *picture, rows *to) {
    const size_t step = picture->planes, row_bytes = picture->width * step;
    to->count = (row_bytes + 1) * picture->height;
    to->bytes = img_allocate(picture->height, row_bytes + 1);
    // Two rows with a zero pixel before each, and room for the filters' trials.
    uint8_t *lines = img_allocate_zeroed(3, row_bytes + step);
    bool made = to->bytes && lines;
    for (uint32_t y = 0; made && y < picture->height; y++) {
        uint8_t *row = lines + (y % 2 ? row_bytes + step : 0) + step;
        uint8_t *above = lines + (y % 2 ? 0 : row_bytes + step) + step;
        for (uint32_t c = 0; c < step; c++) {
            const uint8_t *from = img_plane_row(&picture->plane[c], y);
            for (uint32_t x = 0; x < picture->width; x++) row[x * step + c] = from[x];
        }
        uint8_t *out = to->bytes + (row_bytes + 1) * y;
        out[0] = (uint8_t)img_png_filter_row(row, above, step, row_bytes, out + 1, lines + 2 * (row_bytes + step));
    }
    free(lines);
    return made;
}

/// Sets `*too_long` when the output would exceed `limit` bytes.
static bool deflate_rows(const rows *from, int level, uint64_t limit, img_buffer *to, bool *too_long) {
    struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(level);
    if (!compressor) return false;
    size_t room = libdeflate_zlib_compress_bound(compressor, from->count);
    if (room > limit) room = (size_t)limit;
    to->bytes = img_allocate(room, 1);
    to->capacity = room;
    if (to->bytes) to->count = libdeflate_zlib_compress(compressor, from->bytes, from->count, to->bytes, room);
    *too_long = to->bytes && !to->count;
    libdeflate_free_compressor(compressor);
    return to->bytes != NULL;
}

static img_status write_png(const img_picture *picture, const img_palette *palette, uint64_t max_bytes,
                            img_buffer *output, img_failure *failure) {
    enum { REST = 12 + 12 };
    rows rows = {0};
    img_buffer deflated = {0};
    bool too_long = false;
    bool made =
        put_head(output, picture, palette) && (palette ? pack_indices(palette, &rows) : filter_samples(picture, &rows));
    if (made && output->count + REST >= max_bytes)
        too_long = true;
    else if (made)
        made = deflate_rows(&rows, palette ? PALETTE_LEVEL : LEVEL, max_bytes - output->count - REST, &deflated,
                            &too_long);
    if (made && !too_long)
        made = put_chunk(output, "IDAT", deflated.bytes, deflated.count) && put_chunk(output, "IEND", NULL, 0);
    free(rows.bytes);
    img_buffer_free(&deflated);
    if (!made || too_long) img_buffer_free(output);
    return made ? IMG_OK : img_fail_memory(failure);
}

img_status img_encode_png(const img_picture *picture, const img_png_options *options, img_buffer *output,
                          img_failure *failure) {
    memset(output, 0, sizeof *output);
    if (picture->model != IMG_GRAY && picture->model != IMG_RGB)
        return img_fail(failure, IMG_INTERNAL, "PNG is made from gray and RGB only");
    img_palette *palette = img_allocate_zeroed(1, sizeof *palette);
    if (!palette) return img_fail_memory(failure);
    uint32_t colours = options->colours;
    bool no_memory = false;
    bool indexed = img_palette_exact(picture, palette, &no_memory) && (!colours || palette->count <= colours);
    // Gray needs no palette, and filters work well on it.
    if (indexed && picture->model == IMG_GRAY && !picture->alpha && palette->count > 16)
        indexed = false;
    else if (!indexed && !no_memory && colours) {
        img_plane_free(&palette->indices);
        indexed = img_palette_quantised(picture, colours, palette);
        no_memory = !indexed;
    }
    img_status status = no_memory ? img_fail_memory(failure)
                                  : write_png(picture, indexed ? palette : NULL, options->max_bytes, output, failure);
    img_plane_free(&palette->indices);
    free(palette);
    return status;
}
