#ifndef CIMAGING_PNG_CODEC_H
#define CIMAGING_PNG_CODEC_H

#include "intake/intake.h"

typedef struct img_png_header {
    img_png_frame_header frame;
    uint32_t orientation;
    bool animated;
    img_profile profile;
    /// Signature, IHDR, PLTE, tRNS, IDAT and IEND with their checksums verified, and nothing else.
    img_buffer core;
} img_png_header;
img_status img_png_scan(const img_input *input, img_png_header *header, img_failure *failure);
img_status img_png_decode(const img_png_header *header, uint32_t max_side, img_picture **picture, img_failure *failure);

#endif
