#include "jpeg_coder.h"
#include "jpeg_internal.h"

#include <stdlib.h>
#include <string.h>

/// A JPEG that keeps its size needs no pixels: its coefficients are read, rounded to other steps, turned by changing
/// their places and signs, and written.

typedef struct requantising {
    img_jpeg_reader reader;
    const img_source *source;
    /// 0: the source's own steps, and every coefficient as it is.
    int quality;
    img_turn turn;
    img_jpeg_coder coder;
    img_buffer *output;
} requantising;

bool img_jpeg_turns_by_blocks(const img_source *source) {
    const img_jpeg_header *header = &source->jpeg;
    img_turn turn = img_turn_for(source->orientation);
    // Blocks that are only partly picture cannot be brought to the other edge.
    return (header->components == 1 || header->components == 3) && !header->profile.bytes &&
           !(turn.mirror_x && header->width % (8 * header->max_h)) &&
           !(turn.mirror_y && header->height % (8 * header->max_v));
}

static uint32_t place_of(uint32_t row, uint32_t column, img_turn turn) {
    return turn.transpose ? column * 8 + row : row * 8 + column;
}

static img_jpeg_frame frame_of(const requantising *r) {
    const struct jpeg_decompress_struct *jpeg = &r->reader.jpeg;
    bool transpose = r->turn.transpose;
    img_jpeg_frame frame = {
        .width = transpose ? jpeg->image_height : jpeg->image_width,
        .height = transpose ? jpeg->image_width : jpeg->image_height,
        .components = (uint32_t)jpeg->num_components,
        .rgb = jpeg->jpeg_color_space == JCS_RGB,
    };
    if (r->quality) img_jpeg_frame_set_quality(&frame, r->quality);
    for (uint32_t c = 0; c < frame.components; c++) {
        const jpeg_component_info *component = &jpeg->comp_info[c];
        frame.h[c] = (uint8_t)(transpose ? component->v_samp_factor : component->h_samp_factor);
        frame.v[c] = (uint8_t)(transpose ? component->h_samp_factor : component->v_samp_factor);
        for (uint32_t k = 0; !r->quality && k < IMG_BLOCK; k++) {
            uint32_t step = component->quant_table->quantval[k];
            frame.steps[c][place_of(k / 8, k % 8, r->turn)] = (uint16_t)(step < 1 ? 1 : step > 255 ? 255 : step);
        }
    }
    return frame;
}

static img_jpeg_scaling scaling_of(const requantising *r, uint32_t c) {
    const JQUANT_TBL *table = r->reader.jpeg.comp_info[c].quant_table;
    img_jpeg_scaling scaling = {.least = IMG_LEAST};
    for (uint32_t k = 0; k < IMG_BLOCK; k++) {
        uint32_t row = k / 8, column = k % 8, to = place_of(row, column, r->turn);
        // A mirrored cosine of an odd number of half waves has the other sign.
        bool negative = (r->turn.mirror_x && column & 1) != (r->turn.mirror_y && row & 1);
        float scale = (float)table->quantval[k] / (float)r->coder.frame.steps[c][to];
        scaling.scale[k] = negative ? -scale : scale;
        scaling.place[k] = img_zigzag[to];
    }
    return scaling;
}

static void add_blocks(requantising *r, uint32_t c, jvirt_barray_ptr coefficients) {
    struct jpeg_decompress_struct *jpeg = &r->reader.jpeg;
    const img_jpeg_scaling scaling = scaling_of(r, c);
    uint32_t columns = img_jpeg_frame_columns(&r->coder.frame, c), rows = img_jpeg_frame_rows(&r->coder.frame, c);
    img_turn turn = r->turn;
    JBLOCKROW blocks = NULL;
    uint32_t held = UINT32_MAX;
    for (uint32_t y = 0; y < rows; y++)
        for (uint32_t x = 0; x < columns; x++) {
            uint32_t row = turn.transpose ? x : y, column = turn.transpose ? y : x;
            if (turn.mirror_y) row = (turn.transpose ? columns : rows) - 1 - row;
            if (turn.mirror_x) column = (turn.transpose ? rows : columns) - 1 - column;
            if (row != held)
                blocks = jpeg->mem->access_virt_barray((j_common_ptr)jpeg, coefficients, held = row, 1, FALSE)[0];
            img_jpeg_block block;
            img_jpeg_block_requantise(&block, blocks[column], &scaling);
            if (r->quality) img_jpeg_block_economise(&block);
            img_jpeg_coder_add(&r->coder, c, &block);
        }
}

static void requantise(void *context) {
    requantising *r = context;
    struct jpeg_decompress_struct *jpeg = &r->reader.jpeg;
    j_common_ptr common = (j_common_ptr)jpeg;
    img_jpeg_reader_open(&r->reader, r->source);
    jvirt_barray_ptr *coefficients = jpeg_read_coefficients(jpeg);
    img_jpeg_reader_check_complete(&r->reader);
    for (int c = 0; c < jpeg->num_components; c++)
        if (!jpeg->comp_info[c].quant_table) img_jpeg_give_up(common, IMG_CORRUPT, "a component has no quantisation");
    img_jpeg_frame frame = frame_of(r);
    bool made = img_jpeg_coder_open(&r->coder, &frame);
    for (uint32_t c = 0; made && c < frame.components; c++) add_blocks(r, c, coefficients[c]);
    if (!made || !img_jpeg_coder_finish(&r->coder, r->output))
        img_jpeg_give_up(common, IMG_OUT_OF_MEMORY, "no memory left for the output");
}

img_status img_jpeg_requantise(const img_source *source, int quality, img_buffer *output, img_failure *failure) {
    if (!img_jpeg_turns_by_blocks(source)) return img_fail(failure, IMG_INTERNAL, "this picture needs its pixels");
    requantising *r = img_allocate_zeroed(1, sizeof *r);
    if (!r) return img_fail_memory(failure);
    r->source = source;
    r->quality = quality;
    r->turn = img_turn_for(source->orientation);
    r->output = output;
    r->reader.jpeg.err = img_jpeg_guard_init(&r->reader.guard, failure);
    img_status status = img_jpeg_guarded(&r->reader.guard, requantise, r) ? IMG_OK : failure->status;
    img_jpeg_coder_free(&r->coder);
    jpeg_destroy_decompress(&r->reader.jpeg);
    free(r);
    if (status != IMG_OK) img_buffer_free(output);
    return status;
}
