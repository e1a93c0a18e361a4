#include "intake.h"

#include <stdlib.h>
#include <string.h>

/// Makes a picture from a decoder's interleaved rows: they are resized on arrival, then turned, simplified and
/// converted. Colour is premultiplied while it is resized, so that transparent pixels do not bleed into others.

bool img_intake_open(img_intake *intake, img_model model, bool alpha, uint32_t width, uint32_t height,
                     uint32_t max_side) {
    memset(intake, 0, sizeof *intake);
    img_picture *picture = intake->picture = img_allocate_zeroed(1, sizeof *picture);
    if (!picture) return false;
    picture->model = model;
    picture->alpha = alpha;
    img_fit(width, height, max_side, &picture->width, &picture->height);
    picture->planes = (model == IMG_RGB ? 3u : 1u) + alpha;
    intake->width = width;
    intake->premultiplies = alpha && (picture->width != width || picture->height != height);
    img_scale scale = {width, height, (double)width / picture->width, (double)height / picture->height, 0, 0};
    for (uint32_t c = 0; c < picture->planes; c++) {
        if (img_plane_make(&picture->plane[c], picture->width, picture->height))
            intake->scaler[c] = img_scaler_make(&scale, &picture->plane[c]);
        intake->split[c] = img_allocate(width, 1);
        if (!intake->scaler[c] || !intake->split[c]) return false;
    }
    return true;
}

void img_intake_push(img_intake *intake, const uint8_t *row) {
    uint32_t channels = intake->picture->planes, colours = channels - intake->picture->alpha, width = intake->width;
    for (uint32_t c = 0; c < channels; c++)
        for (uint32_t x = 0; x < width; x++) intake->split[c][x] = row[(size_t)x * channels + c];
    for (uint32_t c = 0; intake->premultiplies && c < colours; c++)
        for (uint32_t x = 0; x < width; x++)
            intake->split[c][x] = img_mul255(intake->split[c][x], intake->split[colours][x]);
    for (uint32_t c = 0; c < channels; c++) img_scaler_push(intake->scaler[c], intake->split[c]);
}

static void undo_premultiplication(img_picture *picture) {
    uint32_t colours = picture->planes - 1;
    for (uint32_t y = 0; y < picture->height; y++) {
        const uint8_t *alpha = img_plane_row(&picture->plane[colours], y);
        for (uint32_t c = 0; c < colours; c++) {
            uint8_t *row = img_plane_row(&picture->plane[c], y);
            for (uint32_t x = 0; x < picture->width; x++) {
                uint32_t a = alpha[x];
                if (a != 255) row[x] = a ? (uint8_t)img_min_u32((row[x] * 255u + a / 2) / a, 255) : 0;
            }
        }
    }
}

img_status img_intake_finish(img_intake *intake, uint32_t orientation, const img_profile *profile,
                             img_picture **picture, img_failure *failure) {
    img_picture *made = intake->picture;
    for (uint32_t c = 0; c < made->planes; c++)
        if (!img_scaler_complete(intake->scaler[c]))
            return img_fail(failure, IMG_INTERNAL, "there are fewer rows than the header says");
    if (intake->premultiplies) undo_premultiplication(made);
    img_turn turn = img_turn_for(orientation);
    for (uint32_t c = 0; c < made->planes; c++)
        if (!img_plane_turn(&made->plane[c], turn)) return img_fail_memory(failure);
    made->width = made->plane[0].width;
    made->height = made->plane[0].height;
    img_picture_simplify(made);
    img_status status = img_colour_convert(made, profile, failure);
    if (status != IMG_OK) return status;
    *picture = made;
    intake->picture = NULL;
    return IMG_OK;
}

void img_intake_close(img_intake *intake) {
    for (uint32_t c = 0; c < 4; c++) {
        img_scaler_free(intake->scaler[c]);
        free(intake->split[c]);
    }
    img_picture_free(intake->picture);
    memset(intake, 0, sizeof *intake);
}
