#include "CImageHeaders.h"

#include <string.h>

enum { CHUNK = 12, DATA = 20 };

/// Section 3.4: one byte of signature, 14 bits for each side less one, alpha, three bits of version.
static img_status read_lossless(const uint8_t *data, uint32_t *width, uint32_t *height, img_failure *failure) {
    uint32_t sizes = img_le32(data + 1);
    if (data[0] != 0x2f || sizes >> 29)
        return img_fail(failure, IMG_CORRUPT, "the header has values that WebP does not define");
    *width = 1 + (sizes & 0x3fff);
    *height = 1 + (sizes >> 14 & 0x3fff);
    return IMG_OK;
}

img_status img_webp_read_header(const uint8_t *bytes, size_t count, uint32_t *width, uint32_t *height,
                                img_failure *failure) {
    const uint8_t *data = bytes + DATA;
    // A lossless picture may be complete before the header of another kind is.
    if (count >= DATA + 5 && !memcmp(bytes + CHUNK, "VP8L", 4)) return read_lossless(data, width, height, failure);
    if (count < DATA + 10) return img_fail(failure, IMG_TRUNCATED, "the file ends within its header");
    if (!memcmp(bytes + CHUNK, "VP8X", 4)) {
        *width = 1 + img_le24(data + 4);
        *height = 1 + img_le24(data + 7);
        return IMG_OK;
    }
    if (memcmp(bytes + CHUNK, "VP8 ", 4))
        return img_fail(failure, IMG_CORRUPT, "the file does not begin with a picture");
    // A key frame and its start code (RFC 6386, section 9.1).
    if (data[0] & 1 || memcmp(data + 3, "\x9d\x01\x2a", 3))
        return img_fail(failure, IMG_CORRUPT, "the file does not begin with a key frame");
    *width = img_le16(data + 6) & 0x3fff;
    *height = img_le16(data + 8) & 0x3fff;
    return IMG_OK;
}
