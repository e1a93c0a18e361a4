#include "jpeg_internal.h"

#include <stdlib.h>
#include <string.h>

typedef struct encoding {
    img_jpeg_writer writer;
    const img_picture *picture;
    const img_jpeg_options *options;
    img_buffer *output;
    uint8_t *line;
} encoding;

/// Pictures that are already gray or YCC go in as planes: no colour conversion, no second subsampling.
static void write_planes(encoding *e) {
    struct jpeg_compress_struct *jpeg = &e->writer.jpeg;
    const img_picture *picture = e->picture;
    JSAMPROW rows[3][2 * DCTSIZE];
    JSAMPARRAY planes[3] = {rows[0], rows[1], rows[2]};
    uint32_t lines = (uint32_t)jpeg->max_v_samp_factor * DCTSIZE;
    while (jpeg->next_scanline < jpeg->image_height) {
        for (uint32_t c = 0; c < picture->planes; c++) {
            const img_plane *plane = &picture->plane[c];
            uint32_t count = (uint32_t)jpeg->comp_info[c].v_samp_factor * DCTSIZE;
            uint32_t first = jpeg->next_scanline / lines * count;
            for (uint32_t i = 0; i < count; i++)
                rows[c][i] = img_plane_row(plane, img_min_u32(first + i, plane->height - 1));
        }
        jpeg_write_raw_data(jpeg, planes, lines);
    }
}

static void write_rgb(encoding *e) {
    struct jpeg_compress_struct *jpeg = &e->writer.jpeg;
    const img_picture *picture = e->picture;
    e->line = img_allocate(picture->width, 3);
    if (!e->line) img_jpeg_give_up((j_common_ptr)jpeg, IMG_OUT_OF_MEMORY, "no memory left for the output");
    while (jpeg->next_scanline < jpeg->image_height) {
        for (uint32_t c = 0; c < 3; c++) {
            const uint8_t *row = img_plane_row(&picture->plane[c], jpeg->next_scanline);
            for (uint32_t x = 0; x < picture->width; x++) e->line[(size_t)x * 3 + c] = row[x];
        }
        JSAMPROW row = e->line;
        jpeg_write_scanlines(jpeg, &row, 1);
    }
}

static void encode(void *context) {
    encoding *e = context;
    struct jpeg_compress_struct *jpeg = &e->writer.jpeg;
    img_jpeg_writer_open(&e->writer, e->output);
    jpeg->image_width = e->picture->width;
    jpeg->image_height = e->picture->height;
    jpeg->input_components = (int)e->picture->planes;
    jpeg->in_color_space = e->picture->model == IMG_GRAY  ? JCS_GRAYSCALE
                           : e->picture->model == IMG_YCC ? JCS_YCbCr
                                                          : JCS_RGB;
    jpeg_set_defaults(jpeg);
    jpeg_set_quality(jpeg, e->options->quality, TRUE);
    jpeg->optimize_coding = TRUE;
    if (e->options->progressive) jpeg_simple_progression(jpeg);
    jpeg->raw_data_in = e->picture->model != IMG_RGB;
    jpeg_start_compress(jpeg, TRUE);
    if (e->picture->model == IMG_RGB) write_rgb(e);
    else write_planes(e);
    jpeg_finish_compress(jpeg);
}

img_status img_encode_jpeg(const img_picture *picture, const img_jpeg_options *options, img_buffer *output,
                           img_failure *failure) {
    memset(output, 0, sizeof *output);
    if (picture->alpha) return img_fail(failure, IMG_INTERNAL, "JPEG holds no transparency");
    encoding *e = img_allocate_zeroed(1, sizeof *e);
    if (!e) return img_fail_memory(failure);
    for (uint32_t c = 0; c < picture->planes; c++) {
        img_plane plane = picture->plane[c];
        img_plane_pad(&plane);
    }
    e->picture = picture;
    e->options = options;
    e->output = output;
    e->writer.jpeg.err = img_jpeg_guard_init(&e->writer.guard, failure);
    img_status status = img_jpeg_guarded(&e->writer.guard, encode, e) ? IMG_OK : failure->status;
    jpeg_destroy_compress(&e->writer.jpeg);
    free(e->line);
    free(e);
    if (status != IMG_OK) img_buffer_free(output);
    return status;
}
