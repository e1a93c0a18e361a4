#include "CImagingTestSupport.h"

#include <stdlib.h>
#include <string.h>

#include <webp/encode.h>

draw_buffer draw_make_webp(uint32_t width, uint32_t height, bool lossless, bool alpha) {
    uint8_t *rgba = malloc((size_t)width * height * 4);
    for (uint32_t y = 0; y < height; y++)
        for (uint32_t x = 0; x < width; x++) {
            uint8_t *p = rgba + ((size_t)y * width + x) * 4;
            draw_colour(x, y, width, height, p);
            if (!alpha) p[3] = 255;
        }
    int w = (int)width, h = (int)height;
    uint8_t *made = NULL;
    size_t count =
        lossless ? WebPEncodeLosslessRGBA(rgba, w, h, w * 4, &made) : WebPEncodeRGBA(rgba, w, h, w * 4, 95, &made);
    free(rgba);
    if (!count) abort();
    draw_buffer buffer = {malloc(count), count};
    memcpy(buffer.bytes, made, count);
    WebPFree(made);
    return buffer;
}
