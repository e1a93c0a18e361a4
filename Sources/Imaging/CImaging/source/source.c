#include "gif/gif_codec.h"
#include "heif/heif_codec.h"
#include "jpeg/jpeg_codec.h"
#include "png/png_codec.h"
#include "webp/webp_codec.h"

#include <stdlib.h>

struct img_source {
    img_input input;
    img_format format;
    img_source_facts facts;
    union {
        img_jpeg_header jpeg;
        img_png_header png;
        img_gif_header gif;
        img_webp_header webp;
        img_heif_header heif;
    };
};

static bool is_heif(img_format format) { return format == IMG_FORMAT_AVIF || format == IMG_FORMAT_HEIC; }

static img_status judge_format(img_format format, img_failure *failure) {
    switch (format) {
    case IMG_FORMAT_JPEG:
    case IMG_FORMAT_PNG:
    case IMG_FORMAT_GIF:
    case IMG_FORMAT_WEBP: return IMG_OK;
    case IMG_FORMAT_UNKNOWN: return img_fail(failure, IMG_NOT_AN_IMAGE, "the bytes are of no known format");
    default:
        if (is_heif(format) && img_heif_is_there()) return IMG_OK;
        return img_fail(failure, IMG_UNSUPPORTED_FORMAT, "the bytes are %s", img_format_name(format));
    }
}

/// Fills in the facts that every format has.
static void describe(img_source *s, uint32_t width, uint32_t height, uint32_t orientation, bool animated,
                     const img_profile *profile) {
    s->facts.format = s->format;
    s->facts.width = width;
    s->facts.height = height;
    s->facts.orientation = orientation;
    s->facts.animated = animated;
    s->facts.needs_colour_conversion = profile && profile->bytes;
    s->facts.can_be_stripped =
        s->format == IMG_FORMAT_JPEG || s->format == IMG_FORMAT_PNG || (s->format == IMG_FORMAT_WEBP && s->webp.covers);
}

static img_status scan(img_source *s, img_failure *failure) {
    img_status status;
    switch (s->format) {
    case IMG_FORMAT_JPEG:
        status = img_jpeg_scan(&s->input, &s->jpeg, failure);
        describe(s, s->jpeg.frame.width, s->jpeg.frame.height, s->jpeg.orientation, false, &s->jpeg.profile);
        s->facts.progressive = s->jpeg.frame.progressive;
        s->facts.needs_colour_conversion |= s->jpeg.frame.components == 4;
        break;
    case IMG_FORMAT_PNG:
        status = img_png_scan(&s->input, &s->png, failure);
        describe(s, s->png.frame.width, s->png.frame.height, s->png.orientation, s->png.animated, &s->png.profile);
        break;
    case IMG_FORMAT_GIF:
        status = img_gif_scan(&s->input, &s->gif, failure);
        describe(s, s->gif.width, s->gif.height, 1, s->gif.animated, NULL);
        break;
    case IMG_FORMAT_WEBP:
        status = img_webp_scan(&s->input, &s->webp, failure);
        describe(s, s->webp.width, s->webp.height, s->webp.orientation, s->webp.animated, &s->webp.profile);
        break;
    default:
        status = img_heif_scan(&s->input, &s->heif, failure);
        describe(s, s->heif.width, s->heif.height, 1, false, &s->heif.profile);
    }
    return status;
}

img_status img_source_open(const uint8_t *bytes, size_t count, const img_limits *limits, img_source **source,
                           img_failure *failure) {
    *source = NULL;
    if (!count) return img_fail(failure, IMG_EMPTY, "the file is empty");
    if (count > limits->bytes) return img_fail_limit(failure, IMG_TOO_MANY_BYTES, limits->bytes, count, "bytes");
    img_format format = img_detect(bytes, count);
    img_status status = judge_format(format, failure);
    if (status != IMG_OK) return status;
    img_source *s = img_allocate_zeroed(1, sizeof *s);
    if (!s) return img_fail_memory(failure);
    s->input = (img_input){bytes, count, *limits};
    s->format = format;
    status = scan(s, failure);
    if (status == IMG_OK)
        *source = s;
    else
        img_source_close(s);
    return status;
}

void img_source_close(img_source *source) {
    if (!source) return;
    switch (source->format) {
    case IMG_FORMAT_JPEG: free(source->jpeg.profile.bytes); break;
    case IMG_FORMAT_PNG:
        free(source->png.profile.bytes);
        img_buffer_free(&source->png.core);
        break;
    case IMG_FORMAT_GIF: break;
    case IMG_FORMAT_WEBP: free(source->webp.profile.bytes); break;
    default: img_heif_close(&source->heif);
    }
    free(source);
}

img_source_facts img_source_describe(const img_source *source) { return source->facts; }

img_status img_source_decode(const img_source *source, uint32_t max_side, img_picture **picture, img_failure *failure) {
    *picture = NULL;
    if (!max_side) return img_fail(failure, IMG_INTERNAL, "the longest side must not be zero");
    switch (source->format) {
    case IMG_FORMAT_JPEG: return img_jpeg_decode(&source->input, &source->jpeg, max_side, picture, failure);
    case IMG_FORMAT_PNG: return img_png_decode(&source->png, max_side, picture, failure);
    case IMG_FORMAT_GIF: return img_gif_decode(&source->gif, max_side, picture, failure);
    case IMG_FORMAT_WEBP: return img_webp_decode(&source->webp, max_side, picture, failure);
    default: return img_heif_decode(&source->heif, max_side, picture, failure);
    }
}

bool img_source_requantises(const img_source *source, uint32_t max_side) {
    return source->format == IMG_FORMAT_JPEG && source->facts.width <= max_side && source->facts.height <= max_side &&
           img_jpeg_turns_by_blocks(&source->jpeg);
}

img_status img_source_requantise(const img_source *source, const img_jpeg_options *options, img_buffer *output,
                                 bool *lossless, img_failure *failure) {
    *output = (img_buffer){0};
    if (source->format != IMG_FORMAT_JPEG) return img_fail(failure, IMG_INTERNAL, "only a JPEG has coefficients");
    return img_jpeg_requantise(&source->input, &source->jpeg, options->quality, output, lossless, failure);
}

img_status img_source_strip(const img_source *source, img_buffer *output, img_failure *failure) {
    *output = (img_buffer){0};
    bool lossless;
    switch (source->format) {
    case IMG_FORMAT_JPEG: return img_jpeg_requantise(&source->input, &source->jpeg, 0, output, &lossless, failure);
    case IMG_FORMAT_PNG:
        if (!img_buffer_append(output, source->png.core.bytes, source->png.core.count)) return img_fail_memory(failure);
        return IMG_OK;
    case IMG_FORMAT_WEBP: return img_webp_strip(&source->webp, output, failure);
    default: return img_fail(failure, IMG_INTERNAL, "%s cannot be stripped", img_format_name(source->format));
    }
}
