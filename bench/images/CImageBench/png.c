#include "CImageBench.h"

#include "CImaging.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>

static bool encode(const img_picture *picture, bench_coded *coded) {
    const img_png_options options = {.max_bytes = SIZE_MAX};
    img_buffer output = {0};
    img_failure failure;
    uint64_t begun = img_cpu_microseconds();
    img_status status = img_encode_png(picture, &options, &output, &failure);
    coded->cpu_microseconds = img_cpu_microseconds() - begun;
    if (status == IMG_OK && (coded->bytes = malloc(output.count)) != NULL) {
        memcpy(coded->bytes, output.bytes, output.count);
        coded->count = output.count;
    }
    img_buffer_free(&output);
    return coded->bytes != NULL;
}

bool bench_png(const uint8_t *bytes, size_t count, bench_coded *coded) {
    const img_limits limits = {
        .bytes = UINT64_MAX,
        .pixels = 100000000,
        .side = 30000,
        .scans = 100,
        .frames = 1,
        .profile_bytes = 4 << 20,
        .memory_bytes = 512 << 20,
    };
    *coded = (bench_coded){0};
    img_failure failure;
    img_source *source;
    if (img_source_open(bytes, count, &limits, &source, &failure) != IMG_OK) return false;
    img_picture *picture;
    bool made = false;
    if (img_source_decode(source, limits.side, &picture, &failure) == IMG_OK) {
        img_picture_facts facts = img_picture_describe(picture);
        coded->width = facts.width;
        coded->height = facts.height;
        made = encode(picture, coded);
        img_picture_free(picture);
    }
    img_source_close(source);
    return made;
}

bool bench_libpng(const uint8_t *bytes, size_t count, bench_coded *coded) {
    *coded = (bench_coded){0};
    png_image image = {.version = PNG_IMAGE_VERSION};
    if (!png_image_begin_read_from_memory(&image, bytes, count)) return false;
    image.format &= PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_ALPHA;
    coded->width = image.width;
    coded->height = image.height;
    uint8_t *pixels = malloc(PNG_IMAGE_SIZE(image));
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
    coded->bytes = malloc(size);
    bool made = false;
    if (pixels && coded->bytes && png_image_finish_read(&image, NULL, pixels, 0, NULL)) {
        uint64_t begun = img_cpu_microseconds();
        made = png_image_write_to_memory(&image, coded->bytes, &size, false, pixels, 0, NULL);
        coded->cpu_microseconds = img_cpu_microseconds() - begun;
        coded->count = size;
    }
    png_image_free(&image);
    free(pixels);
    if (!made) bench_coded_free(coded);
    return made;
}

void bench_coded_free(bench_coded *coded) {
    free(coded->bytes);
    *coded = (bench_coded){0};
}
