#ifndef CIMAGING_WEBP_CODEC_H
#define CIMAGING_WEBP_CODEC_H

#include "intake/intake.h"

typedef struct img_webp_header {
    uint32_t width, height, orientation;
    bool animated, alpha;
    /// The rectangle of the first frame, whether it covers the picture, and its chunks, borrowed from the source.
    uint32_t left, top, frame_width, frame_height;
    bool covers;
    const uint8_t *frame;
    size_t frame_count;
    img_profile profile;
} img_webp_header;
img_status img_webp_scan(const img_input *input, img_webp_header *header, img_failure *failure);
img_status img_webp_decode(const img_webp_header *header, uint32_t max_side, img_picture **picture,
                           img_failure *failure);
/// For a source whose first frame covers the picture.
img_status img_webp_strip(const img_webp_header *header, img_buffer *output, img_failure *failure);

#endif
