#include "CImagingTestSupport.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void draw_buffer_free(draw_buffer *buffer) {
    free(buffer->bytes);
    memset(buffer, 0, sizeof *buffer);
}

void draw_pixels_free(draw_pixels *pixels) {
    free(pixels->rgba);
    memset(pixels, 0, sizeof *pixels);
}

void draw_colour(uint32_t x, uint32_t y, uint32_t width, uint32_t height, uint8_t rgba[4]) {
    double u = (x + 0.5) / width, v = (y + 0.5) / height;
    rgba[0] = (uint8_t)(40 + 170 * u);
    rgba[1] = (uint8_t)(60 + 150 * v * v);
    rgba[2] = (uint8_t)(120 + 80 * sin(3 * u + 5 * v));
    rgba[3] = (uint8_t)(255 * (u < 0.5 ? 2 * u : 1));
}
