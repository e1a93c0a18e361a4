#ifndef CIMAGING_INTERNAL_H
#define CIMAGING_INTERNAL_H

#include "CImaging.h"

/// Fills `failure` (printf-style) and returns `status`.
img_status img_fail(img_failure *failure, img_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
img_status img_fail_limit(img_failure *failure, img_status status, uint64_t limit, uint64_t value, const char *what);
img_status img_fail_memory(img_failure *failure);

/// `malloc(count * size)` and `calloc`, NULL on overflow.
void *img_allocate(size_t count, size_t size);
void *img_allocate_zeroed(size_t count, size_t size);

/// Appends to a growing buffer; false when there is no memory (the buffer stays as it was).
bool img_buffer_append(img_buffer *buffer, const void *bytes, size_t count);

static inline uint32_t img_min_u32(uint32_t a, uint32_t b) { return a < b ? a : b; }
static inline uint32_t img_be32(const uint8_t *p) {
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}
static inline uint32_t img_be16(const uint8_t *p) { return (uint32_t)p[0] << 8 | p[1]; }
/// a * b / 255, rounded.
static inline uint8_t img_mul255(uint32_t a, uint32_t b) {
    uint32_t t = a * b + 128;
    return (uint8_t)((t + (t >> 8)) >> 8);
}
static inline uint8_t img_clamp8(int32_t v) { return v < 0 ? 0 : v > 255 ? 255 : (uint8_t)v; }

/// The orientation of a TIFF-structured EXIF block (starting at `II` or `MM`), 1 when absent or broken.
uint32_t img_exif_orientation(const uint8_t *bytes, size_t count);

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

/// Drops an alpha plane that is opaque everywhere and colour planes that are equal; hides what is invisible:
/// the colour of fully transparent pixels becomes black. For gray and RGB pictures.
void img_picture_simplify(img_picture *picture);

/// Whether chroma at half the resolution changes so steeply that half of it must be missing.
bool img_chroma_is_sharp(const img_picture *picture);

/// What EXIF orientation 1 to 8 does to the axes of the stored picture: first mirror, then transpose.
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
/// Output size is that of `target`, which is borrowed. NULL when there is no memory.
img_scaler *img_scaler_make(const img_scale *scale, img_plane *target);
void img_scaler_free(img_scaler *scaler);
/// Takes the next input row (`in_width` samples). Output rows appear as soon as their last input row is there.
void img_scaler_push(img_scaler *scaler, const uint8_t *row);
/// Whether every output row was made.
bool img_scaler_complete(const img_scaler *scaler);

/// How a source's numbers become sRGB.
typedef struct img_profile {
    /// The embedded ICC profile, owned; NULL when there is none that fits the picture.
    uint8_t *bytes;
    size_t count;
    /// Set by `img_profile_judge`: the profile says something else than sRGB.
    bool differs;
} img_profile;

/// Takes a decoder's rows from top to bottom and makes them a picture, never larger than `max_side`.
typedef struct img_intake {
    img_picture *picture;
    img_scaler *scaler[4];
    uint8_t *split[4];
    uint32_t width;
    bool premultiplies;
} img_intake;
/// For gray or RGB. False when there is no memory. `img_intake_close` is due in any case.
bool img_intake_open(img_intake *intake, img_model model, bool alpha, uint32_t width, uint32_t height,
                     uint32_t max_side);
/// One row of interleaved samples, alpha last and not premultiplied.
void img_intake_push(img_intake *intake, const uint8_t *row);
/// After the last row: upright, simplified, sRGB. The caller frees the picture.
img_status img_intake_finish(img_intake *intake, uint32_t orientation, const img_profile *profile,
                             img_picture **picture, img_failure *failure);
void img_intake_close(img_intake *intake);

/// The size that fits `max_side`, aspect kept, each side at least 1.
void img_fit(uint32_t width, uint32_t height, uint32_t max_side, uint32_t *out_width, uint32_t *out_height);

/// Drops a profile that cannot be read or is of another colour model than a picture with `components` components
/// (1 gray, 3 RGB, 4 CMYK); recognises sRGB by its numbers.
void img_profile_judge(img_profile *profile, uint32_t components);
/// ITU-R BT.601 full range as JFIF defines it.
void img_ycc_to_rgb(const uint8_t *y, const uint8_t *cb, const uint8_t *cr, uint8_t rgb[3]);
/// Converts in place to gray or RGB in sRGB. Subsampled YCC is only accepted where nothing has to be converted.
img_status img_colour_convert(img_picture *picture, const img_profile *profile, img_failure *failure);

/// The limits on sides and pixels.
img_status img_check_size(uint32_t width, uint32_t height, const img_limits *limits, img_failure *failure);

typedef struct img_jpeg_header {
    uint32_t width, height, components;
    /// The largest sampling factors.
    uint32_t max_h, max_v;
    uint32_t orientation;
    bool progressive;
    img_profile profile;
} img_jpeg_header;
img_status img_jpeg_scan(const uint8_t *bytes, size_t count, const img_limits *limits, img_jpeg_header *header,
                         img_failure *failure);
img_status img_jpeg_decode(const img_source *source, uint32_t max_side, img_picture **picture, img_failure *failure);
/// Whether the source becomes upright and sRGB without its pixels.
bool img_jpeg_turns_by_blocks(const img_source *source);
/// A quality of 0 keeps every coefficient as it is.
img_status img_jpeg_requantise(const img_source *source, int quality, img_buffer *output, bool *lossless,
                               img_failure *failure);

typedef struct img_png_header {
    uint32_t width, height, bit_depth, colour_type;
    uint32_t orientation;
    bool interlaced, animated;
    img_profile profile;
    /// Signature, IHDR, PLTE, tRNS, IDAT and IEND with their checksums verified, and nothing else.
    img_buffer core;
} img_png_header;
img_status img_png_scan(const uint8_t *bytes, size_t count, const img_limits *limits, img_png_header *header,
                        img_failure *failure);
img_status img_png_decode(const img_source *source, uint32_t max_side, img_picture **picture, img_failure *failure);

typedef struct img_gif_header {
    uint32_t width, height;
    bool animated;
    /// Of the first frame: its place on the screen.
    uint32_t left, top, frame_width, frame_height;
    bool interlaced, has_transparent;
    uint8_t transparent;
    /// RGB triples, borrowed from the source.
    const uint8_t *colours;
    uint32_t colour_count;
    /// The code length and the data sub-blocks, up to the end of the source.
    const uint8_t *data;
    size_t data_count;
} img_gif_header;
img_status img_gif_scan(const uint8_t *bytes, size_t count, const img_limits *limits, img_gif_header *header,
                        img_failure *failure);
img_status img_gif_decode(const img_source *source, uint32_t max_side, img_picture **picture, img_failure *failure);

typedef struct img_webp_header {
    uint32_t width, height, orientation;
    bool animated, alpha;
    /// Of the first frame, whether it covers the picture, and its chunks, borrowed from the source.
    uint32_t left, top, frame_width, frame_height;
    bool covers;
    const uint8_t *frame;
    size_t frame_count;
    img_profile profile;
} img_webp_header;
img_status img_webp_scan(const uint8_t *bytes, size_t count, const img_limits *limits, img_webp_header *header,
                         img_failure *failure);
img_status img_webp_decode(const img_source *source, uint32_t max_side, img_picture **picture, img_failure *failure);
/// For a source whose first frame covers the picture.
img_status img_webp_strip(const img_source *source, img_buffer *output, img_failure *failure);

typedef struct img_heif_header {
    uint32_t width, height;
    bool alpha;
    img_profile profile;
    struct heif_context *context;
    struct heif_image_handle *handle;
} img_heif_header;
/// Loads libheif where it is installed; others load it at first use.
void img_load_decoders(void);
/// Whether there is a decoder for AVIF and HEIC. The functions below are for where there is.
bool img_heif_is_there(void);
img_status img_heif_scan(const uint8_t *bytes, size_t count, const img_limits *limits, img_heif_header *header,
                         img_failure *failure);
img_status img_heif_decode(const img_source *source, uint32_t max_side, img_picture **picture, img_failure *failure);
void img_heif_close(img_heif_header *header);

struct img_source {
    const uint8_t *bytes;
    size_t count;
    img_limits limits;
    img_format format;
    uint32_t width, height, orientation;
    img_source_facts facts;
    union {
        img_jpeg_header jpeg;
        img_png_header png;
        img_gif_header gif;
        img_webp_header webp;
        img_heif_header heif;
    };
};

/// At most 256 colours with alpha, and each pixel's index.
typedef struct img_palette {
    uint32_t count;
    uint8_t colour[256][4];
    img_plane indices;
} img_palette;
/// False when the picture has more than 256 colours; `*no_memory` tells that apart.
bool img_palette_exact(const img_picture *picture, img_palette *palette, bool *no_memory);
/// At most `colours` colours chosen for the picture; false when there is no memory.
bool img_palette_quantised(const img_picture *picture, uint32_t colours, img_palette *palette);

/// RGBA of a gray or RGB picture.
static inline void img_pixel(const img_picture *p, uint32_t x, uint32_t y, uint8_t rgba[4]) {
    bool gray = p->model == IMG_GRAY;
    for (uint32_t c = 0; c < 3; c++) rgba[c] = img_plane_row(&p->plane[gray ? 0 : c], y)[x];
    rgba[3] = p->alpha ? img_plane_row(&p->plane[p->planes - 1], y)[x] : 255;
}

/// The same for YCC too, chroma taken from the nearest sample.
void img_any_pixel(const img_picture *picture, uint32_t x, uint32_t y, uint8_t rgba[4]);

#endif
