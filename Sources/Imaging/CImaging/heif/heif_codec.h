#ifndef CIMAGING_HEIF_CODEC_H
#define CIMAGING_HEIF_CODEC_H

#include "intake/intake.h"

typedef struct img_heif_header {
    uint32_t width, height;
    bool alpha;
    img_profile profile;
    struct heif_context *context;
    struct heif_image_handle *handle;
} img_heif_header;
/// Loads libheif where it is installed. Processes that do not call this load it at first use.
void img_load_decoders(void);
/// Whether there is a decoder for AVIF and HEIC. The functions below may be called only if there is.
bool img_heif_is_there(void);
img_status img_heif_scan(const img_input *input, img_heif_header *header, img_failure *failure);
img_status img_heif_decode(const img_heif_header *header, uint32_t max_side, img_picture **picture,
                           img_failure *failure);
void img_heif_close(img_heif_header *header);

#endif
