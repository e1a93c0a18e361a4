#include "internal.h"

#include <stdlib.h>

static img_status judge_format(img_format format, img_failure *failure) {
    switch (format) {
    case IMG_FORMAT_JPEG:
    case IMG_FORMAT_PNG: return IMG_OK;
    case IMG_FORMAT_UNKNOWN: return img_fail(failure, IMG_NOT_AN_IMAGE, "the bytes are of no known kind");
    default: return img_fail(failure, IMG_UNSUPPORTED_FORMAT, "the bytes are %s", img_format_name(format));
    }
}

static img_status scan(img_source *s, img_failure *failure) {
    img_status status;
    if (s->format == IMG_FORMAT_JPEG) {
        status = img_jpeg_scan(s->bytes, s->count, &s->limits, &s->jpeg, failure);
        s->width = s->jpeg.width;
        s->height = s->jpeg.height;
        s->orientation = s->jpeg.orientation;
    } else {
        status = img_png_scan(s->bytes, s->count, &s->limits, &s->png, failure);
        s->width = s->png.width;
        s->height = s->png.height;
        s->orientation = s->png.orientation;
    }
    return status;
}

img_status img_source_open(const uint8_t *bytes, size_t count, const img_limits *limits, img_source **source,
                           img_failure *failure) {
    *source = NULL;
    if (!count) return img_fail(failure, IMG_EMPTY, "no bytes");
    if (count > limits->bytes) return img_fail_limit(failure, IMG_TOO_MANY_BYTES, limits->bytes, count, "bytes");
    img_format format = img_detect(bytes, count);
    img_status status = judge_format(format, failure);
    if (status != IMG_OK) return status;
    img_source *s = img_allocate_zeroed(1, sizeof *s);
    if (!s) return img_fail_memory(failure);
    s->bytes = bytes;
    s->count = count;
    s->limits = *limits;
    s->format = format;
    status = scan(s, failure);
    if (status == IMG_OK) *source = s;
    else img_source_close(s);
    return status;
}

void img_source_close(img_source *source) {
    if (!source) return;
    if (source->format == IMG_FORMAT_JPEG) {
        free(source->jpeg.profile.bytes);
    } else {
        free(source->png.profile.bytes);
        img_buffer_free(&source->png.core);
    }
    free(source);
}

img_source_facts img_source_describe(const img_source *source) {
    bool jpeg = source->format == IMG_FORMAT_JPEG;
    return (img_source_facts){
        .format = source->format,
        .width = source->width,
        .height = source->height,
        .orientation = source->orientation,
        .progressive = jpeg && source->jpeg.progressive,
        .needs_colour_conversion = jpeg ? source->jpeg.profile.bytes || source->jpeg.components == 4
                                        : source->png.profile.bytes != NULL,
    };
}

img_status img_source_decode(const img_source *source, uint32_t max_side, img_picture **picture,
                             img_failure *failure) {
    *picture = NULL;
    if (!max_side) return img_fail(failure, IMG_INTERNAL, "a longest side of zero");
    return source->format == IMG_FORMAT_JPEG ? img_jpeg_decode(source, max_side, picture, failure)
                                             : img_png_decode(source, max_side, picture, failure);
}

bool img_source_requantises(const img_source *source, uint32_t max_side) {
    return source->format == IMG_FORMAT_JPEG && source->width <= max_side && source->height <= max_side &&
           img_jpeg_turns_by_blocks(source);
}

img_status img_source_requantise(const img_source *source, const img_jpeg_options *options, img_buffer *output,
                                 bool *lossless, img_failure *failure) {
    *output = (img_buffer){0};
    if (source->format != IMG_FORMAT_JPEG) return img_fail(failure, IMG_INTERNAL, "only a JPEG has coefficients");
    return img_jpeg_requantise(source, options->quality, output, lossless, failure);
}

img_status img_source_strip(const img_source *source, img_buffer *output, img_failure *failure) {
    *output = (img_buffer){0};
    bool lossless;
    if (source->format == IMG_FORMAT_JPEG) return img_jpeg_requantise(source, 0, output, &lossless, failure);
    if (!img_buffer_append(output, source->png.core.bytes, source->png.core.count)) return img_fail_memory(failure);
    return IMG_OK;
}
