#ifndef CIMAGING_INTAKE_H
#define CIMAGING_INTAKE_H

#include "colour/colour.h"

/// Turns the rows of any decoder into a picture.

/// Takes a decoder's rows from top to bottom and makes them a picture, never larger than `max_side`.
typedef struct img_intake {
    img_picture *picture;
    img_scaler *scaler[4];
    uint8_t *split[4];
    uint32_t width;
    bool premultiplies;
} img_intake;
/// For gray or RGB. False when there is no memory. The caller always calls `img_intake_close`.
bool img_intake_open(img_intake *intake, img_model model, bool alpha, uint32_t width, uint32_t height,
                     uint32_t max_side);
/// One row of interleaved samples, alpha last and not premultiplied.
void img_intake_push(img_intake *intake, const uint8_t *row);
/// After the last row: upright, simplified, sRGB. The caller frees the picture.
img_status img_intake_finish(img_intake *intake, uint32_t orientation, const img_profile *profile,
                             img_picture **picture, img_failure *failure);
void img_intake_close(img_intake *intake);

#endif
