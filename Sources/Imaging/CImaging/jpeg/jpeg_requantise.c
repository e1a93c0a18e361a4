#include "jpeg_coder.h"
#include "jpeg_library.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/// The limit on the mean squared samples. Photos are below 4; knitwear in strong colours has 8 to 12, and there 4:2:0
/// needs a third more bytes for the same score.
static const double soft_chroma = 7;

/// Encodes a JPEG that keeps its size without its pixels: the coefficients are read, rounded to other steps, turned by
/// changing their places and signs, and written.

typedef struct requantising {
    img_jpeg_reader reader;
    const img_input *input;
    const img_jpeg_header *header;
    /// With 0, the source's own steps are used and every coefficient stays unchanged.
    int quality;
    img_turn turn;
    /// Whether chroma is written at half its resolution.
    bool halves;
    jvirt_barray_ptr *coefficients;
    img_jpeg_coder coder;
    img_buffer *output;
} requantising;

bool img_jpeg_turns_by_blocks(const img_jpeg_header *header) {
    const img_jpeg_frame_header *frame = &header->frame;
    img_turn turn = img_turn_for(header->orientation);
    // Blocks that are only partly filled cannot move to the other edge. Chroma may be halved.
    uint32_t width = 8 * (frame->components > 1 && frame->max_h == 1 ? 2 : frame->max_h);
    uint32_t height = 8 * (frame->components > 1 && frame->max_v == 1 ? 2 : frame->max_v);
    return (frame->components == 1 || frame->components == 3) && !header->profile.bytes &&
           !(turn.mirror_x && frame->width % width) && !(turn.mirror_y && frame->height % height);
}

static uint32_t place_of(uint32_t row, uint32_t column, img_turn turn) {
    return turn.transpose ? column * 8 + row : row * 8 + column;
}

/// NULL past the component's edge.
static const int16_t *block_at(requantising *r, uint32_t c, uint32_t row, uint32_t column) {
    struct jpeg_decompress_struct *jpeg = &r->reader.jpeg;
    const jpeg_component_info *component = &jpeg->comp_info[c];
    if (row >= component->height_in_blocks || column >= component->width_in_blocks) return NULL;
    return jpeg->mem->access_virt_barray((j_common_ptr)jpeg, r->coefficients[c], row, 1, FALSE)[0][column];
}

static void choose_frame(requantising *r) {
    const struct jpeg_decompress_struct *jpeg = &r->reader.jpeg;
    bool transpose = r->turn.transpose;
    img_jpeg_frame *frame = &r->coder.frame;
    *frame = (img_jpeg_frame){
        .width = transpose ? jpeg->image_height : jpeg->image_width,
        .height = transpose ? jpeg->image_width : jpeg->image_height,
        .components = (uint32_t)jpeg->num_components,
        .rgb = jpeg->jpeg_color_space == JCS_RGB,
    };
    if (r->quality) img_jpeg_frame_set_quality(frame, r->quality);
    for (uint32_t c = 0; c < frame->components; c++) {
        const jpeg_component_info *component = &jpeg->comp_info[c];
        frame->h[c] = (uint8_t)(transpose ? component->v_samp_factor : component->h_samp_factor);
        frame->v[c] = (uint8_t)(transpose ? component->h_samp_factor : component->v_samp_factor);
        for (uint32_t k = 0; !r->quality && k < IMG_BLOCK; k++) {
            uint32_t step = component->quant_table->quantval[k];
            frame->steps[c][place_of(k / 8, k % 8, r->turn)] = (uint16_t)(step < 1 ? 1 : step > 255 ? 255 : step);
        }
    }
}

/// Whether the source's own steps are coarser than those of the quality, so that finer ones would only cost bytes.
static bool is_poorer(const requantising *r) {
    const JQUANT_TBL *table = r->reader.jpeg.comp_info[0].quant_table;
    uint64_t own = 0, wanted = 0;
    for (uint32_t k = 0; k < IMG_BLOCK; k++) {
        own += table->quantval[k];
        wanted += r->coder.frame.steps[0][k];
    }
    return own >= wanted;
}

/// Whether full-resolution chroma has so little detail that 4:2:0 is better. Measures, on every other block, the mean
/// energy that halving would lose and that quantisation would keep.
static bool chroma_is_soft(requantising *r) {
    const struct jpeg_decompress_struct *jpeg = &r->reader.jpeg;
    const img_jpeg_frame *frame = &r->coder.frame;
    if (!r->quality || frame->components == 1 || frame->rgb) return false;
    for (uint32_t c = 0; c < 3; c++)
        if (frame->h[c] != frame->h[0] || frame->v[c] != frame->v[0]) return false;
    double energy = 0, blocks = 0;
    for (uint32_t c = 1; c < 3; c++) {
        const JQUANT_TBL *table = jpeg->comp_info[c].quant_table;
        float step[IMG_BLOCK], least[IMG_BLOCK];
        for (uint32_t k = 0; k < IMG_BLOCK; k++) {
            step[k] = (float)table->quantval[k];
            least[k] =
                k / 8 < 4 && k % 8 < 4 ? INFINITY : IMG_LEAST * (float)frame->steps[c][place_of(k / 8, k % 8, r->turn)];
        }
        for (uint32_t y = 0; y < jpeg->comp_info[c].height_in_blocks; y += 2)
            for (uint32_t x = 0; x < jpeg->comp_info[c].width_in_blocks; x += 2, blocks++) {
                const int16_t *block = block_at(r, c, y, x);
                float sum = 0;
                for (uint32_t k = 0; k < IMG_BLOCK; k++) {
                    float value = __builtin_fabsf((float)block[k]) * step[k];
                    sum += value >= least[k] ? value * value : 0;
                }
                energy += (double)sum;
            }
    }
    return energy < soft_chroma * IMG_BLOCK * blocks;
}

static img_jpeg_scaling scaling_of(const requantising *r, uint32_t c) {
    const JQUANT_TBL *table = r->reader.jpeg.comp_info[c].quant_table;
    bool halves = r->halves && c;
    img_jpeg_scaling scaling = {.least = IMG_LEAST};
    for (uint32_t k = 0; k < IMG_BLOCK; k++) {
        uint32_t row = k / 8, column = k % 8, to = place_of(row, column, r->turn);
        // A mirrored cosine of an odd number of half waves has the other sign.
        bool negative = (r->turn.mirror_x && column & 1) != (r->turn.mirror_y && row & 1);
        float scale = (halves ? 1 : (float)table->quantval[k]) / (float)r->coder.frame.steps[c][to];
        scaling.scale[k] = negative ? -scale : scale;
        scaling.place[k] = img_zigzag[to];
    }
    return scaling;
}

static void add_block(requantising *r, uint32_t c, uint32_t row, uint32_t column, const img_jpeg_scaling *scaling,
                      const img_jpeg_halving *halving) {
    img_jpeg_block block;
    if (r->halves && c) {
        const int16_t *four[4];
        for (uint32_t i = 0; i < 4; i++) four[i] = block_at(r, c, 2 * row + i / 2, 2 * column + i % 2);
        float numbers[IMG_BLOCK];
        img_jpeg_halve(halving, four, r->reader.jpeg.comp_info[c].quant_table->quantval, numbers);
        img_jpeg_block_quantise(&block, numbers, scaling);
    } else {
        img_jpeg_block_requantise(&block, block_at(r, c, row, column), scaling);
    }
    if (r->quality) img_jpeg_block_economise(&block);
    img_jpeg_coder_add(&r->coder, c, &block);
}

static void add_blocks(requantising *r) {
    const img_jpeg_frame *frame = &r->coder.frame;
    const img_jpeg_halving halving = img_jpeg_halving_make();
    img_turn turn = r->turn;
    for (uint32_t c = 0; c < frame->components; c++) {
        const img_jpeg_scaling scaling = scaling_of(r, c);
        uint32_t columns = img_jpeg_frame_columns(frame, c), rows = img_jpeg_frame_rows(frame, c);
        for (uint32_t y = 0; y < rows; y++)
            for (uint32_t x = 0; x < columns; x++) {
                uint32_t row = turn.transpose ? x : y, column = turn.transpose ? y : x;
                if (turn.mirror_y) row = (turn.transpose ? columns : rows) - 1 - row;
                if (turn.mirror_x) column = (turn.transpose ? rows : columns) - 1 - column;
                add_block(r, c, row, column, &scaling, &halving);
            }
    }
}

static void requantise(void *context) {
    requantising *r = context;
    struct jpeg_decompress_struct *jpeg = &r->reader.jpeg;
    j_common_ptr common = (j_common_ptr)jpeg;
    img_jpeg_reader_open(&r->reader, r->input, r->header);
    r->coefficients = jpeg_read_coefficients(jpeg);
    img_jpeg_reader_check_complete(&r->reader);
    for (int c = 0; c < jpeg->num_components; c++)
        if (!jpeg->comp_info[c].quant_table)
            img_jpeg_give_up(common, IMG_CORRUPT, "a colour component has no quantisation table");
    choose_frame(r);
    if (r->quality && is_poorer(r)) {
        r->quality = 0;
        choose_frame(r);
    }
    r->halves = chroma_is_soft(r);
    if (r->halves) r->coder.frame.h[0] = r->coder.frame.v[0] = 2;
    for (uint32_t c = 1; r->halves && c < 3; c++) r->coder.frame.h[c] = r->coder.frame.v[c] = 1;
    bool made = img_jpeg_coder_open(&r->coder);
    if (made) add_blocks(r);
    if (!made || !img_jpeg_coder_finish(&r->coder, r->output))
        img_jpeg_give_up(common, IMG_OUT_OF_MEMORY, "there is not enough memory for the output");
}

img_status img_jpeg_requantise(const img_input *input, const img_jpeg_header *header, int quality, img_buffer *output,
                               bool *lossless, img_failure *failure) {
    if (!img_jpeg_turns_by_blocks(header)) return img_fail(failure, IMG_INTERNAL, "this picture needs its pixels");
    requantising *r = img_allocate_zeroed(1, sizeof *r);
    if (!r) return img_fail_memory(failure);
    r->input = input;
    r->header = header;
    r->quality = quality;
    r->turn = img_turn_for(header->orientation);
    r->output = output;
    r->reader.jpeg.err = img_jpeg_guard_init(&r->reader.guard, failure);
    img_status status = img_jpeg_guarded(&r->reader.guard, requantise, r) ? IMG_OK : failure->status;
    *lossless = !r->quality;
    img_jpeg_coder_free(&r->coder);
    jpeg_destroy_decompress(&r->reader.jpeg);
    free(r);
    if (status != IMG_OK) img_buffer_free(output);
    return status;
}
