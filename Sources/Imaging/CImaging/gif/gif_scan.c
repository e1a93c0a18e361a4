#include "gif_codec.h"

#include <string.h>

/// Reads a GIF's blocks without decoding pixels: finds the first frame and counts the frames. Comments and application
/// data are skipped unread.

static void read_graphics(const uint8_t *block, size_t left, img_gif_header *header) {
    if (left < 5 || block[0] != 4) return;
    header->has_transparent = block[1] & 1;
    header->transparent = block[4];
}

/// The first frame is the picture. False when its colours or the start of its pixels are missing.
static bool read_frame(const img_input *input, const img_gif_block *frame, img_gif_header *header) {
    header->left = frame->left;
    header->top = frame->top;
    header->frame_width = frame->width;
    header->frame_height = frame->height;
    header->interlaced = frame->flags & 0x40;
    size_t at = frame->at + IMG_GIF_DESCRIPTOR_BYTES;
    if (input->count - at < frame->colour_bytes + 1) return false;
    if (frame->colour_bytes) {
        header->colours = input->bytes + at;
        header->colour_count = (uint32_t)(frame->colour_bytes / 3);
    }
    header->data = input->bytes + at + frame->colour_bytes;
    header->data_count = input->count - at - frame->colour_bytes;
    return true;
}

static img_status read_first_frame(const img_input *input, const img_gif_block *block, img_gif_header *header,
                                   img_failure *failure) {
    img_status status = img_gif_widen_screen(block, &header->width, &header->height, failure);
    if (status == IMG_OK) status = img_check_size(header->width, header->height, &input->limits, failure);
    if (status == IMG_OK && !read_frame(input, block, header))
        status = img_fail(failure, IMG_TRUNCATED, "the file contains no pixels");
    return status;
}

img_status img_gif_scan(const img_input *input, img_gif_header *header, img_failure *failure) {
    const uint8_t *bytes = input->bytes;
    if (input->count < IMG_GIF_SCREEN_BYTES) return img_fail(failure, IMG_TRUNCATED, "the file ends within its header");
    header->width = img_le16(bytes + 6);
    header->height = img_le16(bytes + 8);
    size_t at = IMG_GIF_SCREEN_BYTES, table = img_gif_colour_bytes(bytes[10]);
    if (input->count - at < table) return img_fail(failure, IMG_TRUNCATED, "the file ends within its colours");
    header->colours = bytes + at;
    header->colour_count = (uint32_t)(table / 3);
    at += table;
    bool in_blocks = false;
    for (uint32_t frames = 0;;) {
        img_gif_block block;
        img_status status = img_gif_next_block(bytes, input->count, &at, &in_blocks, &block, failure);
        // Only the first frame is needed. Whether all of it is there is for the decoder to find out.
        if (frames && (status != IMG_OK || block.kind == IMG_GIF_TRAILER)) return IMG_OK;
        if (status != IMG_OK) return status;
        switch (block.kind) {
        case IMG_GIF_TRAILER: return img_fail(failure, IMG_CORRUPT, "the file contains no pixels");
        case IMG_GIF_EXTENSION:
            if (block.label == IMG_GIF_GRAPHICS && !frames) read_graphics(bytes + at, input->count - at, header);
            break;
        case IMG_GIF_FRAME:
            if (++frames == 1) status = read_first_frame(input, &block, header, failure);
            if (frames > input->limits.frames)
                status = img_fail_limit(failure, IMG_TOO_MANY_FRAMES, input->limits.frames, frames, "or more frames");
            if (status != IMG_OK) return status;
            header->animated = frames > 1;
        }
    }
}
