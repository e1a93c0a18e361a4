#ifndef CIMAGING_ANALYSIS_H
#define CIMAGING_ANALYSIS_H

#include "picture/picture.h"

/// What can be learnt from a finished picture: its colours, and how it differs from another.

/// At most 256 colours with alpha, and each pixel's index.
typedef struct img_palette {
    uint32_t count;
    uint8_t colour[256][4];
    img_plane indices;
} img_palette;
/// False when the picture has more than 256 colours, or, with `*no_memory` set, when there is no memory.
bool img_palette_exact(const img_picture *picture, img_palette *palette, bool *no_memory);
/// At most `colours` colours chosen for the picture; false when there is no memory.
bool img_palette_quantised(const img_picture *picture, uint32_t colours, img_palette *palette);

#endif
