#include "jpeg_coder.h"

#include <stdlib.h>
#include <string.h>

/// From a gray, YCC or RGB picture to a JPEG.

typedef struct encoding {
    img_jpeg_coder coder;
    img_jpeg_scaling scaling[IMG_MAX_COMPONENTS];
    /// Of a picture in RGB: one row of units in YCC.
    img_plane strip[IMG_MAX_COMPONENTS];
} encoding;

/// Eight rows of samples, of which the last is repeated where there are fewer.
static void add_rows(encoding *e, uint32_t component, const img_plane *plane, uint32_t first) {
    const uint8_t *rows[8];
    for (uint32_t i = 0; i < 8; i++) rows[i] = img_plane_row(plane, img_min_u32(first + i, plane->height - 1));
    uint32_t columns = img_jpeg_frame_columns(&e->coder.frame, component);
    for (uint32_t x = 0; x < columns; x++) {
        img_jpeg_block block;
        img_jpeg_block_transform(&block, rows, (size_t)x * 8, &e->scaling[component]);
        img_jpeg_block_economise(&block);
        img_jpeg_coder_add(&e->coder, component, &block);
    }
}

static void encode_planes(encoding *e, const img_picture *picture) {
    for (uint32_t c = 0; c < picture->planes; c++) {
        uint32_t rows = img_jpeg_frame_rows(&e->coder.frame, c);
        for (uint32_t y = 0; y < rows; y++) add_rows(e, c, &picture->plane[c], y * 8);
    }
}

/// JFIF's YCC, in 16-bit fixed point, with chroma as the mean of two by two pixels.
static void convert_pair(const img_picture *picture, uint32_t y, encoding *e, uint32_t line) {
    const uint8_t *in[2][3];
    uint32_t width = picture->width;
    for (uint32_t i = 0; i < 2; i++)
        for (uint32_t c = 0; c < 3; c++)
            in[i][c] = img_plane_row(&picture->plane[c], img_min_u32(y + i, picture->height - 1));
    for (uint32_t i = 0; i < 2; i++) {
        uint8_t *out = img_plane_row(&e->strip[0], line + i);
        const uint8_t *r = in[i][0], *g = in[i][1], *b = in[i][2];
        for (uint32_t x = 0; x < width; x++)
            out[x] = (uint8_t)((19595u * r[x] + 38470u * g[x] + 7471u * b[x] + 32768u) >> 16);
    }
    uint8_t *cb = img_plane_row(&e->strip[1], line / 2), *cr = img_plane_row(&e->strip[2], line / 2);
    for (uint32_t x = 0; x < (width + 1) / 2; x++) {
        // Planes are padded: the column past the last one repeats it.
        int32_t sum[3];
        for (uint32_t c = 0; c < 3; c++)
            sum[c] = in[0][c][2 * x] + in[0][c][2 * x + 1] + in[1][c][2 * x] + in[1][c][2 * x + 1];
        const int32_t half = (128 << 18) + (1 << 17);
        cb[x] = img_clamp8((-11059 * sum[0] - 21709 * sum[1] + 32768 * sum[2] + half) >> 18);
        cr[x] = img_clamp8((32768 * sum[0] - 27439 * sum[1] - 5329 * sum[2] + half) >> 18);
    }
}

/// False when there is no memory.
static bool encode_rgb(encoding *e, const img_picture *picture) {
    if (!img_plane_make(&e->strip[0], picture->width, 16)) return false;
    for (uint32_t c = 1; c < 3; c++)
        if (!img_plane_make(&e->strip[c], (picture->width + 1) / 2, 8)) return false;
    for (uint32_t y = 0; y < picture->height; y += 16) {
        // Past the picture's end the last pair is made again.
        for (uint32_t line = 0; line < 16; line += 2)
            convert_pair(picture, img_min_u32(y + line, (picture->height - 1) & ~1u), e, line);
        for (uint32_t c = 0; c < 3; c++) img_plane_pad(&e->strip[c]);
        add_rows(e, 0, &e->strip[0], 0);
        if (y + 8 < picture->height) add_rows(e, 0, &e->strip[0], 8);
        for (uint32_t c = 1; c < 3; c++) add_rows(e, c, &e->strip[c], 0);
    }
    return true;
}

static img_jpeg_frame frame_of(const img_picture *picture, int quality) {
    img_jpeg_frame frame = {.width = picture->width, .height = picture->height, .components = picture->planes};
    bool halved = picture->model == IMG_RGB || (picture->planes > 1 && picture->plane[1].width < picture->width) ||
                  (picture->planes > 1 && picture->plane[1].height < picture->height);
    for (uint32_t c = 0; c < frame.components; c++) frame.h[c] = frame.v[c] = halved && !c ? 2 : 1;
    img_jpeg_frame_set_quality(&frame, quality);
    return frame;
}

img_status img_encode_jpeg(const img_picture *picture, const img_jpeg_options *options, img_buffer *output,
                           img_failure *failure) {
    memset(output, 0, sizeof *output);
    if (picture->alpha) return img_fail(failure, IMG_INTERNAL, "JPEG has no transparency");
    encoding *e = img_allocate_zeroed(1, sizeof *e);
    if (!e) return img_fail_memory(failure);
    for (uint32_t c = 0; c < picture->planes; c++) {
        img_plane plane = picture->plane[c];
        img_plane_pad(&plane);
    }
    e->coder.frame = frame_of(picture, options->quality);
    for (uint32_t c = 0; c < picture->planes; c++)
        e->scaling[c] = img_jpeg_scaling_for_samples(e->coder.frame.steps[c]);
    bool made = img_jpeg_coder_open(&e->coder);
    if (made && picture->model != IMG_RGB) encode_planes(e, picture);
    if (made && picture->model == IMG_RGB) made = encode_rgb(e, picture);
    made = made && img_jpeg_coder_finish(&e->coder, output);
    img_jpeg_coder_free(&e->coder);
    for (uint32_t c = 0; c < IMG_MAX_COMPONENTS; c++) img_plane_free(&e->strip[c]);
    free(e);
    if (made) return IMG_OK;
    img_buffer_free(output);
    return img_fail_memory(failure);
}
