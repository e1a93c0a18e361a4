#include "CImageHeaders.h"

enum { SOI = 0xd8, DHT = 0xc4, JPG = 0xc8, DAC = 0xcc, TEM = 0x01 };

img_status img_jpeg_next_segment(const uint8_t *bytes, size_t count, size_t *at, img_jpeg_segment *segment,
                                 img_failure *failure) {
    for (;;) {
        // Anything between segments is skipped, as decoders do; so are fill bytes, of which the last one is kept.
        while (*at < count && bytes[*at] != 0xff) ++*at;
        while (*at + 1 < count && bytes[*at + 1] == 0xff) ++*at;
        if (*at >= count || count - *at < 2)
            return img_fail(failure, IMG_TRUNCATED, "the file ends before the picture begins");
        uint8_t marker = bytes[*at + 1];
        if (marker == IMG_JPEG_EOI) return img_fail(failure, IMG_CORRUPT, "the file ends before its picture");
        if (marker == 0 || marker == TEM || (marker >= 0xd0 && marker <= SOI)) {
            *at += 2;
            continue;
        }
        if (count - *at < 4) return img_fail(failure, IMG_TRUNCATED, "the file ends within its header");
        size_t length = img_be16(bytes + *at + 2);
        if (length < 2) return img_fail(failure, IMG_CORRUPT, "a header segment has an impossible length");
        *segment = (img_jpeg_segment){.marker = marker, .count = length - 2, .body = bytes + *at + 4};
        size_t left = count - *at - 4;
        segment->present = left < segment->count ? left : segment->count;
        *at += length + 2;
        return IMG_OK;
    }
}

bool img_jpeg_is_frame(uint8_t marker) {
    return marker >= 0xc0 && marker <= 0xcf && marker != DHT && marker != JPG && marker != DAC;
}

img_status img_jpeg_read_frame(const img_jpeg_segment *segment, img_jpeg_frame_header *frame, img_failure *failure) {
    const uint8_t *body = segment->body;
    const uint8_t marker = segment->marker;
    if (segment->count < 6) return img_fail(failure, IMG_CORRUPT, "the frame header is too short");
    // 0xc0 to 0xc2: baseline, extended, progressive; 0xc9, 0xca: the same with arithmetic coding.
    if (marker != 0xc0 && marker != 0xc1 && marker != 0xc2 && marker != 0xc9 && marker != 0xca)
        return img_fail(failure, IMG_UNSUPPORTED_FEATURE, "JPEG coding process SOF%u is not supported", marker - 0xc0u);
    if (body[0] != 8) return img_fail(failure, IMG_UNSUPPORTED_FEATURE, "%u-bit JPEG is not supported", body[0]);
    *frame = (img_jpeg_frame_header){
        .width = img_be16(body + 3),
        .height = img_be16(body + 1),
        .components = body[5],
        .max_h = 1,
        .max_v = 1,
        .progressive = marker == 0xc2 || marker == 0xca,
    };
    if (!frame->width || !frame->height) return img_fail(failure, IMG_CORRUPT, "the width or the height is zero");
    if (frame->components != 1 && frame->components != 3 && frame->components != 4)
        return img_fail(failure, IMG_UNSUPPORTED_FEATURE, "%u colour components are not supported", frame->components);
    if (segment->count < 6 + 3 * frame->components)
        return img_fail(failure, IMG_CORRUPT, "the frame header is too short");
    for (uint32_t c = 0; c < frame->components; c++) {
        uint32_t h = body[7 + 3 * c] >> 4, v = body[7 + 3 * c] & 15;
        frame->max_h = h > frame->max_h ? h : frame->max_h;
        frame->max_v = v > frame->max_v ? v : frame->max_v;
    }
    return IMG_OK;
}
