#include "CImagingTestSupport.h"

#include <stdlib.h>
#include <string.h>

#include <png.h>

static void keep(png_structp png, png_bytep bytes, size_t count) {
    draw_buffer *out = png_get_io_ptr(png);
    out->bytes = realloc(out->bytes, out->count + count);
    memcpy(out->bytes + out->count, bytes, count);
    out->count += count;
}

static void flush(png_structp png) { (void)png; }

static void put(uint8_t *row, uint32_t sample, int depth, uint32_t value) {
    if (depth == 16) {
        row[sample * 2] = (uint8_t)value;
        row[sample * 2 + 1] = (uint8_t)(value * 7);
    } else if (depth == 8) {
        row[sample] = (uint8_t)value;
    } else {
        uint32_t bit = sample * (uint32_t)depth;
        row[bit / 8] |= (uint8_t)((value >> (8 - depth)) << (8 - depth - bit % 8));
    }
}

static void colour_at(const draw_png *o, uint32_t x, uint32_t y, uint8_t rgba[4]) {
    if (o->flat && !(o->drawn_first_row && y == 0)) {
        memcpy(rgba, o->flat, 3);
        rgba[3] = 255;
        return;
    }
    if (o->cut_out) {
        static const uint8_t disc[4] = {120, 20, 20, 255}, ground[4] = {0, 255, 0, 0};
        double u = (double)x / o->width - 0.5, v = (double)y / o->height - 0.5;
        memcpy(rgba, u * u + v * v < 0.16 ? disc : ground, 4);
        return;
    }
    draw_colour(x, y, o->width, o->height, rgba);
    if (o->noise)
        for (int c = 0; c < 3; c++) {
            // The finalizer of MurmurHash3: all bits of the place change all bits of the sample.
            uint32_t h = (y * o->width + x) * 3 + (uint32_t)c;
            h = (h ^ h >> 16) * 0x85ebca6bu;
            h = (h ^ h >> 13) * 0xc2b2ae35u;
            rgba[c] = (uint8_t)(h >> 16);
        }
    if (o->flat_areas)
        for (int c = 0; c < 4; c++) rgba[c] = rgba[c] & 0xc0;
}

static void fill_row(const draw_png *o, uint32_t y, uint8_t *row, size_t count) {
    memset(row, 0, count);
    uint32_t channels = o->colour_type == 0 || o->colour_type == 3 ? 1
                        : o->colour_type == 2                      ? 3
                        : o->colour_type == 4                      ? 2
                                                                   : 4;
    for (uint32_t x = 0; x < o->width; x++) {
        uint8_t rgba[4];
        colour_at(o, x, y, rgba);
        uint8_t gray = (uint8_t)((rgba[0] * 299 + rgba[1] * 587 + rgba[2] * 114) / 1000);
        if (o->colour_type == 0 || o->colour_type == 4) rgba[0] = gray, rgba[1] = rgba[3];
        // The palette's entries are grays, by index.
        if (o->colour_type == 3) rgba[0] = gray;
        for (uint32_t c = 0; c < channels; c++) put(row, x * channels + c, o->depth, rgba[c]);
    }
}

draw_buffer draw_make_png(const draw_png *o) {
    draw_buffer out = {0};
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    png_set_write_fn(png, &out, keep, flush);
    png_set_IHDR(png, info, o->width, o->height, o->depth, o->colour_type,
                 o->interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, 0, 0);
    png_color palette[256];
    png_byte opacity[1] = {0};
    png_color_16 key = {0};
    if (o->colour_type == 3) {
        int entries = 1 << o->depth;
        for (int i = 0; i < entries; i++)
            palette[i].red = palette[i].green = palette[i].blue = (png_byte)(i * 255 / (entries - 1));
        png_set_PLTE(png, info, palette, entries);
        if (o->transparent_entry) png_set_tRNS(png, info, opacity, 1, NULL);
    } else if (o->transparent_entry) {
        png_set_tRNS(png, info, NULL, 0, &key);
    }
    if (o->icc) png_set_iCCP(png, info, "test", 0, o->icc, (png_uint_32)o->icc_count);
    png_text text = {.compression = PNG_TEXT_COMPRESSION_NONE, .key = "Comment"};
    if (o->text) {
        text.text = (png_charp)(uintptr_t)o->text;
        text.text_length = strlen(o->text);
        png_set_text(png, info, &text, 1);
    }
    png_write_info(png, info);
    size_t row_bytes = png_get_rowbytes(png, info);
    uint8_t *pixels = malloc(row_bytes * o->height);
    png_bytep *rows = malloc(sizeof *rows * o->height);
    for (uint32_t y = 0; y < o->height; y++) fill_row(o, y, rows[y] = pixels + row_bytes * y, row_bytes);
    png_write_image(png, rows);
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    free(rows);
    free(pixels);
    return out;
}
