#include "CImagingTestSupport.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

static void write_orientation(j_compress_ptr jpeg, uint8_t orientation) {
    uint8_t exif[] = {'E', 'x',  'i', 'f', 0, 0, 'M', 'M', 0, 42,          0, 0, 0, 8, 0, 1,
                      1,   0x12, 0,   3,   0, 0, 0,   1,   0, orientation, 0, 0, 0, 0, 0, 0};
    jpeg_write_marker(jpeg, JPEG_APP0 + 1, exif, sizeof exif);
}

/// Sequential, one component a scan: what is not interleaved makes decoders hold the whole picture.
static void set_single_scans(j_compress_ptr jpeg, jpeg_scan_info *scans) {
    for (int c = 0; c < jpeg->num_components; c++)
        scans[c] = (jpeg_scan_info){.comps_in_scan = 1, .component_index = {c}, .Ss = 0, .Se = 63};
    jpeg->scan_info = scans;
    jpeg->num_scans = jpeg->num_components;
}

static void fill(const draw_jpeg *o, uint32_t x, uint32_t y, int components, uint8_t *sample) {
    if (o->flat) {
        memcpy(sample, o->flat, (size_t)components);
        return;
    }
    if (o->split) {
        static const uint8_t red[4] = {220, 30, 30, 255}, blue[4] = {30, 30, 220, 255};
        memcpy(sample, x < o->split ? red : blue, (size_t)components);
        return;
    }
    uint8_t rgba[4];
    draw_colour(x, y, o->width, o->height, rgba);
    if (components == 1) {
        *sample = (uint8_t)((rgba[0] * 299 + rgba[1] * 587 + rgba[2] * 114) / 1000);
        return;
    }
    memcpy(sample, rgba, 3);
    if (components == 4) sample[3] = 255;
}

draw_buffer draw_make_jpeg(const draw_jpeg *o) {
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr error;
    jpeg.err = jpeg_std_error(&error);
    jpeg_create_compress(&jpeg);
    unsigned char *bytes = NULL;
    unsigned long count = 0;
    jpeg_mem_dest(&jpeg, &bytes, &count);
    bool gray = o->space == DRAW_GRAY, four = o->space == DRAW_CMYK || o->space == DRAW_YCCK;
    jpeg.image_width = o->width;
    jpeg.image_height = o->height;
    jpeg.input_components = gray ? 1 : four ? 4 : 3;
    jpeg.in_color_space = gray ? JCS_GRAYSCALE : four ? JCS_CMYK : JCS_RGB;
    jpeg_set_defaults(&jpeg);
    if (o->space == DRAW_RGB) jpeg_set_colorspace(&jpeg, JCS_RGB);
    if (o->space == DRAW_YCCK) jpeg_set_colorspace(&jpeg, JCS_YCCK);
    jpeg_set_quality(&jpeg, o->quality, TRUE);
    jpeg.comp_info[0].h_samp_factor = o->h ? o->h : 1;
    jpeg.comp_info[0].v_samp_factor = o->v ? o->v : 1;
    for (int c = 1; c < jpeg.num_components; c++) jpeg.comp_info[c].h_samp_factor = jpeg.comp_info[c].v_samp_factor = 1;
    if (o->space == DRAW_YCCK) {
        jpeg.comp_info[3].h_samp_factor = jpeg.comp_info[0].h_samp_factor;
        jpeg.comp_info[3].v_samp_factor = jpeg.comp_info[0].v_samp_factor;
    }
    jpeg_scan_info scans[4];
    if (o->one_component_a_scan) set_single_scans(&jpeg, scans);
    if (o->progressive) jpeg_simple_progression(&jpeg);
    jpeg.arith_code = o->arithmetic;
    jpeg.restart_in_rows = o->restart_rows;
    jpeg_start_compress(&jpeg, TRUE);
    if (o->orientation) write_orientation(&jpeg, o->orientation);
    if (o->icc) jpeg_write_icc_profile(&jpeg, o->icc, (unsigned)o->icc_count);
    if (o->comment) jpeg_write_marker(&jpeg, JPEG_COM, (const JOCTET *)o->comment, (unsigned)strlen(o->comment));
    JSAMPLE *row = malloc((size_t)o->width * 4);
    for (uint32_t y = 0; y < o->height; y++) {
        for (uint32_t x = 0; x < o->width; x++)
            fill(o, x, y, jpeg.input_components, row + (size_t)x * (size_t)jpeg.input_components);
        jpeg_write_scanlines(&jpeg, &row, 1);
    }
    free(row);
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    return (draw_buffer){bytes, count};
}
