#include "internal.h"

#include <stdlib.h>
#include <string.h>

/// Reads a JPEG's markers up to its first scan (ITU-T T.81, annex B) without decoding anything.

enum { SOI = 0xd8, EOI = 0xd9, SOS = 0xda, DHT = 0xc4, JPG = 0xc8, DAC = 0xcc, APP1 = 0xe1, APP2 = 0xe2, TEM = 0x01 };

typedef struct icc_parts {
    const uint8_t *part[256];
    size_t size[256];
    uint32_t expected;
    size_t total;
} icc_parts;

/// ICC.1:2010, annex B.4: "ICC_PROFILE", a sequence number from 1, the number of parts.
static void collect_icc(icc_parts *parts, const uint8_t *body, size_t count) {
    if (count < 14 || memcmp(body, "ICC_PROFILE", 12)) return;
    uint32_t number = body[12];
    if (!number || parts->part[number]) return;
    parts->part[number] = body + 14;
    parts->size[number] = count - 14;
    parts->expected = body[13];
    parts->total += count - 14;
}

/// How many scans a progressive picture has from its first one on, without decoding any: 100 empty scans over a large
/// picture are dear to decode and cheap to count. Markers cannot occur within coded data.
static uint32_t count_scans(const uint8_t *bytes, size_t count, uint32_t enough) {
    uint32_t scans = 1;
    const uint8_t *at = bytes, *end = bytes + count;
    while (scans <= enough && (at = memchr(at, 0xff, (size_t)(end - at))) && end - at >= 2) {
        uint8_t marker = at[1];
        if (marker == EOI) break;
        scans += marker == SOS;
        at += marker == 0xff ? 1 : 2;
    }
    return scans;
}

/// An incomplete profile is no profile.
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

static bool is_frame(uint8_t marker) {
    return marker >= 0xc0 && marker <= 0xcf && marker != DHT && marker != JPG && marker != DAC;
}

static img_status read_frame(uint8_t marker, const uint8_t *body, size_t count, const img_limits *limits,
                             img_jpeg_header *header, img_failure *failure) {
    if (header->width) return img_fail(failure, IMG_CORRUPT, "a second frame header");
    if (count < 6) return img_fail(failure, IMG_CORRUPT, "the frame header is too short");
    // 0xc0 to 0xc2: baseline, extended, progressive; 0xc9, 0xca: the same with arithmetic coding.
    if (marker != 0xc0 && marker != 0xc1 && marker != 0xc2 && marker != 0xc9 && marker != 0xca)
        return img_fail(failure, IMG_UNSUPPORTED_FEATURE, "JPEG coding process SOF%u", marker - 0xc0u);
    if (body[0] != 8) return img_fail(failure, IMG_UNSUPPORTED_FEATURE, "%u-bit JPEG", body[0]);
    header->height = img_be16(body + 1);
    header->width = img_be16(body + 3);
    header->components = body[5];
    header->progressive = marker == 0xc2 || marker == 0xca;
    if (!header->width || !header->height) return img_fail(failure, IMG_CORRUPT, "a side of length zero");
    uint32_t side = header->width > header->height ? header->width : header->height;
    if (side > limits->side) return img_fail_limit(failure, IMG_SIDE_TOO_LONG, limits->side, side, "pixels on a side");
    uint64_t pixels = (uint64_t)header->width * header->height;
    if (pixels > limits->pixels) return img_fail_limit(failure, IMG_TOO_MANY_PIXELS, limits->pixels, pixels, "pixels");
    if (header->components != 1 && header->components != 3 && header->components != 4)
        return img_fail(failure, IMG_UNSUPPORTED_FEATURE, "%u colour components", header->components);
    if (count < 6 + 3 * header->components) return img_fail(failure, IMG_CORRUPT, "the frame header is too short");
    header->max_h = header->max_v = 1;
    for (uint32_t c = 0; c < header->components; c++) {
        uint32_t h = body[7 + 3 * c] >> 4, v = body[7 + 3 * c] & 15;
        header->max_h = h > header->max_h ? h : header->max_h;
        header->max_v = v > header->max_v ? v : header->max_v;
    }
    return IMG_OK;
}

img_status img_jpeg_scan(const uint8_t *bytes, size_t count, const img_limits *limits, img_jpeg_header *header,
                         img_failure *failure) {
    icc_parts parts = {0};
    bool exif_seen = false;
    header->orientation = 1;
    size_t at = 2;
    for (;;) {
        // Anything between segments is skipped, as decoders do.
        while (at < count && bytes[at] != 0xff) at++;
        while (at < count && bytes[at] == 0xff) at++;
        if (at >= count) return img_fail(failure, IMG_TRUNCATED, "the file ends before the picture begins");
        uint8_t marker = bytes[at++];
        if (marker == 0 || marker == TEM || (marker >= 0xd0 && marker <= SOI)) continue;
        if (marker == EOI) return img_fail(failure, IMG_CORRUPT, "no picture before the end marker");
        if (count - at < 2) return img_fail(failure, IMG_TRUNCATED, "the file ends in its header");
        size_t length = img_be16(bytes + at);
        if (length < 2) return img_fail(failure, IMG_CORRUPT, "a header segment of impossible length");
        if (length > count - at) return img_fail(failure, IMG_TRUNCATED, "the file ends in its header");
        const uint8_t *body = bytes + at + 2;
        size_t body_count = length - 2;
        at += length;
        if (marker == SOS) break;
        if (is_frame(marker)) {
            img_status status = read_frame(marker, body, body_count, limits, header, failure);
            if (status != IMG_OK) return status;
        } else if (marker == APP1 && !exif_seen && body_count > 6 && !memcmp(body, "Exif\0", 6)) {
            exif_seen = true;
            header->orientation = img_exif_orientation(body + 6, body_count - 6);
        } else if (marker == APP2) {
            collect_icc(&parts, body, body_count);
        }
    }
    if (!header->width) return img_fail(failure, IMG_CORRUPT, "no frame header before the first scan");
    uint32_t scans = header->progressive ? count_scans(bytes + at, count - at, limits->scans) : 1;
    if (scans > limits->scans)
        return img_fail_limit(failure, IMG_TOO_MANY_SCANS, limits->scans, scans, "or more progressive scans");
    img_status status = join_icc(&parts, limits, &header->profile, failure);
    if (status == IMG_OK) img_profile_judge(&header->profile, header->components);
    return status;
}
