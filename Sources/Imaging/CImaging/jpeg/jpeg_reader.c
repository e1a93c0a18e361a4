#include "jpeg_library.h"

#include <jerror.h>

static void start(j_decompress_ptr jpeg) { (void)jpeg; }

static boolean refill(j_decompress_ptr jpeg) {
    static const JOCTET end[2] = {0xff, JPEG_EOI};
    ((img_jpeg_guard *)jpeg->err)->ended = true;
    jpeg->src->next_input_byte = end;
    jpeg->src->bytes_in_buffer = sizeof end;
    return TRUE;
}

static void skip(j_decompress_ptr jpeg, long count) {
    if (count <= 0) return;
    if ((size_t)count >= jpeg->src->bytes_in_buffer) {
        refill(jpeg);
        return;
    }
    jpeg->src->next_input_byte += count;
    jpeg->src->bytes_in_buffer -= (size_t)count;
}

/// Called at every step through the scans of a file that has several.
static void on_progress(j_common_ptr common) {
    img_jpeg_reader *reader = common->client_data;
    const struct jpeg_decompress_struct *jpeg = &reader->jpeg;
    for (int i = 0; i < jpeg->comps_in_scan; i++)
        if (jpeg->cur_comp_info[i]) reader->components_seen |= 1u << jpeg->cur_comp_info[i]->component_index;
    if (jpeg->input_scan_number <= (int)reader->max_scans) return;
    img_fail_limit(reader->guard.failure, IMG_TOO_MANY_SCANS, reader->max_scans, (uint64_t)jpeg->input_scan_number,
                   "or more progressive scans");
    longjmp(reader->guard.back, 1);
}

void img_jpeg_reader_open(img_jpeg_reader *reader, const img_input *input, const img_jpeg_header *header) {
    struct jpeg_decompress_struct *jpeg = &reader->jpeg;
    jpeg_create_decompress(jpeg);
    jpeg->client_data = reader;
    reader->input = (struct jpeg_source_mgr){
        .next_input_byte = input->bytes,
        .bytes_in_buffer = input->count,
        .init_source = start,
        .fill_input_buffer = refill,
        .skip_input_data = skip,
        .resync_to_restart = jpeg_resync_to_restart,
        .term_source = start,
    };
    jpeg->src = &reader->input;
    reader->progress.progress_monitor = on_progress;
    jpeg->progress = &reader->progress;
    reader->max_scans = input->limits.scans;
    jpeg->mem->max_memory_to_use = (long)input->limits.memory_bytes;
    jpeg_read_header(jpeg, TRUE);
    // The limits were checked on what our own reading of the header found.
    if (jpeg->image_width != header->frame.width || jpeg->image_height != header->frame.height ||
        jpeg->num_components != (int)header->frame.components)
        img_jpeg_give_up((j_common_ptr)jpeg, IMG_CORRUPT, "two readings of the header disagree");
}

void img_jpeg_reader_check_complete(img_jpeg_reader *reader) {
    struct jpeg_decompress_struct *jpeg = &reader->jpeg;
    j_common_ptr common = (j_common_ptr)jpeg;
    img_status status = reader->guard.ended ? IMG_TRUNCATED : IMG_CORRUPT;
    // An arithmetic decoder takes missing data for zeros and does not warn.
    if (jpeg->arith_code && reader->guard.ended)
        img_jpeg_give_up(common, IMG_TRUNCATED, "the file ends within the picture");
    if (jpeg->coef_bits) {
        for (int c = 0; c < jpeg->num_components; c++) {
            if (jpeg->coef_bits[c][0] < 0) img_jpeg_give_up(common, status, "a colour component has no scan");
            // A file may stop refining on purpose, but then it has an end marker.
            for (int k = 0; reader->guard.ended && k < DCTSIZE2; k++)
                if (jpeg->coef_bits[c][k] != 0) img_jpeg_give_up(common, status, "the file ends before its last scan");
        }
    } else if (jpeg_has_multiple_scans(jpeg)) {
        if (reader->components_seen != (1u << jpeg->num_components) - 1)
            img_jpeg_give_up(common, status, "a colour component has no scan");
    }
}
