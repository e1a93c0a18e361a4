#include "picture.h"

#include <stdlib.h>
#include <string.h>

bool img_plane_make(img_plane *plane, uint32_t width, uint32_t height) {
    size_t stride = ((size_t)width + 15) & ~(size_t)15;
    *plane = (img_plane){img_allocate(height, stride), stride, width, height};
    return plane->samples != NULL;
}

void img_plane_free(img_plane *plane) {
    free(plane->samples);
    memset(plane, 0, sizeof *plane);
}

void img_plane_pad(img_plane *plane) {
    for (uint32_t y = 0; y < plane->height; y++) {
        uint8_t *row = img_plane_row(plane, y);
        memset(row + plane->width, row[plane->width - 1], plane->stride - plane->width);
    }
}

void img_picture_free(img_picture *picture) {
    if (!picture) return;
    for (uint32_t i = 0; i < 4; i++) img_plane_free(&picture->plane[i]);
    free(picture);
}

void img_fit(uint32_t width, uint32_t height, uint32_t max_side, uint32_t *out_width, uint32_t *out_height) {
    *out_width = width;
    *out_height = height;
    uint32_t longer = width > height ? width : height, shorter = width > height ? height : width;
    if (longer <= max_side) return;
    uint32_t fitted = (uint32_t)(((uint64_t)shorter * max_side + longer / 2) / longer);
    if (!fitted) fitted = 1;
    *out_width = width > height ? max_side : fitted;
    *out_height = width > height ? fitted : max_side;
}

static bool plane_is(const img_plane *plane, uint8_t value) {
    for (uint32_t y = 0; y < plane->height; y++) {
        const uint8_t *row = img_plane_row(plane, y);
        uint8_t differs = 0;
        for (uint32_t x = 0; x < plane->width; x++) differs |= row[x] ^ value;
        if (differs) return false;
    }
    return true;
}

static bool planes_equal(const img_plane *a, const img_plane *b) {
    for (uint32_t y = 0; y < a->height; y++)
        if (memcmp(img_plane_row(a, y), img_plane_row(b, y), a->width)) return false;
    return true;
}

static void hide_invisible(img_picture *picture) {
    const img_plane *alpha = &picture->plane[picture->planes - 1];
    for (uint32_t c = 0; c + 1 < picture->planes; c++)
        for (uint32_t y = 0; y < picture->height; y++) {
            uint8_t *row = img_plane_row(&picture->plane[c], y);
            const uint8_t *opacity = img_plane_row(alpha, y);
            for (uint32_t x = 0; x < picture->width; x++) row[x] = opacity[x] ? row[x] : 0;
        }
}

void img_picture_simplify(img_picture *picture) {
    if (picture->alpha) {
        if (plane_is(&picture->plane[picture->planes - 1], 255)) {
            img_plane_free(&picture->plane[--picture->planes]);
            picture->alpha = false;
        } else {
            hide_invisible(picture);
        }
    }
    if (picture->model != IMG_RGB || !planes_equal(&picture->plane[0], &picture->plane[1]) ||
        !planes_equal(&picture->plane[0], &picture->plane[2]))
        return;
    img_plane_free(&picture->plane[1]);
    img_plane_free(&picture->plane[2]);
    if (picture->alpha) {
        picture->plane[1] = picture->plane[3];
        memset(&picture->plane[3], 0, sizeof picture->plane[3]);
    }
    picture->model = IMG_GRAY;
    picture->planes -= 2;
}
