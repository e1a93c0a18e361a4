#include "jpeg_library.h"

#include <stdlib.h>
#include <string.h>

/// Decodes a JPEG into the planes in which it is stored and resizes each plane while its rows arrive. Colours are
/// converted afterwards on the small picture, and only where necessary.

typedef struct decoding {
    img_jpeg_reader reader;
    const img_input *input;
    const img_jpeg_header *header;
    uint32_t max_side;
    /// Whether chroma has the picture's full resolution instead of half of it.
    bool full_chroma;
    img_picture *picture;
    img_scaler *scaler[4];
    /// One row group of every component as libjpeg delivers it.
    uint8_t *rows[4];
    JSAMPROW *row_pointers[4];
} decoding;

static img_model model_of(const struct jpeg_decompress_struct *jpeg, j_common_ptr common) {
    switch (jpeg->jpeg_color_space) {
    case JCS_GRAYSCALE: return IMG_GRAY;
    case JCS_YCbCr: return IMG_YCC;
    case JCS_RGB: return IMG_RGB;
    case JCS_CMYK: return IMG_CMYK_LIGHT;
    case JCS_YCCK: return IMG_YCCK_LIGHT;
    default: img_jpeg_give_up(common, IMG_UNSUPPORTED_FEATURE, "the JPEG colour space is unknown");
    }
}

/// The scale of the DCT in eighths: 8, 4, 2 or 1, such that at least a factor of two is left to our own filter.
static unsigned scale_for(uint32_t longer, uint32_t max_side) {
    unsigned eighths = 8;
    while (eighths > 1 && (uint64_t)longer * eighths / 2 >= (uint64_t)max_side * 2 * 8) eighths /= 2;
    return eighths;
}

static void make_scaler(decoding *d, int c, uint32_t fit_width, uint32_t fit_height, uint32_t subsampling,
                        img_turn turn) {
    const struct jpeg_decompress_struct *jpeg = &d->reader.jpeg;
    const jpeg_component_info *component = &jpeg->comp_info[c];
    img_plane *plane = &d->picture->plane[c];
    uint32_t width = (fit_width + subsampling - 1) / subsampling, height = (fit_height + subsampling - 1) / subsampling;
    // Samples of this component for one pixel of the full-size picture.
    double per_x = (double)component->h_samp_factor * component->DCT_scaled_size / (jpeg->max_h_samp_factor * DCTSIZE);
    double per_y = (double)component->v_samp_factor * component->DCT_scaled_size / (jpeg->max_v_samp_factor * DCTSIZE);
    img_scale scale = {
        .in_width = component->downsampled_width,
        .in_height = component->downsampled_height,
        .step_x = subsampling * per_x * jpeg->image_width / fit_width,
        .step_y = subsampling * per_y * jpeg->image_height / fit_height,
        // In a mirrored picture the chroma grid begins at the far edge.
        .shift_x = turn.mirror_x ? (double)fit_width / subsampling - width : 0,
        .shift_y = turn.mirror_y ? (double)fit_height / subsampling - height : 0,
    };
    if (img_plane_make(plane, width, height)) d->scaler[c] = img_scaler_make(&scale, plane);
    uint32_t lines = (uint32_t)component->v_samp_factor * (uint32_t)component->DCT_scaled_size;
    size_t stride = ((size_t)component->width_in_blocks + (size_t)component->h_samp_factor) * DCTSIZE;
    d->rows[c] = img_allocate_zeroed(lines, stride);
    d->row_pointers[c] = img_allocate_zeroed(lines, sizeof(JSAMPROW));
    if (!d->scaler[c] || !d->rows[c] || !d->row_pointers[c])
        img_jpeg_give_up((j_common_ptr)jpeg, IMG_OUT_OF_MEMORY, "there is not enough memory for this picture");
    for (uint32_t i = 0; i < lines; i++) d->row_pointers[c][i] = d->rows[c] + i * stride;
}

static void make_planes(decoding *d) {
    struct jpeg_decompress_struct *jpeg = &d->reader.jpeg;
    img_picture *picture = d->picture;
    img_turn turn = img_turn_for(d->header->orientation);
    uint32_t width, height;
    img_fit(jpeg->image_width, jpeg->image_height, d->max_side, &width, &height);
    picture->width = turn.transpose ? height : width;
    picture->height = turn.transpose ? width : height;
    picture->planes = (uint32_t)jpeg->num_components;
    bool subsampled = picture->model == IMG_YCC && !d->header->profile.bytes && !d->full_chroma;
    for (int c = 0; c < jpeg->num_components; c++) make_scaler(d, c, width, height, subsampled && c ? 2 : 1, turn);
}

static void read_rows(decoding *d) {
    struct jpeg_decompress_struct *jpeg = &d->reader.jpeg;
    uint32_t pushed[4] = {0};
    JDIMENSION group = (JDIMENSION)(jpeg->max_v_samp_factor * jpeg->min_DCT_scaled_size);
    bool ink = jpeg->num_components == 4 && !jpeg->saw_Adobe_marker;
    while (jpeg->output_scanline < jpeg->output_height) {
        if (!jpeg_read_raw_data(jpeg, d->row_pointers, group))
            img_jpeg_give_up((j_common_ptr)jpeg, IMG_TRUNCATED, "the file ends within the picture");
        for (int c = 0; c < jpeg->num_components; c++) {
            const jpeg_component_info *component = &jpeg->comp_info[c];
            uint32_t lines = (uint32_t)component->v_samp_factor * (uint32_t)component->DCT_scaled_size;
            for (uint32_t i = 0; i < lines && pushed[c] < component->downsampled_height; i++, pushed[c]++) {
                uint8_t *row = d->row_pointers[c][i];
                // Without Adobe's marker the samples are ink. (YCCK needs that marker to be known as such.)
                for (uint32_t x = 0; ink && x < component->downsampled_width; x++) row[x] = (uint8_t)~row[x];
                img_scaler_push(d->scaler[c], row);
            }
        }
    }
    for (int c = 0; c < jpeg->num_components; c++)
        if (!img_scaler_complete(d->scaler[c]))
            img_jpeg_give_up((j_common_ptr)jpeg, IMG_INTERNAL, "there are fewer rows than the header says");
}

static void decode(void *context) {
    decoding *d = context;
    struct jpeg_decompress_struct *jpeg = &d->reader.jpeg;
    img_jpeg_reader_open(&d->reader, d->input, d->header);
    d->picture->model = model_of(jpeg, (j_common_ptr)jpeg);
    jpeg->out_color_space = jpeg->jpeg_color_space;
    jpeg->raw_data_out = TRUE;
    jpeg->do_block_smoothing = FALSE;
    jpeg->scale_num =
        scale_for(jpeg->image_width > jpeg->image_height ? jpeg->image_width : jpeg->image_height, d->max_side);
    jpeg->scale_denom = DCTSIZE;
    jpeg_start_decompress(jpeg);
    make_planes(d);
    read_rows(d);
    img_jpeg_reader_check_complete(&d->reader);
}

static img_status decode_once(const img_input *input, const img_jpeg_header *header, uint32_t max_side,
                              bool full_chroma, img_picture **picture, img_failure *failure) {
    decoding *d = img_allocate_zeroed(1, sizeof *d);
    img_picture *decoded = img_allocate_zeroed(1, sizeof *decoded);
    if (!d || !decoded) {
        free(d);
        free(decoded);
        return img_fail_memory(failure);
    }
    d->input = input;
    d->header = header;
    d->max_side = max_side;
    d->full_chroma = full_chroma;
    d->picture = decoded;
    d->reader.jpeg.err = img_jpeg_guard_init(&d->reader.guard, failure);
    img_status status = img_jpeg_guarded(&d->reader.guard, decode, d) ? IMG_OK : failure->status;
    jpeg_destroy_decompress(&d->reader.jpeg);
    for (int c = 0; c < 4; c++) {
        img_scaler_free(d->scaler[c]);
        free(d->rows[c]);
        free(d->row_pointers[c]);
    }
    free(d);
    if (status == IMG_OK)
        *picture = decoded;
    else
        img_picture_free(decoded);
    return status;
}

/// Whether the source has chroma for every pixel of the picture and halving it would be visible.
static bool wants_full_chroma(const img_jpeg_header *header, const img_picture *picture) {
    const img_jpeg_frame_header *frame = &header->frame;
    uint32_t longer = picture->width > picture->height ? picture->width : picture->height;
    uint32_t stored = frame->width > frame->height ? frame->width : frame->height;
    uint32_t subsampling = frame->max_h > frame->max_v ? frame->max_h : frame->max_v;
    return picture->model == IMG_YCC && !header->profile.bytes && longer * subsampling <= stored &&
           img_chroma_is_sharp(picture);
}

img_status img_jpeg_decode(const img_input *input, const img_jpeg_header *header, uint32_t max_side,
                           img_picture **picture, img_failure *failure) {
    img_picture *decoded;
    img_status status = decode_once(input, header, max_side, false, &decoded, failure);
    if (status != IMG_OK) return status;
    if (wants_full_chroma(header, decoded)) {
        img_picture_free(decoded);
        status = decode_once(input, header, max_side, true, &decoded, failure);
        if (status != IMG_OK) return status;
    }
    img_turn turn = img_turn_for(header->orientation);
    for (uint32_t c = 0; status == IMG_OK && c < decoded->planes; c++)
        if (!img_plane_turn(&decoded->plane[c], turn)) status = img_fail_memory(failure);
    if (status == IMG_OK) status = img_colour_convert(decoded, &header->profile, failure);
    if (status == IMG_OK)
        *picture = decoded;
    else
        img_picture_free(decoded);
    return status;
}
