#include "CImageHeaders.h"

#include <string.h>

/// The description of all pictures of a file: an iPhone's takes about 4 kB.
enum { MOST_DESCRIPTION = 1 << 20 };

typedef struct box {
    char type[4];
    const uint8_t *body;
    size_t count;
} box;

/// Takes the next box from `*rest`. False at the end, and when the box is not within `*rest`.
static bool next_box(box *rest, box *next) {
    if (rest->count < 8) return false;
    uint64_t size = img_be32(rest->body);
    size_t head = 8;
    if (size == 1) {
        if (rest->count < 16) return false;
        size = img_be64(rest->body + 8);
        head = 16;
    }
    if (size < head || size > rest->count) return false;
    memcpy(next->type, rest->body + 4, 4);
    next->body = rest->body + head;
    next->count = (size_t)size - head;
    rest->body += size;
    rest->count -= (size_t)size;
    return true;
}

static bool is(const box *box, const char *type) { return !memcmp(box->type, type, 4); }

/// The first box of this type in `parent`, whose first `skipped` bytes are its own.
static bool find(const box *parent, size_t skipped, const char *type, box *found) {
    if (parent->count < skipped) return false;
    box rest = {.body = parent->body + skipped, .count = parent->count - skipped};
    while (next_box(&rest, found))
        if (is(found, type)) return true;
    return false;
}

/// The number at `*at` in a box, of 1, 2 or 4 bytes. 0 beyond its end.
static uint32_t number(const box *box, size_t *at, unsigned bytes) {
    uint32_t value = 0;
    for (unsigned i = 0; i < bytes; i++, (*at)++) value = value << 8 | (*at < box->count ? box->body[*at] : 0);
    return value;
}

/// The size that the property with this index states (section 6.5.3): the boxes of `ipco` count from 1.
static bool read_size(const box *properties, uint32_t index, uint32_t *width, uint32_t *height) {
    box rest = *properties, property;
    while (next_box(&rest, &property))
        if (!--index) {
            if (!is(&property, "ispe") || property.count < 12) return false;
            *width = img_be32(property.body + 4);
            *height = img_be32(property.body + 8);
            return true;
        }
    return false;
}

/// Finds the size among the properties of the primary picture (section 9.3).
static bool read_description(const box *meta, uint32_t *width, uint32_t *height) {
    box primary, all, properties, uses;
    if (!find(meta, 4, "pitm", &primary) || !find(meta, 4, "iprp", &all) || !find(&all, 0, "ipco", &properties) ||
        !find(&all, 0, "ipma", &uses))
        return false;
    size_t at = 0;
    bool long_id = number(&primary, &at, 4) >> 24;
    uint32_t item = number(&primary, &at, long_id ? 4 : 2);
    at = 0;
    uint32_t kind = number(&uses, &at, 4), entries = number(&uses, &at, 4);
    for (; entries && at < uses.count; entries--) {
        bool is_primary = number(&uses, &at, kind >> 24 ? 4 : 2) == item;
        for (uint32_t left = number(&uses, &at, 1); left && at < uses.count; left--) {
            uint32_t index = number(&uses, &at, kind & 1 ? 2 : 1) & (kind & 1 ? 0x7fff : 0x7f);
            if (is_primary && index && read_size(&properties, index, width, height)) return true;
        }
    }
    return false;
}

bool img_heif_is_cut_off(const uint8_t *bytes, size_t count) {
    for (size_t at = 0; count - at >= 16;) {
        uint64_t size = img_be32(bytes + at);
        if (size == 1) size = img_be64(bytes + at + 8);
        if (size < 8) return false;
        // Whatever follows the boxes that matter may be anything.
        if (size > count - at) return !memcmp(bytes + at + 4, "meta", 4) || !memcmp(bytes + at + 4, "mdat", 4);
        at += (size_t)size;
    }
    return false;
}

img_status img_heif_read_header(const uint8_t *bytes, size_t count, size_t *consumed, uint32_t *width, uint32_t *height,
                                img_failure *failure) {
    for (size_t at = 0;;) {
        *consumed = at;
        // A box that is not here yet is passed over unread, except for the description.
        if (at > count || count - at < 16) return img_fail(failure, IMG_TRUNCATED, "the file ends within its header");
        uint64_t size = img_be32(bytes + at);
        if (size == 1) size = img_be64(bytes + at + 8);
        if (size < 8 || size > SIZE_MAX / 2) return img_fail(failure, IMG_CORRUPT, "the file describes no picture");
        if (memcmp(bytes + at + 4, "meta", 4)) {
            at += (size_t)size;
            continue;
        }
        if (size > MOST_DESCRIPTION)
            return img_fail(failure, IMG_CORRUPT, "the description of the pictures is too long");
        if (size > count - at) return img_fail(failure, IMG_TRUNCATED, "the file ends within its header");
        box rest = {.body = bytes + at, .count = (size_t)size}, meta;
        if (!next_box(&rest, &meta) || !read_description(&meta, width, height))
            return img_fail(failure, IMG_CORRUPT, "the file describes no picture");
        return IMG_OK;
    }
}
