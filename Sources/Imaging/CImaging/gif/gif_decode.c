#include "gif_codec.h"

#include <stdlib.h>
#include <string.h>

/// Decodes a GIF's first frame: LZW with codes of 3 to 12 bits (GIF89a, appendix F), placed on its screen, which is
/// transparent where no frame has painted.

enum { CODES = 4096, MAX_BITS = 12, NONE = 0xffff };

typedef struct lzw {
    /// Data sub-blocks.
    const uint8_t *bytes;
    size_t count, at;
    uint32_t block_left, bits, bit_count;
    uint16_t prefix[CODES];
    uint8_t suffix[CODES], first[CODES];
    uint16_t length[CODES];
} lzw;

typedef enum code_state { CODE, ENDED, CUT_OFF } code_state;

static code_state next_code(lzw *z, uint32_t width, uint32_t *code) {
    while (z->bit_count < width) {
        if (!z->block_left) {
            if (z->at >= z->count) return CUT_OFF;
            z->block_left = z->bytes[z->at++];
            if (!z->block_left) return ENDED;
        }
        if (z->at >= z->count) return CUT_OFF;
        z->bits |= (uint32_t)z->bytes[z->at++] << z->bit_count;
        z->bit_count += 8;
        z->block_left--;
    }
    *code = z->bits & ((1u << width) - 1);
    z->bits >>= width;
    z->bit_count -= width;
    return CODE;
}

/// Fills `pixels` completely or fails.
static img_status expand(lzw *z, uint8_t *pixels, size_t wanted, img_failure *failure) {
    uint32_t start = z->count ? z->bytes[z->at++] : 0;
    if (start < 1 || start > 8) return img_fail(failure, IMG_CORRUPT, "the code length is invalid");
    const uint32_t clear = 1u << start, end = clear + 1;
    for (uint32_t i = 0; i < clear; i++) {
        z->suffix[i] = z->first[i] = (uint8_t)i;
        z->length[i] = 1;
        z->prefix[i] = NONE;
    }
    uint32_t next = end + 1, width = start + 1, last = NONE;
    size_t made = 0;
    while (made < wanted) {
        uint32_t code;
        code_state state = next_code(z, width, &code);
        if (state == CUT_OFF) return img_fail(failure, IMG_TRUNCATED, "the file ends within the picture");
        if (state == ENDED || code == end)
            return img_fail(failure, IMG_CORRUPT, "there are fewer pixels than the header says");
        if (code == clear) {
            next = end + 1;
            width = start + 1;
            last = NONE;
            continue;
        }
        if (code > next || (code == next && (last == NONE || next == CODES)) || (last == NONE && code >= clear))
            return img_fail(failure, IMG_CORRUPT, "the pixel data has an undefined code");
        if (last != NONE && next < CODES) {
            z->prefix[next] = (uint16_t)last;
            z->first[next] = z->first[last];
            z->suffix[next] = z->first[code == next ? last : code];
            z->length[next] = (uint16_t)(z->length[last] + 1);
            next++;
            if (next == 1u << width && width < MAX_BITS) width++;
        }
        // A code is written from its last pixel to its first; pixels beyond the picture are dropped.
        size_t length = z->length[code], stop = made + length;
        for (uint32_t c = code; c != NONE; c = z->prefix[c])
            if (--stop < wanted) pixels[stop] = z->suffix[c];
        made += length;
        last = code;
    }
    return IMG_OK;
}

/// The stored row of the frame's row `y`: interlaced frames store every 8th row, then the 4th, the 2nd and the others.
static uint32_t stored_row(uint32_t y, uint32_t height, bool interlaced) {
    if (!interlaced) return y;
    uint32_t eights = (height + 7) / 8, fours = (height + 3) / 8, twos = (height + 1) / 4;
    if (y % 8 == 0) return y / 8;
    if (y % 8 == 4) return eights + y / 8;
    if (y % 4 == 2) return eights + fours + y / 4;
    return eights + fours + twos + y / 2;
}

static void paint(const img_gif_header *g, const uint8_t *indices, uint32_t y, uint8_t *rgba) {
    memset(rgba, 0, (size_t)g->width * 4);
    if (y < g->top || y - g->top >= g->frame_height) return;
    const uint8_t *row = indices + (size_t)stored_row(y - g->top, g->frame_height, g->interlaced) * g->frame_width;
    for (uint32_t x = 0; x < g->frame_width; x++) {
        uint8_t *p = rgba + ((size_t)g->left + x) * 4;
        if (g->has_transparent && row[x] == g->transparent) continue;
        if (row[x] < g->colour_count) memcpy(p, g->colours + (size_t)row[x] * 3, 3);
        p[3] = 255;
    }
}

img_status img_gif_decode(const img_gif_header *g, uint32_t max_side, img_picture **picture, img_failure *failure) {
    const img_profile none = {0};
    size_t count = (size_t)g->frame_width * g->frame_height;
    lzw *z = img_allocate_zeroed(1, sizeof *z);
    uint8_t *indices = img_allocate(count, 1), *row = img_allocate(g->width, 4);
    img_intake intake = {0};
    img_status status = z && indices && row && img_intake_open(&intake, IMG_RGB, true, g->width, g->height, max_side)
                            ? IMG_OK
                            : img_fail_memory(failure);
    if (status == IMG_OK) {
        z->bytes = g->data;
        z->count = g->data_count;
        status = expand(z, indices, count, failure);
    }
    for (uint32_t y = 0; status == IMG_OK && y < g->height; y++) {
        paint(g, indices, y, row);
        img_intake_push(&intake, row);
    }
    if (status == IMG_OK) status = img_intake_finish(&intake, 1, &none, picture, failure);
    img_intake_close(&intake);
    free(z);
    free(indices);
    free(row);
    return status;
}
