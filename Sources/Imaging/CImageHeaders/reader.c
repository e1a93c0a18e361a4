#include "CImageHeaders.h"

/// Walks the segments of a JPEG to its frame header.
static img_status read_jpeg(img_header_reader *reader, const uint8_t *bytes, size_t count, size_t *consumed,
                            img_header *header, img_failure *failure) {
    size_t at = reader->begun ? 0 : 2;
    reader->begun = true;
    for (;;) {
        // The last byte before a segment may be the fill byte that its marker needs.
        *consumed = at;
        img_jpeg_segment segment;
        img_status status = img_jpeg_next_segment(bytes, count, &at, &segment, failure);
        if (status == IMG_TRUNCATED) *consumed = at;
        if (status != IMG_OK) return status;
        if (segment.marker == IMG_JPEG_SOS)
            return img_fail(failure, IMG_CORRUPT, "there is no frame header before the first scan");
        if (!img_jpeg_is_frame(segment.marker)) continue;
        if (segment.present < segment.count) return img_fail(failure, IMG_TRUNCATED, "the file ends within its header");
        img_jpeg_frame_header frame;
        status = img_jpeg_read_frame(&segment, &frame, failure);
        *header = (img_header){IMG_FORMAT_JPEG, frame.width, frame.height};
        return status;
    }
}

static img_status read_png(const uint8_t *bytes, size_t count, img_header *header, img_failure *failure) {
    img_png_frame_header frame = {0};
    img_status status = img_png_read_header(bytes, count, &frame, failure);
    *header = (img_header){IMG_FORMAT_PNG, frame.width, frame.height};
    return status;
}

/// Walks the blocks of a GIF to its first frame.
static img_status read_gif(img_header_reader *reader, const uint8_t *bytes, size_t count, size_t *consumed,
                           img_header *header, img_failure *failure) {
    size_t at = 0;
    if (!reader->begun) {
        if (count < IMG_GIF_SCREEN_BYTES) return img_fail(failure, IMG_TRUNCATED, "the file ends within its header");
        reader->begun = true;
        reader->screen_width = img_le16(bytes + 6);
        reader->screen_height = img_le16(bytes + 8);
        at = IMG_GIF_SCREEN_BYTES + img_gif_colour_bytes(bytes[10]);
    }
    for (;;) {
        img_gif_block block;
        img_status status = img_gif_next_block(bytes, count, &at, &reader->in_blocks, &block, failure);
        *consumed = at;
        if (status != IMG_OK) return status;
        if (block.kind == IMG_GIF_EXTENSION) continue;
        if (block.kind == IMG_GIF_TRAILER) return img_fail(failure, IMG_CORRUPT, "the file ends before its picture");
        *header = (img_header){IMG_FORMAT_GIF, reader->screen_width, reader->screen_height};
        return img_gif_widen_screen(&block, &header->width, &header->height, failure);
    }
}

static img_status read_webp(const uint8_t *bytes, size_t count, img_header *header, img_failure *failure) {
    *header = (img_header){.format = IMG_FORMAT_WEBP};
    return img_webp_read_header(bytes, count, &header->width, &header->height, failure);
}

/// Walks the boxes of a HEIF file to the one that describes its pictures.
static img_status read_heif(const img_header_reader *reader, const uint8_t *bytes, size_t count, size_t *consumed,
                            img_header *header, img_failure *failure) {
    *header = (img_header){.format = reader->format};
    return img_heif_read_header(bytes, count, consumed, &header->width, &header->height, failure);
}

img_status img_header_read(img_header_reader *reader, const uint8_t *bytes, size_t count, size_t *consumed,
                           img_header *header, img_failure *failure) {
    *consumed = 0;
    if (reader->format == IMG_FORMAT_UNKNOWN) {
        img_format format = img_detect(bytes, count);
        bool boxes = format == IMG_FORMAT_AVIF || format == IMG_FORMAT_HEIC;
        bool reads = format == IMG_FORMAT_JPEG || format == IMG_FORMAT_PNG || format == IMG_FORMAT_GIF ||
                     format == IMG_FORMAT_WEBP || boxes;
        if ((!reads || boxes) && img_may_become_picture(bytes, count))
            return img_fail(failure, IMG_TRUNCATED, "the file ends within its signature");
        if (!reads && format == IMG_FORMAT_UNKNOWN)
            return img_fail(failure, IMG_NOT_AN_IMAGE, "the bytes are of no known format");
        if (!reads) return img_fail(failure, IMG_UNSUPPORTED_FORMAT, "the bytes are %s", img_format_name(format));
        reader->format = format;
    }
    switch (reader->format) {
    case IMG_FORMAT_JPEG: return read_jpeg(reader, bytes, count, consumed, header, failure);
    case IMG_FORMAT_PNG: return read_png(bytes, count, header, failure);
    case IMG_FORMAT_GIF: return read_gif(reader, bytes, count, consumed, header, failure);
    case IMG_FORMAT_AVIF:
    case IMG_FORMAT_HEIC: return read_heif(reader, bytes, count, consumed, header, failure);
    default: return read_webp(bytes, count, header, failure);
    }
}
