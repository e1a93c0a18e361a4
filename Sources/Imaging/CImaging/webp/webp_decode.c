#include "webp_codec.h"

#include <stdlib.h>
#include <string.h>

#include <webp/decode.h>
#include <webp/demux.h>

/// Decodes WebP through libwebp. The container is parsed first; of an animation, only the first frame is decoded.

static img_status copy_profile(WebPDemuxer *demuxer, const img_limits *limits, img_profile *profile,
                               img_failure *failure) {
    WebPChunkIterator chunk;
    img_status status = IMG_OK;
    if (!WebPDemuxGetChunk(demuxer, "ICCP", 1, &chunk)) return IMG_OK;
    if (chunk.chunk.size > limits->profile_bytes) {
        status = img_fail_limit(failure, IMG_PROFILE_TOO_LARGE, limits->profile_bytes, chunk.chunk.size,
                                "bytes of colour profile");
    } else if ((profile->bytes = img_allocate(chunk.chunk.size, 1))) {
        memcpy(profile->bytes, chunk.chunk.bytes, chunk.chunk.size);
        profile->count = chunk.chunk.size;
    } else {
        status = img_fail_memory(failure);
    }
    WebPDemuxReleaseChunkIterator(&chunk);
    return status;
}

static uint32_t read_orientation(WebPDemuxer *demuxer) {
    WebPChunkIterator chunk;
    if (!WebPDemuxGetChunk(demuxer, "EXIF", 1, &chunk)) return 1;
    const uint8_t *exif = chunk.chunk.bytes;
    size_t count = chunk.chunk.size;
    // Some writers put JPEG's prefix before the TIFF header.
    if (count > 6 && !memcmp(exif, "Exif\0\0", 6)) exif += 6, count -= 6;
    uint32_t orientation = img_exif_orientation(exif, count);
    WebPDemuxReleaseChunkIterator(&chunk);
    return orientation;
}

static img_status read_frame(WebPDemuxer *demuxer, img_webp_header *header, img_failure *failure) {
    WebPIterator frame;
    if (!WebPDemuxGetFrame(demuxer, 1, &frame)) return img_fail(failure, IMG_TRUNCATED, "the file contains no pixels");
    header->left = (uint32_t)frame.x_offset;
    header->top = (uint32_t)frame.y_offset;
    header->frame_width = (uint32_t)frame.width;
    header->frame_height = (uint32_t)frame.height;
    header->frame = frame.fragment.bytes;
    header->frame_count = frame.fragment.size;
    header->alpha = frame.has_alpha;
    bool complete = frame.complete;
    WebPDemuxReleaseIterator(&frame);
    if (!complete) return img_fail(failure, IMG_TRUNCATED, "the file ends within the picture");
    header->covers =
        !header->left && !header->top && header->frame_width == header->width && header->frame_height == header->height;
    bool fits =
        header->left + header->frame_width <= header->width && header->top + header->frame_height <= header->height;
    return fits ? IMG_OK : img_fail(failure, IMG_CORRUPT, "a frame reaches beyond the picture");
}

img_status img_webp_scan(const img_input *input, img_webp_header *header, img_failure *failure) {
    const img_limits *limits = &input->limits;
    img_status status = img_webp_read_header(input->bytes, input->count, &header->width, &header->height, failure);
    if (status == IMG_OK) status = img_check_size(header->width, header->height, limits, failure);
    if (status != IMG_OK) return status;
    WebPData data = {input->bytes, input->count};
    WebPDemuxState state;
    WebPDemuxer *demuxer = WebPDemuxPartial(&data, &state);
    if (!demuxer) {
        if (state == WEBP_DEMUX_PARSE_ERROR) return img_fail(failure, IMG_CORRUPT, "the container is malformed");
        return img_fail(failure, IMG_TRUNCATED, "the file ends within its header");
    }
    // The limits were checked on what our own reading of the header found.
    if (WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_WIDTH) != header->width ||
        WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_HEIGHT) != header->height)
        status = img_fail(failure, IMG_CORRUPT, "two readings of the header disagree");
    uint32_t frames = WebPDemuxGetI(demuxer, WEBP_FF_FRAME_COUNT);
    header->animated = frames > 1;
    header->orientation = read_orientation(demuxer);
    if (status == IMG_OK && frames > limits->frames)
        status = img_fail_limit(failure, IMG_TOO_MANY_FRAMES, limits->frames, frames, "frames");
    if (status == IMG_OK) status = read_frame(demuxer, header, failure);
    if (status == IMG_OK) status = copy_profile(demuxer, limits, &header->profile, failure);
    WebPDemuxDelete(demuxer);
    if (status == IMG_OK) img_profile_judge(&header->profile, 3);
    return status;
}

static img_status failed(VP8StatusCode code, img_failure *failure) {
    switch (code) {
    case VP8_STATUS_OUT_OF_MEMORY: return img_fail_memory(failure);
    case VP8_STATUS_SUSPENDED:
    case VP8_STATUS_NOT_ENOUGH_DATA: return img_fail(failure, IMG_TRUNCATED, "the file ends within the picture");
    case VP8_STATUS_UNSUPPORTED_FEATURE:
        return img_fail(failure, IMG_UNSUPPORTED_FEATURE, "libwebp does not support this feature");
    default: return img_fail(failure, IMG_CORRUPT, "libwebp: status %d", (int)code);
    }
}

/// Pushes the picture's rows. `pixels` belong to the frame; the rest of the picture is transparent.
static bool push_rows(const img_webp_header *w, const WebPRGBABuffer *pixels, uint32_t channels, img_intake *intake) {
    uint8_t *row = img_allocate_zeroed(w->width, channels);
    for (uint32_t y = 0; row && y < w->height; y++) {
        bool inside = y >= w->top && y - w->top < w->frame_height;
        const uint8_t *from = pixels->rgba + (size_t)(inside ? y - w->top : 0) * (size_t)pixels->stride;
        if (inside)
            memcpy(row + (size_t)w->left * channels, from, (size_t)w->frame_width * channels);
        else
            memset(row, 0, (size_t)w->width * channels);
        img_intake_push(intake, row);
    }
    free(row);
    return row != NULL;
}

img_status img_webp_decode(const img_webp_header *w, uint32_t max_side, img_picture **picture, img_failure *failure) {
    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config)) return img_fail(failure, IMG_INTERNAL, "libwebp has another version");
    bool alpha = w->alpha || !w->covers;
    config.output.colorspace = alpha ? MODE_RGBA : MODE_RGB;
    VP8StatusCode code = WebPDecode(w->frame, w->frame_count, &config);
    img_intake intake = {0};
    img_status status = code == VP8_STATUS_OK ? IMG_OK : failed(code, failure);
    if (status == IMG_OK &&
        ((uint32_t)config.output.width != w->frame_width || (uint32_t)config.output.height != w->frame_height))
        status = img_fail(failure, IMG_CORRUPT, "a frame has another size than its header says");
    if (status == IMG_OK && (!img_intake_open(&intake, IMG_RGB, alpha, w->width, w->height, max_side) ||
                             !push_rows(w, &config.output.u.RGBA, alpha ? 4 : 3, &intake)))
        status = img_fail_memory(failure);
    WebPFreeDecBuffer(&config.output);
    if (status == IMG_OK) status = img_intake_finish(&intake, w->orientation, &w->profile, picture, failure);
    img_intake_close(&intake);
    return status;
}

/// Puts the first frame's chunks into a container of their own, with a `VP8X` chunk only where they need it (RFC 9649).
img_status img_webp_strip(const img_webp_header *w, img_buffer *output, img_failure *failure) {
    bool extended = w->frame_count > 4 && !memcmp(w->frame, "ALPH", 4);
    uint8_t head[30] = "RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\x10";
    img_put_le32(head + 4, (uint32_t)(w->frame_count + 4 + (extended ? 18u : 0u)));
    // 24 bits each; the reserved bytes between stay zero.
    img_put_le32(head + 24, w->width - 1);
    head[27] = (uint8_t)(w->height - 1);
    head[28] = (uint8_t)((w->height - 1) >> 8);
    head[29] = (uint8_t)((w->height - 1) >> 16);
    if (!img_buffer_append(output, head, extended ? 30 : 12) || !img_buffer_append(output, w->frame, w->frame_count)) {
        img_buffer_free(output);
        return img_fail_memory(failure);
    }
    return IMG_OK;
}
