#include "CImageHeaders.h"

enum { EXTENSION = 0x21, DESCRIPTOR = 0x2c, TRAILER = 0x3b };

size_t img_gif_colour_bytes(uint8_t flags) { return flags & 0x80 ? (size_t)3 << ((flags & 7) + 1) : 0; }

img_status img_gif_next_block(const uint8_t *bytes, size_t count, size_t *at, bool *in_blocks, img_gif_block *block,
                              img_failure *failure) {
    while (*in_blocks && *at < count) {
        *in_blocks = bytes[*at] != 0;
        *at += (size_t)bytes[*at] + 1;
    }
    if (*at >= count) return img_fail(failure, IMG_TRUNCATED, "the file ends before its last block");
    const uint8_t *here = bytes + *at;
    size_t left = count - *at;
    *block = (img_gif_block){.at = *at};
    switch (here[0]) {
    case TRAILER:
        block->kind = IMG_GIF_TRAILER;
        *at += 1;
        return IMG_OK;
    case EXTENSION:
        if (left < 2) return img_fail(failure, IMG_TRUNCATED, "the file ends within an extension");
        block->kind = IMG_GIF_EXTENSION;
        block->label = here[1];
        *at += 2;
        *in_blocks = true;
        return IMG_OK;
    case DESCRIPTOR:
        if (left < IMG_GIF_DESCRIPTOR_BYTES) return img_fail(failure, IMG_TRUNCATED, "the file ends within a frame");
        block->kind = IMG_GIF_FRAME;
        block->left = img_le16(here + 1);
        block->top = img_le16(here + 3);
        block->width = img_le16(here + 5);
        block->height = img_le16(here + 7);
        block->flags = here[9];
        block->colour_bytes = img_gif_colour_bytes(block->flags);
        // One byte for the length of the first code.
        *at += IMG_GIF_DESCRIPTOR_BYTES + block->colour_bytes + 1;
        *in_blocks = true;
        return IMG_OK;
    default: return img_fail(failure, IMG_CORRUPT, "there is neither a frame nor an extension where one belongs");
    }
}

img_status img_gif_widen_screen(const img_gif_block *frame, uint32_t *width, uint32_t *height, img_failure *failure) {
    if (!frame->width || !frame->height) return img_fail(failure, IMG_CORRUPT, "the width or the height is zero");
    uint32_t right = frame->left + frame->width, bottom = frame->top + frame->height;
    if (*width < right) *width = right;
    if (*height < bottom) *height = bottom;
    return IMG_OK;
}
