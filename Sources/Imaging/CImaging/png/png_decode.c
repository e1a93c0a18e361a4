#include "png_codec.h"
#include "png_library.h"

#include <stdlib.h>
#include <string.h>

/// Decodes a PNG to gray or RGB planes, with alpha where the file has any.

typedef struct decoding {
    img_png_guard guard;
    png_structp png;
    png_infop info;
    const img_buffer *core;
    size_t at;
    uint32_t max_side;
    img_intake intake;
    uint8_t *pixels;
} decoding;

static void read_core(png_structp png, png_bytep to, size_t count) {
    decoding *d = png_get_io_ptr(png);
    if (count > d->core->count - d->at) png_error(png, "Read Error");
    memcpy(to, d->core->bytes + d->at, count);
    d->at += count;
}

static void open_intake(decoding *d) {
    png_byte type = png_get_color_type(d->png, d->info);
    bool transparent = png_get_valid(d->png, d->info, PNG_INFO_tRNS) != 0;
    png_set_expand(d->png);
    if (png_get_bit_depth(d->png, d->info) == 16) png_set_scale_16(d->png);
    if (!img_intake_open(&d->intake, type & PNG_COLOR_MASK_COLOR ? IMG_RGB : IMG_GRAY,
                         (type & PNG_COLOR_MASK_ALPHA) || transparent, png_get_image_width(d->png, d->info),
                         png_get_image_height(d->png, d->info), d->max_side))
        img_png_give_up(&d->guard, IMG_OUT_OF_MEMORY, "there is not enough memory for this picture");
}

static void read_pixels(decoding *d, uint32_t height, size_t row_bytes, int passes) {
    // An interlaced picture arrives in several passes and has to be held whole.
    uint32_t held = passes > 1 ? height : 1;
    d->pixels = img_allocate(held, row_bytes);
    if (!d->pixels) img_png_give_up(&d->guard, IMG_OUT_OF_MEMORY, "there is not enough memory for this picture");
    for (int pass = 0; pass < passes; pass++)
        for (uint32_t y = 0; y < height; y++) {
            uint8_t *row = d->pixels + (passes > 1 ? row_bytes * y : 0);
            png_read_row(d->png, row, NULL);
            if (pass == passes - 1) img_intake_push(&d->intake, row);
        }
}

static void decode(void *context) {
    decoding *d = context;
    png_set_read_fn(d->png, d, read_core);
    // Our own reading of the chunks verified the checksums and the size.
    png_set_crc_action(d->png, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
    png_set_user_limits(d->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_read_info(d->png, d->info);
    open_intake(d);
    int passes = png_set_interlace_handling(d->png);
    png_read_update_info(d->png, d->info);
    size_t row_bytes = png_get_rowbytes(d->png, d->info);
    if (row_bytes != (size_t)d->intake.width * d->intake.picture->planes)
        img_png_give_up(&d->guard, IMG_INTERNAL, "libpng's rows have an unexpected size");
    read_pixels(d, png_get_image_height(d->png, d->info), row_bytes, passes);
}

img_status img_png_decode(const img_png_header *header, uint32_t max_side, img_picture **picture,
                          img_failure *failure) {
    decoding *d = img_allocate_zeroed(1, sizeof *d);
    if (!d) return img_fail_memory(failure);
    d->guard = (img_png_guard){.failure = failure, .otherwise = IMG_CORRUPT};
    d->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &d->guard, img_png_on_error, img_png_on_warning);
    d->info = d->png ? png_create_info_struct(d->png) : NULL;
    d->core = &header->core;
    d->max_side = max_side;
    img_status status = d->info ? IMG_OK : img_fail_memory(failure);
    if (status == IMG_OK && !img_png_guarded(&d->guard, decode, d)) status = failure->status;
    if (status == IMG_OK)
        status = img_intake_finish(&d->intake, header->orientation, &header->profile, picture, failure);
    png_destroy_read_struct(&d->png, &d->info, NULL);
    img_intake_close(&d->intake);
    free(d->pixels);
    free(d);
    return status;
}
