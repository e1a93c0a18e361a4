#include "png_internal.h"

#include <stdlib.h>
#include <string.h>

/// Decodes a PNG to gray or RGB planes, with alpha where the file has any. While it is resized, colour is
/// premultiplied, so that what is transparent does not bleed in.

typedef struct decoding {
    img_png_guard guard;
    png_structp png;
    png_infop info;
    const img_buffer *core;
    size_t at;
    uint32_t max_side;
    img_picture *picture;
    img_scaler *scaler[4];
    uint32_t channels;
    bool premultiplies;
    uint8_t *pixels;
    uint8_t *split[4];
} decoding;

static void read_core(png_structp png, png_bytep to, size_t count) {
    decoding *d = png_get_io_ptr(png);
    if (count > d->core->count - d->at) png_error(png, "Read Error");
    memcpy(to, d->core->bytes + d->at, count);
    d->at += count;
}

static void set_transformations(decoding *d) {
    png_byte type = png_get_color_type(d->png, d->info);
    bool transparent = png_get_valid(d->png, d->info, PNG_INFO_tRNS) != 0;
    png_set_expand(d->png);
    if (png_get_bit_depth(d->png, d->info) == 16) png_set_scale_16(d->png);
    d->picture->model = type & PNG_COLOR_MASK_COLOR ? IMG_RGB : IMG_GRAY;
    d->picture->alpha = (type & PNG_COLOR_MASK_ALPHA) || transparent;
}

static void make_planes(decoding *d, uint32_t width, uint32_t height) {
    img_picture *picture = d->picture;
    img_fit(width, height, d->max_side, &picture->width, &picture->height);
    picture->planes = d->channels = (picture->model == IMG_RGB ? 3u : 1u) + picture->alpha;
    d->premultiplies = picture->alpha && (picture->width != width || picture->height != height);
    img_scale scale = {width, height, (double)width / picture->width, (double)height / picture->height, 0, 0};
    for (uint32_t c = 0; c < d->channels; c++) {
        if (img_plane_make(&picture->plane[c], picture->width, picture->height))
            d->scaler[c] = img_scaler_make(&scale, &picture->plane[c]);
        d->split[c] = img_allocate(width, 1);
        if (!d->scaler[c] || !d->split[c])
            img_png_give_up(&d->guard, IMG_OUT_OF_MEMORY, "no memory left for this picture");
    }
}

static void push_row(decoding *d, const uint8_t *row, uint32_t width) {
    uint32_t channels = d->channels, colours = channels - d->picture->alpha;
    for (uint32_t c = 0; c < channels; c++)
        for (uint32_t x = 0; x < width; x++) d->split[c][x] = row[(size_t)x * channels + c];
    for (uint32_t c = 0; d->premultiplies && c < colours; c++)
        for (uint32_t x = 0; x < width; x++) d->split[c][x] = img_mul255(d->split[c][x], d->split[colours][x]);
    for (uint32_t c = 0; c < channels; c++) img_scaler_push(d->scaler[c], d->split[c]);
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

static void read_pixels(decoding *d, uint32_t width, uint32_t height, size_t row_bytes, int passes) {
    // An interlaced picture fills in pass after pass and has to be held whole.
    uint32_t held = passes > 1 ? height : 1;
    d->pixels = img_allocate(held, row_bytes);
    if (!d->pixels) img_png_give_up(&d->guard, IMG_OUT_OF_MEMORY, "no memory left for this picture");
    for (int pass = 0; pass < passes; pass++)
        for (uint32_t y = 0; y < height; y++) {
            uint8_t *row = d->pixels + (passes > 1 ? row_bytes * y : 0);
            png_read_row(d->png, row, NULL);
            if (pass == passes - 1) push_row(d, row, width);
        }
}

static void decode(void *context) {
    decoding *d = context;
    png_set_read_fn(d->png, d, read_core);
    // Our own reading of the chunks verified the checksums and the size.
    png_set_crc_action(d->png, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
    png_set_user_limits(d->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_read_info(d->png, d->info);
    set_transformations(d);
    int passes = png_set_interlace_handling(d->png);
    png_read_update_info(d->png, d->info);
    uint32_t width = png_get_image_width(d->png, d->info), height = png_get_image_height(d->png, d->info);
    make_planes(d, width, height);
    size_t row_bytes = png_get_rowbytes(d->png, d->info);
    if (row_bytes != (size_t)width * d->channels)
        img_png_give_up(&d->guard, IMG_INTERNAL, "libpng's rows have another size than planned");
    read_pixels(d, width, height, row_bytes, passes);
    for (uint32_t c = 0; c < d->channels; c++)
        if (!img_scaler_complete(d->scaler[c]))
            img_png_give_up(&d->guard, IMG_INTERNAL, "fewer rows than the header promised");
    if (d->premultiplies) undo_premultiplication(d->picture);
}

img_status img_png_decode(const img_source *source, uint32_t max_side, img_picture **picture, img_failure *failure) {
    decoding *d = img_allocate_zeroed(1, sizeof *d);
    img_picture *decoded = img_allocate_zeroed(1, sizeof *decoded);
    if (d) {
        d->guard = (img_png_guard){.failure = failure, .otherwise = IMG_CORRUPT};
        d->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &d->guard, img_png_on_error, img_png_on_warning);
        d->info = d->png ? png_create_info_struct(d->png) : NULL;
        d->core = &source->png.core;
        d->max_side = max_side;
        d->picture = decoded;
    }
    img_status status = d && decoded && d->info ? IMG_OK : img_fail_memory(failure);
    if (status == IMG_OK && !img_png_guarded(&d->guard, decode, d)) status = failure->status;
    if (d) {
        png_destroy_read_struct(&d->png, &d->info, NULL);
        for (uint32_t c = 0; c < 4; c++) {
            img_scaler_free(d->scaler[c]);
            free(d->split[c]);
        }
        free(d->pixels);
        free(d);
    }
    img_turn turn = img_turn_for(source->orientation);
    for (uint32_t c = 0; status == IMG_OK && c < decoded->planes; c++)
        if (!img_plane_turn(&decoded->plane[c], turn)) status = img_fail_memory(failure);
    if (status == IMG_OK) {
        decoded->width = decoded->plane[0].width;
        decoded->height = decoded->plane[0].height;
        img_picture_simplify(decoded);
        status = img_colour_convert(decoded, &source->png.profile, failure);
    }
    if (status == IMG_OK) *picture = decoded;
    else img_picture_free(decoded);
    return status;
}
