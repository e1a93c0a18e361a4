#include "CImageHeaders.h"

#include <string.h>

enum { IHDR_BYTES = 13, HEADER_END = IMG_PNG_SIGNATURE_BYTES + 8 + IHDR_BYTES + 4 };

/// The CRC-32 of PNG's annex D, one bit at a time: it covers 17 bytes.
static uint32_t checksum(const uint8_t *bytes, size_t count) {
    uint32_t value = UINT32_MAX;
    for (size_t i = 0; i < count; i++) {
        value ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ value >> 1 : value >> 1;
    }
    return ~value;
}

/// Whether the colour type exists and has this bit depth (PNG, table 10).
static bool is_valid(const img_png_frame_header *header) {
    uint32_t depth = header->bit_depth;
    bool low = depth == 1 || depth == 2 || depth == 4;
    switch (header->colour_type) {
    case 0: return low || depth == 8 || depth == 16;
    case 3: return low || depth == 8;
    case 2:
    case 4:
    case 6: return depth == 8 || depth == 16;
    default: return false;
    }
}

img_status img_png_read_header(const uint8_t *bytes, size_t count, img_png_frame_header *header, img_failure *failure) {
    if (count < HEADER_END) return img_fail(failure, IMG_TRUNCATED, "the file ends within its header");
    const uint8_t *chunk = bytes + IMG_PNG_SIGNATURE_BYTES, *type = chunk + 4, *body = chunk + 8;
    if (img_be32(chunk) != IHDR_BYTES || memcmp(type, "IHDR", 4))
        return img_fail(failure, IMG_CORRUPT, "the file does not begin with the chunk IHDR");
    if (checksum(type, 4 + IHDR_BYTES) != img_be32(body + IHDR_BYTES))
        return img_fail(failure, IMG_CORRUPT, "the checksum of the chunk IHDR is wrong");
    *header = (img_png_frame_header){
        .width = img_be32(body),
        .height = img_be32(body + 4),
        .bit_depth = body[8],
        .colour_type = body[9],
        .interlaced = body[12] != 0,
    };
    if (!is_valid(header) || body[10] || body[11] || body[12] > 1)
        return img_fail(failure, IMG_CORRUPT, "the header has values that PNG does not define");
    return IMG_OK;
}
