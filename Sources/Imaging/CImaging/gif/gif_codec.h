#ifndef CIMAGING_GIF_CODEC_H
#define CIMAGING_GIF_CODEC_H

#include "intake/intake.h"

typedef struct img_gif_header {
    uint32_t width, height;
    bool animated;
    /// The rectangle of the first frame on the screen.
    uint32_t left, top, frame_width, frame_height;
    bool interlaced, has_transparent;
    uint8_t transparent;
    /// RGB triples, borrowed from the source.
    const uint8_t *colours;
    uint32_t colour_count;
    /// The code length and the data sub-blocks, up to the end of the file.
    const uint8_t *data;
    size_t data_count;
} img_gif_header;
img_status img_gif_scan(const img_input *input, img_gif_header *header, img_failure *failure);
img_status img_gif_decode(const img_gif_header *header, uint32_t max_side, img_picture **picture, img_failure *failure);

#endif
