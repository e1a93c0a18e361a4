#ifndef CIMAGING_JPEG_CODEC_H
#define CIMAGING_JPEG_CODEC_H

#include "colour/colour.h"

typedef struct img_jpeg_header {
    img_jpeg_frame_header frame;
    uint32_t orientation;
    img_profile profile;
} img_jpeg_header;
img_status img_jpeg_scan(const img_input *input, img_jpeg_header *header, img_failure *failure);
img_status img_jpeg_decode(const img_input *input, const img_jpeg_header *header, uint32_t max_side,
                           img_picture **picture, img_failure *failure);
/// Whether the source can become upright and sRGB without decoding its pixels.
bool img_jpeg_turns_by_blocks(const img_jpeg_header *header);
/// Codes the coefficients anew. A quality of 0 keeps every coefficient as it is.
img_status img_jpeg_requantise(const img_input *input, const img_jpeg_header *header, int quality, img_buffer *output,
                               bool *lossless, img_failure *failure);

#endif
