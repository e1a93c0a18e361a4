#include "jpeg_codec.h"

#include <stdlib.h>
#include <string.h>

/// Reads a JPEG's markers up to its first scan (ITU-T T.81, annex B) without decoding anything.

typedef struct icc_parts {
    const uint8_t *part[256];
    size_t size[256];
    uint32_t expected;
    size_t total;
} icc_parts;

/// Collects a part of a profile (ICC.1:2010, annex B.4): "ICC_PROFILE", a sequence number from 1, the number of parts.
static void collect_icc(icc_parts *parts, const uint8_t *body, size_t count) {
    if (count < 14 || memcmp(body, "ICC_PROFILE", 12)) return;
    uint32_t number = body[12];
    if (!number || parts->part[number]) return;
    parts->part[number] = body + 14;
    parts->size[number] = count - 14;
    parts->expected = body[13];
    parts->total += count - 14;
}

/// Counts the scans of a progressive picture without decoding them: 100 empty scans over a large picture are expensive
/// to decode and cheap to count. Markers cannot occur within coded data.
static uint32_t count_scans(const uint8_t *bytes, size_t count, uint32_t enough) {
    uint32_t scans = 1;
    const uint8_t *at = bytes, *end = bytes + count;
    while (scans <= enough && (at = memchr(at, 0xff, (size_t)(end - at))) && end - at >= 2) {
        uint8_t marker = at[1];
        if (marker == IMG_JPEG_EOI) break;
        scans += marker == IMG_JPEG_SOS;
        at += marker == 0xff ? 1 : 2;
    }
    return scans;
}

/// Joins the parts. An incomplete profile is ignored.
static img_status join_icc(const icc_parts *parts, const img_limits *limits, img_profile *profile,
                           img_failure *failure) {
    if (parts->total > limits->profile_bytes)
        return img_fail_limit(failure, IMG_PROFILE_TOO_LARGE, limits->profile_bytes, parts->total,
                              "bytes of colour profile");
    for (uint32_t i = 1; i <= parts->expected; i++)
        if (!parts->part[i]) return IMG_OK;
    if (!parts->expected || !parts->total) return IMG_OK;
    profile->bytes = img_allocate(parts->total, 1);
    if (!profile->bytes) return img_fail_memory(failure);
    for (uint32_t i = 1; i <= parts->expected; i++) {
        memcpy(profile->bytes + profile->count, parts->part[i], parts->size[i]);
        profile->count += parts->size[i];
    }
    return IMG_OK;
}

img_status img_jpeg_scan(const img_input *input, img_jpeg_header *header, img_failure *failure) {
    const img_limits *limits = &input->limits;
    const img_jpeg_frame_header *frame = &header->frame;
    icc_parts parts = {0};
    bool exif_seen = false;
    header->orientation = 1;
    size_t at = 2;
    img_jpeg_segment segment = {0};
    while (segment.marker != IMG_JPEG_SOS) {
        img_status status = img_jpeg_next_segment(input->bytes, input->count, &at, &segment, failure);
        if (status != IMG_OK) return status;
        const uint8_t *body = segment.body;
        if (segment.present < segment.count) return img_fail(failure, IMG_TRUNCATED, "the file ends within its header");
        if (img_jpeg_is_frame(segment.marker)) {
            if (frame->width) return img_fail(failure, IMG_CORRUPT, "there is a second frame header");
            status = img_jpeg_read_frame(&segment, &header->frame, failure);
            if (status == IMG_OK) status = img_check_size(frame->width, frame->height, limits, failure);
            if (status != IMG_OK) return status;
        } else if (segment.marker == IMG_JPEG_APP1 && !exif_seen && segment.count > 6 && !memcmp(body, "Exif\0", 6)) {
            exif_seen = true;
            header->orientation = img_exif_orientation(body + 6, segment.count - 6);
        } else if (segment.marker == IMG_JPEG_APP2) {
            collect_icc(&parts, body, segment.count);
        }
    }
    if (!frame->width) return img_fail(failure, IMG_CORRUPT, "there is no frame header before the first scan");
    uint32_t scans = frame->progressive ? count_scans(input->bytes + at, input->count - at, limits->scans) : 1;
    if (scans > limits->scans)
        return img_fail_limit(failure, IMG_TOO_MANY_SCANS, limits->scans, scans, "or more progressive scans");
    img_status status = join_icc(&parts, limits, &header->profile, failure);
    if (status == IMG_OK) img_profile_judge(&header->profile, frame->components);
    return status;
}
