#include "picture/picture.h"

#include <stdlib.h>
#include <string.h>

#include <webp/encode.h>

static int keep(const uint8_t *bytes, size_t count, const WebPPicture *webp) {
    return img_buffer_append(webp->custom_ptr, bytes, count);
}

/// Interleaved RGB or RGBA; NULL when there is no memory.
static uint8_t *interleave(const img_picture *picture) {
    const uint32_t channels = picture->alpha ? 4 : 3;
    uint8_t *pixels = img_allocate((size_t)picture->width * picture->height, channels), *to = pixels;
    for (uint32_t y = 0; pixels && y < picture->height; y++, to += (size_t)picture->width * channels)
        for (uint32_t c = 0; c < channels; c++) {
            uint32_t plane = c == 3 ? picture->planes - 1 : picture->model == IMG_GRAY ? 0 : c;
            const uint8_t *row = img_plane_row(&picture->plane[plane], y);
            for (uint32_t x = 0; x < picture->width; x++) to[(size_t)x * channels + c] = row[x];
        }
    return pixels;
}

static bool configure(const img_webp_options *options, WebPConfig *config) {
    if (!WebPConfigInit(config)) return false;
    config->alpha_quality = 100;
    config->thread_level = 0;
    if (options->quality) {
        config->quality = (float)options->quality;
        config->method = 4;
        // Sharp colour edges survive halved chroma better, and it takes little time compared with the encoding.
        config->use_sharp_yuv = 1;
    } else if (!WebPConfigLosslessPreset(config, (int)options->effort)) {
        return false;
    }
    return WebPValidateConfig(config);
}

img_status img_encode_webp(const img_picture *picture, const img_webp_options *options, img_buffer *output,
                           img_failure *failure) {
    memset(output, 0, sizeof *output);
    if (picture->model != IMG_GRAY && picture->model != IMG_RGB)
        return img_fail(failure, IMG_INTERNAL, "WebP is made from gray and RGB only");
    WebPConfig config;
    WebPPicture webp;
    if (!configure(options, &config) || !WebPPictureInit(&webp))
        return img_fail(failure, IMG_INTERNAL, "libwebp refuses its configuration");
    webp.width = (int)picture->width;
    webp.height = (int)picture->height;
    webp.use_argb = 1;
    webp.writer = keep;
    webp.custom_ptr = output;
    uint8_t *pixels = interleave(picture);
    const int stride = (int)(picture->width * (picture->alpha ? 4 : 3));
    bool imported = pixels && (picture->alpha ? WebPPictureImportRGBA(&webp, pixels, stride)
                                              : WebPPictureImportRGB(&webp, pixels, stride));
    free(pixels);
    img_status status = IMG_OK;
    if (!imported || !WebPEncode(&config, &webp)) {
        bool short_of_memory = !pixels || webp.error_code == VP8_ENC_ERROR_OUT_OF_MEMORY ||
                               webp.error_code == VP8_ENC_ERROR_BITSTREAM_OUT_OF_MEMORY ||
                               webp.error_code == VP8_ENC_ERROR_BAD_WRITE;
        status = short_of_memory ? img_fail_memory(failure)
                                 : img_fail(failure, IMG_INTERNAL, "libwebp: encoding error %d", (int)webp.error_code);
    }
    WebPPictureFree(&webp);
    if (status != IMG_OK) img_buffer_free(output);
    return status;
}
