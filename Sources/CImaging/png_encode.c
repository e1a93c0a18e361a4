#include "png_internal.h"

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

/// Writes only IHDR, PLTE, tRNS, IDAT and IEND.

typedef struct encoding {
    img_png_guard guard;
    png_structp png;
    png_infop info;
    const img_picture *picture;
    const img_palette *palette;
    img_buffer *output;
    uint64_t max_bytes;
    bool too_long;
    uint8_t *line;
} encoding;

static void keep(png_structp png, png_bytep bytes, size_t count) {
    encoding *e = png_get_io_ptr(png);
    e->too_long = e->output->count + count > e->max_bytes;
    if (e->too_long) img_png_give_up(&e->guard, IMG_OK, "");
    if (!img_buffer_append(e->output, bytes, count))
        img_png_give_up(&e->guard, IMG_OUT_OF_MEMORY, "no memory left for the output");
}

static void flush(png_structp png) { (void)png; }

static int palette_depth(uint32_t colours) { return colours <= 2 ? 1 : colours <= 4 ? 2 : colours <= 16 ? 4 : 8; }

static void write_palette(encoding *e) {
    png_color entries[256];
    png_byte opacity[256];
    int translucent = 0;
    for (uint32_t i = 0; i < e->palette->count; i++) {
        const uint8_t *colour = e->palette->colour[i];
        entries[i] = (png_color){colour[0], colour[1], colour[2]};
        opacity[i] = colour[3];
        if (colour[3] != 255) translucent = (int)i + 1;
    }
    png_set_IHDR(e->png, e->info, e->picture->width, e->picture->height, palette_depth(e->palette->count),
                 PNG_COLOR_TYPE_PALETTE, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_set_PLTE(e->png, e->info, entries, (int)e->palette->count);
    if (translucent) png_set_tRNS(e->png, e->info, opacity, translucent, NULL);
    // Neighbouring indices are not related as numbers, so filters only do harm.
    png_set_filter(e->png, PNG_FILTER_TYPE_BASE, PNG_FILTER_NONE);
    png_set_compression_level(e->png, 9);
    png_write_info(e->png, e->info);
    png_set_packing(e->png);
    for (uint32_t y = 0; y < e->picture->height; y++)
        png_write_row(e->png, img_plane_row(&e->palette->indices, y));
}

static void write_samples(encoding *e) {
    const img_picture *picture = e->picture;
    int type = (picture->model == IMG_RGB ? PNG_COLOR_MASK_COLOR : 0) | (picture->alpha ? PNG_COLOR_MASK_ALPHA : 0);
    png_set_IHDR(e->png, e->info, picture->width, picture->height, 8, type, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_set_filter(e->png, PNG_FILTER_TYPE_BASE, PNG_ALL_FILTERS);
    png_set_compression_level(e->png, 6);
    png_write_info(e->png, e->info);
    e->line = img_allocate(picture->width, picture->planes);
    if (!e->line) img_png_give_up(&e->guard, IMG_OUT_OF_MEMORY, "no memory left for the output");
    for (uint32_t y = 0; y < picture->height; y++) {
        for (uint32_t c = 0; c < picture->planes; c++) {
            const uint8_t *row = img_plane_row(&picture->plane[c], y);
            for (uint32_t x = 0; x < picture->width; x++) e->line[(size_t)x * picture->planes + c] = row[x];
        }
        png_write_row(e->png, e->line);
    }
}

static void encode(void *context) {
    encoding *e = context;
    png_set_write_fn(e->png, e, keep, flush);
    if (e->palette) write_palette(e);
    else write_samples(e);
    png_write_end(e->png, NULL);
}

static img_status write_png(const img_picture *picture, const img_palette *palette, uint64_t max_bytes,
                            img_buffer *output, img_failure *failure) {
    encoding *e = img_allocate_zeroed(1, sizeof *e);
    if (!e) return img_fail_memory(failure);
    e->guard = (img_png_guard){.failure = failure, .otherwise = IMG_INTERNAL};
    e->picture = picture;
    e->palette = palette;
    e->output = output;
    e->max_bytes = max_bytes;
    e->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &e->guard, img_png_on_error, img_png_on_warning);
    e->info = e->png ? png_create_info_struct(e->png) : NULL;
    img_status status = e->info ? IMG_OK : img_fail_memory(failure);
    if (status == IMG_OK && !img_png_guarded(&e->guard, encode, e)) status = failure->status;
    if (e->too_long) img_buffer_free(output);
    png_destroy_write_struct(&e->png, &e->info);
    free(e->line);
    free(e);
    return status;
}

img_status img_encode_png(const img_picture *picture, const img_png_options *options, img_buffer *output,
                          img_failure *failure) {
    memset(output, 0, sizeof *output);
    if (picture->model != IMG_GRAY && picture->model != IMG_RGB)
        return img_fail(failure, IMG_INTERNAL, "PNG holds gray and RGB only");
    img_palette *palette = img_allocate_zeroed(1, sizeof *palette);
    if (!palette) return img_fail_memory(failure);
    uint32_t colours = options->colours;
    bool no_memory = false;
    bool indexed = img_palette_exact(picture, palette, &no_memory) && (!colours || palette->count <= colours);
    if (!indexed && !no_memory && colours) {
        img_plane_free(&palette->indices);
        indexed = img_palette_quantised(picture, colours, palette);
        no_memory = !indexed;
    }
    img_status status = no_memory ? img_fail_memory(failure)
                                  : write_png(picture, indexed ? palette : NULL, options->max_bytes, output, failure);
    img_plane_free(&palette->indices);
    free(palette);
    if (status != IMG_OK) img_buffer_free(output);
    return status;
}
