#include "CImageHeaders.h"

#include <string.h>

static const char *const names[] = {
    [IMG_FORMAT_UNKNOWN] = "unknown",
    [IMG_FORMAT_JPEG] = "jpeg",
    [IMG_FORMAT_PNG] = "png",
    [IMG_FORMAT_GIF] = "gif",
    [IMG_FORMAT_WEBP] = "webp",
    [IMG_FORMAT_AVIF] = "avif",
    [IMG_FORMAT_HEIC] = "heic",
    [IMG_FORMAT_JXL] = "jxl",
    [IMG_FORMAT_JP2] = "jp2",
    [IMG_FORMAT_TIFF] = "tiff",
    [IMG_FORMAT_BMP] = "bmp",
    [IMG_FORMAT_ICO] = "ico",
    [IMG_FORMAT_PSD] = "psd",
    [IMG_FORMAT_SVG] = "svg",
    [IMG_FORMAT_HTML] = "html",
    [IMG_FORMAT_XML] = "xml",
    [IMG_FORMAT_JSON] = "json",
    [IMG_FORMAT_PDF] = "pdf",
    [IMG_FORMAT_POSTSCRIPT] = "postscript",
    [IMG_FORMAT_GZIP] = "gzip",
    [IMG_FORMAT_ZIP] = "zip",
    [IMG_FORMAT_MP4] = "mp4",
    [IMG_FORMAT_TEXT] = "text",
};

const char *img_format_name(img_format format) {
    return (size_t)format < sizeof names / sizeof *names ? names[format] : names[IMG_FORMAT_UNKNOWN];
}

static const struct {
    img_format format;
    uint8_t offset, count;
    const char *magic;
} magics[] = {
    {IMG_FORMAT_JPEG, 0, 3, "\xff\xd8\xff"},
    {IMG_FORMAT_PNG, 0, 8, "\x89PNG\r\n\x1a\n"},
    {IMG_FORMAT_GIF, 0, 6, "GIF87a"},
    {IMG_FORMAT_GIF, 0, 6, "GIF89a"},
    {IMG_FORMAT_JXL, 0, 2, "\xff\x0a"},
    {IMG_FORMAT_JXL, 0, 12, "\0\0\0\x0cJXL \r\n\x87\n"},
    {IMG_FORMAT_JP2, 0, 12, "\0\0\0\x0cjP  \r\n\x87\n"},
    {IMG_FORMAT_JP2, 0, 4, "\xff\x4f\xff\x51"},
    {IMG_FORMAT_TIFF, 0, 4, "II*\0"},
    {IMG_FORMAT_TIFF, 0, 4, "MM\0*"},
    {IMG_FORMAT_TIFF, 0, 4, "II+\0"},
    {IMG_FORMAT_TIFF, 0, 4, "MM\0+"},
    {IMG_FORMAT_ICO, 0, 4, "\0\0\1\0"},
    {IMG_FORMAT_PSD, 0, 4, "8BPS"},
    {IMG_FORMAT_PDF, 0, 5, "%PDF-"},
    {IMG_FORMAT_POSTSCRIPT, 0, 4, "%!PS"},
    {IMG_FORMAT_GZIP, 0, 2, "\x1f\x8b"},
    {IMG_FORMAT_ZIP, 0, 4, "PK\3\4"},
};

/// Whether `count` bytes are the beginning of `magic`, or begin with it.
static bool may_begin(const uint8_t *bytes, size_t count, const char *magic, size_t length) {
    return !memcmp(bytes, magic, count < length ? count : length);
}

bool img_may_become_picture(const uint8_t *bytes, size_t count) {
    for (size_t i = 0; i < sizeof magics / sizeof *magics; i++) {
        img_format format = magics[i].format;
        bool read = format == IMG_FORMAT_JPEG || format == IMG_FORMAT_PNG || format == IMG_FORMAT_GIF;
        if (read && may_begin(bytes, count, magics[i].magic, magics[i].count)) return true;
    }
    // The brands are known when the whole `ftyp` box is there.
    if (may_begin(bytes, count, "\0\0\0", 3) && (count <= 4 || may_begin(bytes + 4, count - 4, "ftyp", 4)))
        return count < 12 || count < bytes[3];
    return may_begin(bytes, count, "RIFF", 4) && (count <= 8 || may_begin(bytes + 8, count - 8, "WEBP", 4));
}

/// ISO base media files name what they are in the brands of their `ftyp` box (ISO/IEC 14496-12, section 4.3).
static img_format detect_brand(const uint8_t *bytes, size_t count) {
    size_t box = img_be32(bytes);
    if (box > count) box = count;
    img_format found = IMG_FORMAT_MP4;
    for (size_t at = 8; at + 4 <= box && at < 256; at += 4) {
        const uint8_t *brand = bytes + at;
        if (!memcmp(brand, "avif", 4) || !memcmp(brand, "avis", 4)) return IMG_FORMAT_AVIF;
        if (!memcmp(brand, "hei", 3) || !memcmp(brand, "hev", 3) || !memcmp(brand, "mif1", 4)) found = IMG_FORMAT_HEIC;
    }
    return found;
}

static bool starts_with(const uint8_t *bytes, size_t count, const char *word) {
    size_t length = strlen(word);
    if (count < length) return false;
    for (size_t i = 0; i < length; i++) {
        uint8_t c = bytes[i];
        if (c >= 'A' && c <= 'Z') c = (uint8_t)(c + 32);
        if (c != (uint8_t)word[i]) return false;
    }
    return true;
}

static bool contains(const uint8_t *bytes, size_t count, const char *word) {
    for (size_t i = 0; i < count; i++)
        if (starts_with(bytes + i, count - i, word)) return true;
    return false;
}

static bool looks_like_text(const uint8_t *bytes, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (bytes[i] < 0x09 || (bytes[i] > 0x0d && bytes[i] < 0x20) || bytes[i] == 0x7f) return false;
    return true;
}

static img_format detect_text(const uint8_t *bytes, size_t count) {
    if (count > 1024) count = 1024;
    if (count >= 3 && !memcmp(bytes, "\xef\xbb\xbf", 3)) bytes += 3, count -= 3;
    if (!looks_like_text(bytes, count)) return IMG_FORMAT_UNKNOWN;
    while (count && (*bytes == ' ' || *bytes == '\t' || *bytes == '\r' || *bytes == '\n')) bytes++, count--;
    if (!count) return IMG_FORMAT_TEXT;
    if (*bytes == '<') {
        if (contains(bytes, count, "<svg")) return IMG_FORMAT_SVG;
        if (contains(bytes, count, "<html") || contains(bytes, count, "<!doctype html") ||
            contains(bytes, count, "<head") || contains(bytes, count, "<body"))
            return IMG_FORMAT_HTML;
        return starts_with(bytes, count, "<?xml") ? IMG_FORMAT_XML : IMG_FORMAT_HTML;
    }
    if (*bytes == '{' || *bytes == '[') return IMG_FORMAT_JSON;
    return IMG_FORMAT_TEXT;
}

img_format img_detect(const uint8_t *bytes, size_t count) {
    if (!count) return IMG_FORMAT_UNKNOWN;
    for (size_t i = 0; i < sizeof magics / sizeof *magics; i++) {
        size_t end = (size_t)magics[i].offset + magics[i].count;
        if (count >= end && !memcmp(bytes + magics[i].offset, magics[i].magic, magics[i].count))
            return magics[i].format;
    }
    if (count >= 12 && !memcmp(bytes, "RIFF", 4) && !memcmp(bytes + 8, "WEBP", 4)) return IMG_FORMAT_WEBP;
    if (count >= 12 && !memcmp(bytes + 4, "ftyp", 4)) return detect_brand(bytes, count);
    if (count >= 18 && !memcmp(bytes, "BM", 2) && bytes[14] >= 12 && !bytes[15] && !bytes[16]) return IMG_FORMAT_BMP;
    return detect_text(bytes, count);
}
