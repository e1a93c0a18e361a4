/// Attacks one decoder: `FUZZ_FORMAT` is the format whose inputs are of interest, all others are turned away unread.
/// Whatever can be decoded is also coded again in every way there is, from its coefficients too, and stripped.

#include "CImaging.h"

#include "fuzz.h"

static void encode(const img_picture *picture) {
    img_failure failure;
    img_buffer output = {0};
    const img_webp_options webp = {.quality = 90};
    img_encode_webp(picture, &webp, &output, &failure);
    img_buffer_free(&output);
    if (img_picture_describe(picture).alpha) {
        const img_png_options options = {.colours = 64, .max_bytes = SIZE_MAX};
        img_encode_png(picture, &options, &output, &failure);
    } else {
        const img_jpeg_options options = {.quality = 80};
        img_encode_jpeg(picture, &options, &output, &failure);
    }
    img_buffer_free(&output);
    const img_png_options lossless = {.max_bytes = SIZE_MAX};
    img_encode_png(picture, &lossless, &output, &failure);
    img_buffer_free(&output);
}

static void reduce(const img_picture *picture) {
    img_failure failure;
    uint8_t hash[IMG_THUMBHASH_BYTES];
    size_t count;
    img_picture_thumbhash(picture, hash, &count, &failure);
    img_picture *smaller;
    if (img_picture_shrink(picture, 30, &smaller, &failure) == IMG_OK) img_picture_free(smaller);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    if (img_detect(bytes, count) != FUZZ_FORMAT) return -1;
    // The product's limits, with fewer pixels: what grows with them alone would only make every run slower.
    const img_limits limits = {
        .bytes = 25000000,
        .pixels = 500000,
        .side = 30000,
        .scans = 100,
        .frames = 10000,
        .profile_bytes = 4 << 20,
        .memory_bytes = 512 << 20,
    };
    fuzz_begin();
    img_failure failure;
    img_source *source;
    if (img_source_open(bytes, count, &limits, &source, &failure) == IMG_OK) {
        img_picture *picture;
        // A side that most seeds have to be shrunk to, and that the smallest keep.
        if (img_source_decode(source, 100, &picture, &failure) == IMG_OK) {
            encode(picture);
            reduce(picture);
            img_picture_free(picture);
        }
        img_buffer output = {0};
        if (img_source_requantises(source, UINT32_MAX)) {
            const img_jpeg_options jpeg = {.quality = 60};
            bool lossless;
            img_source_requantise(source, &jpeg, &output, &lossless, &failure);
            img_buffer_free(&output);
        }
        img_source_strip(source, &output, &failure);
        img_buffer_free(&output);
        img_source_close(source);
    }
    fuzz_end();
    return 0;
}
