#include "CImagingTestSupport.h"

#include <dlfcn.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <png.h>
#include <webp/decode.h>

typedef struct strict_error {
    struct jpeg_error_mgr base;
    jmp_buf back;
} strict_error;

static void refuse(j_common_ptr jpeg) { longjmp(((strict_error *)jpeg->err)->back, 1); }
static void refuse_warning(j_common_ptr jpeg, int level) {
    if (level < 0) refuse(jpeg);
}

typedef struct reading {
    struct jpeg_decompress_struct jpeg;
    strict_error error;
    draw_pixels pixels;
    uint8_t *rgb;
} reading;

static void read_rows(reading *r) {
    r->pixels = (draw_pixels){malloc((size_t)r->jpeg.output_width * r->jpeg.output_height * 4), r->jpeg.output_width,
                              r->jpeg.output_height, r->jpeg.num_components};
    r->rgb = malloc((size_t)r->pixels.width * 3);
    for (uint32_t y = 0; y < r->pixels.height; y++) {
        jpeg_read_scanlines(&r->jpeg, &r->rgb, 1);
        uint8_t *row = r->pixels.rgba + (size_t)y * r->pixels.width * 4;
        for (uint32_t x = 0; x < r->pixels.width; x++) {
            memcpy(row + x * 4, r->rgb + x * 3, 3);
            row[x * 4 + 3] = 255;
        }
    }
}

/// Any warning at all makes the picture unreadable here.
static draw_pixels read_jpeg(const uint8_t *bytes, size_t count) {
    reading *r = calloc(1, sizeof *r);
    r->jpeg.err = jpeg_std_error(&r->error.base);
    r->error.base.error_exit = refuse;
    r->error.base.emit_message = refuse_warning;
    if (setjmp(r->error.back)) {
        draw_pixels_free(&r->pixels);
    } else {
        jpeg_create_decompress(&r->jpeg);
        jpeg_mem_src(&r->jpeg, bytes, count);
        jpeg_read_header(&r->jpeg, TRUE);
        r->jpeg.out_color_space = JCS_RGB;
        jpeg_start_decompress(&r->jpeg);
        read_rows(r);
        jpeg_finish_decompress(&r->jpeg);
    }
    jpeg_destroy_decompress(&r->jpeg);
    draw_pixels pixels = r->pixels;
    free(r->rgb);
    free(r);
    return pixels;
}

static draw_pixels read_png(const uint8_t *bytes, size_t count) {
    png_image image = {.version = PNG_IMAGE_VERSION};
    draw_pixels pixels = {0};
    if (!png_image_begin_read_from_memory(&image, bytes, count)) return pixels;
    bool alpha = image.format & PNG_FORMAT_FLAG_ALPHA;
    image.format = PNG_FORMAT_RGBA;
    pixels = (draw_pixels){malloc(PNG_IMAGE_SIZE(image)), image.width, image.height, alpha ? 4 : 3};
    if (!png_image_finish_read(&image, NULL, pixels.rgba, 0, NULL)) draw_pixels_free(&pixels);
    return pixels;
}

static draw_pixels read_webp(const uint8_t *bytes, size_t count) {
    WebPBitstreamFeatures features;
    if (WebPGetFeatures(bytes, count, &features) != VP8_STATUS_OK || features.has_animation) return (draw_pixels){0};
    size_t size = (size_t)features.width * (size_t)features.height * 4;
    draw_pixels pixels = {malloc(size), (uint32_t)features.width, (uint32_t)features.height,
                          features.has_alpha ? 4 : 3};
    if (!WebPDecodeRGBAInto(bytes, count, pixels.rgba, size, features.width * 4)) draw_pixels_free(&pixels);
    return pixels;
}

draw_pixels draw_read(const uint8_t *bytes, size_t count) {
    if (count > 2 && bytes[0] == 0xff) return read_jpeg(bytes, count);
    return count > 2 && bytes[0] == 'R' ? read_webp(bytes, count) : read_png(bytes, count);
}

bool draw_has_library(const char *name) {
    void *library = dlopen(name, RTLD_LAZY);
    if (library) dlclose(library);
    return library != NULL;
}
