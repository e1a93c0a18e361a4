#include "CImageHeaders.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

img_status img_fail(img_failure *failure, img_status status, const char *format, ...) {
    memset(failure, 0, sizeof *failure);
    failure->status = status;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(failure->text, sizeof failure->text, format, arguments);
    va_end(arguments);
    for (char *c = failure->text; *c; c++)
        if (*c < 0x20 || *c > 0x7e) *c = '?';
    return status;
}

img_status img_fail_limit(img_failure *failure, img_status status, uint64_t limit, uint64_t value, const char *what) {
    img_fail(failure, status, "%" PRIu64 " %s; the limit is %" PRIu64, value, what, limit);
    failure->limit = limit;
    failure->value = value;
    return status;
}

img_status img_check_size(uint32_t width, uint32_t height, const img_limits *limits, img_failure *failure) {
    if (!width || !height) return img_fail(failure, IMG_CORRUPT, "the width or the height is zero");
    uint32_t side = width > height ? width : height;
    if (side > limits->side) return img_fail_limit(failure, IMG_SIDE_TOO_LONG, limits->side, side, "pixels on a side");
    uint64_t pixels = (uint64_t)width * height;
    if (pixels > limits->pixels) return img_fail_limit(failure, IMG_TOO_MANY_PIXELS, limits->pixels, pixels, "pixels");
    return IMG_OK;
}
