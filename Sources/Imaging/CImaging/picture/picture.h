#ifndef CIMAGING_PICTURE_H
#define CIMAGING_PICTURE_H

#include "base/base.h"

/// Pictures in memory: planes of samples, their sizes and their orientation.

typedef enum img_model {
    IMG_GRAY,
    /// Chroma planes may be smaller than the picture.
    IMG_YCC,
    IMG_RGB,
    /// Amounts of light, not of ink: 255 is no ink (what Adobe's JPEGs store).
    IMG_CMYK_LIGHT,
    /// YCC of the first three planes of `IMG_CMYK_LIGHT` inverted, and its K as it is.
    IMG_YCCK_LIGHT,
} img_model;

/// `stride` is a multiple of 16 and at least `width`; columns past `width` exist and repeat the last one after
/// `img_plane_pad`.
typedef struct img_plane {
    uint8_t *samples;
    size_t stride;
    uint32_t width, height;
} img_plane;

bool img_plane_make(img_plane *plane, uint32_t width, uint32_t height);
void img_plane_free(img_plane *plane);
void img_plane_pad(img_plane *plane);
static inline uint8_t *img_plane_row(const img_plane *plane, uint32_t y) { return plane->samples + plane->stride * y; }

/// Planes in the model's order, alpha last (not premultiplied).
struct img_picture {
    img_model model;
    uint32_t width, height;
    uint32_t planes;
    bool alpha;
    img_plane plane[4];
};

/// Drops an alpha plane that is opaque everywhere and colour planes that are equal, and makes fully transparent pixels
/// black. For gray and RGB pictures.
void img_picture_simplify(img_picture *picture);

/// Whether chroma changes so steeply that halving its resolution would be visible.
bool img_chroma_is_sharp(const img_picture *picture);

/// How an EXIF orientation (1 to 8) turns the stored picture: first mirror, then transpose.
typedef struct img_turn {
    bool mirror_x, mirror_y, transpose;
} img_turn;
img_turn img_turn_for(uint32_t orientation);
/// Replaces the plane by its turned copy; false when there is no memory.
bool img_plane_turn(img_plane *plane, img_turn turn);

/// Resizes one plane, row by row, holding only the rows that the filter spans.
typedef struct img_scaler img_scaler;
typedef struct img_scale {
    uint32_t in_width, in_height;
    /// Input samples per output sample.
    double step_x, step_y;
    /// Shift of the output grid, in output samples.
    double shift_x, shift_y;
} img_scale;
/// The output has the size of `target`, which is borrowed. NULL when there is no memory.
img_scaler *img_scaler_make(const img_scale *scale, img_plane *target);
void img_scaler_free(img_scaler *scaler);
/// Takes the next input row (`in_width` samples). Output rows appear as soon as their last input row has arrived.
void img_scaler_push(img_scaler *scaler, const uint8_t *row);
/// Whether every output row was made.
bool img_scaler_complete(const img_scaler *scaler);

/// RGBA of a gray or RGB picture.
static inline void img_pixel(const img_picture *p, uint32_t x, uint32_t y, uint8_t rgba[4]) {
    bool gray = p->model == IMG_GRAY;
    for (uint32_t c = 0; c < 3; c++) rgba[c] = img_plane_row(&p->plane[gray ? 0 : c], y)[x];
    rgba[3] = p->alpha ? img_plane_row(&p->plane[p->planes - 1], y)[x] : 255;
}

/// The same for YCC too; chroma is taken from the nearest sample.
void img_any_pixel(const img_picture *picture, uint32_t x, uint32_t y, uint8_t rgba[4]);
/// ITU-R BT.601 full range as JFIF defines it.
void img_ycc_to_rgb(const uint8_t *y, const uint8_t *cb, const uint8_t *cr, uint8_t rgb[3]);

/// The size that fits `max_side`, aspect kept, each side at least 1.
void img_fit(uint32_t width, uint32_t height, uint32_t max_side, uint32_t *out_width, uint32_t *out_height);

#endif
