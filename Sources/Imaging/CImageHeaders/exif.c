#include "CImageHeaders.h"

#include <string.h>

enum { TAG_ORIENTATION = 0x0112, TYPE_SHORT = 3, ENTRY_BYTES = 12 };

static uint32_t read16(const uint8_t *p, bool little) { return little ? (uint32_t)p[1] << 8 | p[0] : img_be16(p); }

static uint32_t read32(const uint8_t *p, bool little) {
    return little ? (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0] : img_be32(p);
}

uint32_t img_exif_orientation(const uint8_t *bytes, size_t count) {
    if (count < 8) return 1;
    bool little = !memcmp(bytes, "II", 2);
    if (!little && memcmp(bytes, "MM", 2)) return 1;
    if (read16(bytes + 2, little) != 42) return 1;
    size_t at = read32(bytes + 4, little);
    if (at > count || count - at < 2) return 1;
    uint32_t entries = read16(bytes + at, little);
    at += 2;
    for (uint32_t i = 0; i < entries && count - at >= ENTRY_BYTES; i++, at += ENTRY_BYTES) {
        const uint8_t *entry = bytes + at;
        if (read16(entry, little) != TAG_ORIENTATION) continue;
        if (read16(entry + 2, little) != TYPE_SHORT || read32(entry + 4, little) != 1) return 1;
        uint32_t value = read16(entry + 8, little);
        return value >= 1 && value <= 8 ? value : 1;
    }
    return 1;
}
