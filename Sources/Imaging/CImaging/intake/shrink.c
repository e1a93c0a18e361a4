#include "intake.h"

#include <stdlib.h>

/// Shrinks gray and RGB with alpha by passing them through the intake again.
static img_status shrink_translucent(const img_picture *from, uint32_t max_side, img_picture **smaller,
                                     img_failure *failure) {
    img_intake intake;
    img_profile none = {0};
    uint8_t *row = img_allocate(from->width, from->planes);
    bool made = img_intake_open(&intake, from->model, from->alpha, from->width, from->height, max_side) && row;
    for (uint32_t y = 0; made && y < from->height; y++) {
        for (uint32_t c = 0; c < from->planes; c++) {
            const uint8_t *samples = img_plane_row(&from->plane[c], y);
            for (uint32_t x = 0; x < from->width; x++) row[(size_t)x * from->planes + c] = samples[x];
        }
        img_intake_push(&intake, row);
    }
    img_status status = made ? img_intake_finish(&intake, 1, &none, smaller, failure) : img_fail_memory(failure);
    img_intake_close(&intake);
    free(row);
    return status;
}

/// Shrinks one plane. Chroma planes keep their size relative to the picture.
static bool shrink_plane(const img_picture *from, uint32_t c, img_picture *to) {
    const img_plane *plane = &from->plane[c];
    uint32_t across = plane->width < from->width ? 2 : 1, down = plane->height < from->height ? 2 : 1;
    if (!img_plane_make(&to->plane[c], (to->width + across - 1) / across, (to->height + down - 1) / down)) return false;
    img_scale scale = {
        plane->width, plane->height, (double)from->width / to->width, (double)from->height / to->height, 0, 0};
    img_scaler *scaler = img_scaler_make(&scale, &to->plane[c]);
    if (!scaler) return false;
    for (uint32_t y = 0; y < plane->height; y++) img_scaler_push(scaler, img_plane_row(plane, y));
    bool complete = img_scaler_complete(scaler);
    img_scaler_free(scaler);
    return complete;
}

img_status img_picture_shrink(const img_picture *picture, uint32_t max_side, img_picture **smaller,
                              img_failure *failure) {
    *smaller = NULL;
    if (!max_side) return img_fail(failure, IMG_INTERNAL, "the longest side must not be zero");
    if (picture->alpha) return shrink_translucent(picture, max_side, smaller, failure);
    img_picture *made = img_allocate_zeroed(1, sizeof *made);
    if (!made) return img_fail_memory(failure);
    made->model = picture->model;
    made->planes = picture->planes;
    img_fit(picture->width, picture->height, max_side, &made->width, &made->height);
    for (uint32_t c = 0; c < picture->planes; c++)
        if (!shrink_plane(picture, c, made)) {
            img_picture_free(made);
            return img_fail_memory(failure);
        }
    *smaller = made;
    return IMG_OK;
}
