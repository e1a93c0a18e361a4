#include "base.h"

#include <stdlib.h>
#include <string.h>

img_status img_fail_memory(img_failure *failure) {
    return img_fail(failure, IMG_OUT_OF_MEMORY, "there is not enough memory for this picture");
}

void *img_allocate(size_t count, size_t size) {
    size_t total;
    if (__builtin_mul_overflow(count, size, &total)) return NULL;
    return malloc(total ? total : 1);
}

void *img_allocate_zeroed(size_t count, size_t size) { return calloc(count ? count : 1, size ? size : 1); }

bool img_buffer_append(img_buffer *buffer, const void *bytes, size_t count) {
    size_t needed;
    if (__builtin_add_overflow(buffer->count, count, &needed)) return false;
    if (needed > buffer->capacity) {
        size_t capacity = buffer->capacity ? buffer->capacity : 16384;
        while (capacity < needed)
            if (__builtin_mul_overflow(capacity, (size_t)2, &capacity)) return false;
        uint8_t *grown = realloc(buffer->bytes, capacity);
        if (!grown) return false;
        buffer->bytes = grown;
        buffer->capacity = capacity;
    }
    if (count) memcpy(buffer->bytes + buffer->count, bytes, count);
    buffer->count = needed;
    return true;
}

void img_buffer_free(img_buffer *buffer) {
    free(buffer->bytes);
    memset(buffer, 0, sizeof *buffer);
}
