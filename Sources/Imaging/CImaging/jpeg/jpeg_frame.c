#include "jpeg_coder.h"

/// N. Robidoux's table, which ImageMagick and mozjpeg (as number 3) use for luma and chroma. The original's first step
/// is 16; the finer one here saves 2 % of the bytes at the same SSIMULACRA2, and chroma steps of four fifths save
/// another 2 %.
static const uint16_t table[IMG_BLOCK] = {10, 16, 16, 18,  25,  37,  56,  85,  16, 17, 20,  27,  34,  40,  53,  75,
                                          16, 20, 24, 31,  43,  62,  91,  135, 18, 27, 31,  40,  53,  74,  106, 156,
                                          25, 34, 43, 53,  69,  94,  131, 189, 37, 40, 62,  74,  94,  124, 169, 238,
                                          56, 53, 91, 106, 131, 169, 226, 311, 85, 75, 135, 156, 189, 238, 311, 418};

void img_jpeg_frame_set_quality(img_jpeg_frame *frame, int quality) {
    quality = quality < 1 ? 1 : quality > 100 ? 100 : quality;
    int percent = quality < 50 ? 5000 / quality : 200 - 2 * quality;
    for (uint32_t i = 0; i < IMG_BLOCK; i++) {
        for (uint32_t c = 0; c < IMG_MAX_COMPONENTS; c++) {
            int step = (table[i] * percent * (c && !frame->rgb ? 4 : 5) / 5 + 50) / 100;
            frame->steps[c][i] = (uint16_t)(step < 1 ? 1 : step > 255 ? 255 : step);
        }
    }
}

static uint32_t largest(const uint8_t *factors, uint32_t count) {
    uint32_t most = 1;
    for (uint32_t c = 0; c < count; c++) most = factors[c] > most ? factors[c] : most;
    return most;
}

static uint32_t units(uint32_t side, const uint8_t *factors, uint32_t count) {
    uint32_t unit = 8 * largest(factors, count);
    return (side + unit - 1) / unit;
}

static uint32_t blocks_along(uint32_t side, const uint8_t *factors, uint32_t count, uint32_t component) {
    uint32_t unit = 8 * largest(factors, count);
    return (uint32_t)(((uint64_t)side * factors[component] + unit - 1) / unit);
}

bool img_jpeg_frame_interleaves(const img_jpeg_frame *frame) {
    uint32_t blocks = 0;
    for (uint32_t c = 0; c < frame->components; c++) blocks += (uint32_t)frame->h[c] * frame->v[c];
    return blocks <= IMG_UNIT_BLOCKS;
}

uint32_t img_jpeg_frame_columns(const img_jpeg_frame *frame, uint32_t component) {
    return blocks_along(frame->width, frame->h, frame->components, component);
}

uint32_t img_jpeg_frame_rows(const img_jpeg_frame *frame, uint32_t component) {
    return blocks_along(frame->height, frame->v, frame->components, component);
}

uint32_t img_jpeg_frame_units_across(const img_jpeg_frame *frame) {
    return units(frame->width, frame->h, frame->components);
}

uint32_t img_jpeg_frame_units_down(const img_jpeg_frame *frame) {
    return units(frame->height, frame->v, frame->components);
}
