#ifndef CIMAGING_BASE_H
#define CIMAGING_BASE_H

#include "CImaging.h"

/// Memory, numbers and growing buffers.

/// Fills `failure` with `IMG_OUT_OF_MEMORY` and returns it.
img_status img_fail_memory(img_failure *failure);

/// `malloc(count * size)` and `calloc`; NULL on overflow.
void *img_allocate(size_t count, size_t size);
void *img_allocate_zeroed(size_t count, size_t size);

/// Appends to a growing buffer. False when there is no memory; the buffer is then unchanged.
bool img_buffer_append(img_buffer *buffer, const void *bytes, size_t count);

static inline uint32_t img_min_u32(uint32_t a, uint32_t b) { return a < b ? a : b; }
/// a * b / 255, rounded.
static inline uint8_t img_mul255(uint32_t a, uint32_t b) {
    uint32_t t = a * b + 128;
    return (uint8_t)((t + (t >> 8)) >> 8);
}
static inline uint8_t img_clamp8(int32_t v) { return v < 0 ? 0 : v > 255 ? 255 : (uint8_t)v; }
static inline void img_put_be32(uint8_t *p, uint32_t v) {
    for (int i = 0; i < 4; i++) p[i] = (uint8_t)(v >> (24 - 8 * i));
}
static inline void img_put_le32(uint8_t *p, uint32_t v) {
    for (int i = 0; i < 4; i++) p[i] = (uint8_t)(v >> (8 * i));
}

/// The file that a decoder reads, borrowed, and the limits it keeps.
typedef struct img_input {
    const uint8_t *bytes;
    size_t count;
    img_limits limits;
} img_input;

#endif
