#include "picture.h"

/// In 16-bit fixed point.
void img_ycc_to_rgb(const uint8_t *y, const uint8_t *cb, const uint8_t *cr, uint8_t rgb[3]) {
    int32_t luma = (int32_t)*y * 65536 + 32768, b = *cb - 128, r = *cr - 128;
    rgb[0] = img_clamp8((luma + 91881 * r) >> 16);
    rgb[1] = img_clamp8((luma - 22554 * b - 46802 * r) >> 16);
    rgb[2] = img_clamp8((luma + 116130 * b) >> 16);
}

void img_any_pixel(const img_picture *picture, uint32_t x, uint32_t y, uint8_t rgba[4]) {
    if (picture->model != IMG_YCC) {
        img_pixel(picture, x, y, rgba);
        return;
    }
    uint8_t sample[3];
    for (int c = 0; c < 3; c++) {
        const img_plane *plane = &picture->plane[c];
        uint32_t row = plane->height < picture->height ? y / 2 : y, column = plane->width < picture->width ? x / 2 : x;
        sample[c] = img_plane_row(plane, row)[column];
    }
    img_ycc_to_rgb(&sample[0], &sample[1], &sample[2], rgba);
    rgba[3] = 255;
}
