#include "analysis.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/// Measures how different two pictures look: the structural dissimilarity (1 - SSIM: Z. Wang et al., IEEE Transactions
/// on Image Processing 13, 2004) of blocks of 8 by 8 samples. The blocks are pooled by the norm of the fourth power, so
/// that the worst places count most (as in SSIMULACRA2); both chroma differences together have a quarter of luma's
/// weight. Transparent pictures are compared over white and over dark grey, and the worse result counts. In large
/// pictures only every other row of blocks is compared.

enum { BLOCK = 8, CHANNELS = 3, WHITE = 255, DARK = 40, LARGE = 1 << 20 };

typedef struct strip {
    int16_t *channel[CHANNELS];
} strip;

static void read_strip(const img_picture *picture, uint32_t top, uint32_t rows, uint32_t ground, strip *to) {
    const uint32_t width = picture->width;
    for (uint32_t y = 0; y < rows; y++)
        for (uint32_t x = 0; x < width; x++) {
            uint8_t p[4];
            img_any_pixel(picture, x, top + y, p);
            if (p[3] != 255)
                for (int c = 0; c < 3; c++) p[c] = (uint8_t)(img_mul255(p[c], p[3]) + img_mul255(ground, 255u - p[3]));
            // BT.601; chroma without its offset.
            int32_t luma = (19595 * p[0] + 38470 * p[1] + 7471 * p[2] + 32768) >> 16;
            size_t at = (size_t)y * width + x;
            to->channel[0][at] = (int16_t)luma;
            to->channel[1][at] = (int16_t)((p[2] - luma) * 37 / 64);
            to->channel[2][at] = (int16_t)((p[0] - luma) * 46 / 64);
        }
}

static double block_dissimilarity(const int16_t *a, const int16_t *b, uint32_t width, uint32_t columns, uint32_t rows) {
    int32_t sum_a = 0, sum_b = 0, aa = 0, bb = 0, ab = 0;
    for (uint32_t y = 0; y < rows; y++, a += width, b += width)
        for (uint32_t x = 0; x < columns; x++) {
            sum_a += a[x];
            sum_b += b[x];
            aa += a[x] * a[x];
            bb += b[x] * b[x];
            ab += a[x] * b[x];
        }
    const double count = columns * rows, c1 = 6.5025, c2 = 58.5225;
    double mean_a = sum_a / count, mean_b = sum_b / count;
    double variances = (aa + bb) / count - mean_a * mean_a - mean_b * mean_b, covariance = ab / count - mean_a * mean_b;
    double ssim = (2 * mean_a * mean_b + c1) * (2 * covariance + c2) /
                  ((mean_a * mean_a + mean_b * mean_b + c1) * (variances + c2));
    return ssim > 1 ? 0 : 1 - ssim;
}

static bool over(const img_picture *a, const img_picture *b, uint32_t ground, double *difference) {
    static const double share[CHANNELS] = {1, 0.125, 0.125};
    strip sa, sb;
    size_t samples = (size_t)BLOCK * a->width;
    int16_t *held = img_allocate(samples, 2 * CHANNELS * sizeof *held);
    if (!held) return false;
    for (size_t c = 0; c < CHANNELS; c++) {
        sa.channel[c] = held + samples * c;
        sb.channel[c] = held + samples * (CHANNELS + c);
    }
    double fourth[CHANNELS] = {0}, blocks = 0;
    uint32_t step = (uint64_t)a->width * a->height > LARGE ? 2 * BLOCK : BLOCK;
    for (uint32_t y = 0; y < a->height; y += step) {
        uint32_t rows = img_min_u32(BLOCK, a->height - y);
        read_strip(a, y, rows, ground, &sa);
        read_strip(b, y, rows, ground, &sb);
        for (uint32_t x = 0; x < a->width; x += BLOCK, blocks++)
            for (int c = 0; c < CHANNELS; c++) {
                double d = block_dissimilarity(sa.channel[c] + x, sb.channel[c] + x, a->width,
                                               img_min_u32(BLOCK, a->width - x), rows);
                fourth[c] += d * d * d * d;
            }
    }
    free(held);
    *difference = 0;
    for (int c = 0; c < CHANNELS; c++) *difference += share[c] * pow(fourth[c] / blocks, 0.25);
    return true;
}

img_status img_picture_compare(const img_picture *a, const img_picture *b, double *difference, img_failure *failure) {
    if (a->width != b->width || a->height != b->height)
        return img_fail(failure, IMG_INTERNAL, "the pictures have different sizes");
    double dark = 0;
    bool made = over(a, b, WHITE, difference) && (!(a->alpha || b->alpha) || over(a, b, DARK, &dark));
    if (!made) return img_fail_memory(failure);
    if (dark > *difference) *difference = dark;
    return IMG_OK;
}
