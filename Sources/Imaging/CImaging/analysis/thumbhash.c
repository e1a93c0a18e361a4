#include "picture/picture.h"

#include <math.h>
#include <stdlib.h>

/// ThumbHash (https://evanw.github.io/thumbhash/): the lowest frequencies of luminance, two colour differences and
/// alpha, with the aspect ratio.

enum { LONGEST_SIDE = 100 };

typedef struct channel {
    double dc, scale, ac[27];
    int count;
} channel;

/// Luminance, yellow to blue, red to green, and alpha, over the average colour; false when everything is opaque.
static bool split(const img_picture *picture, double *planes[4]) {
    double average[3] = {0}, opacity = 0;
    uint32_t width = picture->width, count = width * picture->height;
    for (uint32_t i = 0; i < count; i++) {
        uint8_t p[4];
        img_any_pixel(picture, i % width, i / width, p);
        for (int c = 0; c < 3; c++) average[c] += p[3] / 255.0 * p[c] / 255;
        opacity += p[3] / 255.0;
    }
    for (int c = 0; c < 3 && opacity > 0; c++) average[c] /= opacity;
    for (uint32_t i = 0; i < count; i++) {
        uint8_t p[4];
        img_any_pixel(picture, i % width, i / width, p);
        double alpha = p[3] / 255.0, rgb[3];
        for (int c = 0; c < 3; c++) rgb[c] = average[c] * (1 - alpha) + alpha * p[c] / 255;
        planes[0][i] = (rgb[0] + rgb[1] + rgb[2]) / 3;
        planes[1][i] = (rgb[0] + rgb[1]) / 2 - rgb[2];
        planes[2][i] = rgb[0] - rgb[1];
        planes[3][i] = alpha;
    }
    return picture->alpha;
}

static channel transform(const double *samples, uint32_t width, uint32_t height, int nx, int ny) {
    channel c = {0};
    double across[LONGEST_SIDE];
    for (int cy = 0; cy < ny; cy++)
        for (int cx = 0; cx * ny < nx * (ny - cy); cx++) {
            double f = 0;
            for (uint32_t x = 0; x < width; x++) across[x] = cos(M_PI / width * cx * (x + 0.5));
            // In the reference's order, so that values halfway between two steps round as they do there.
            for (uint32_t y = 0; y < height; y++) {
                double down = cos(M_PI / height * cy * (y + 0.5));
                for (uint32_t x = 0; x < width; x++) f += samples[(size_t)y * width + x] * across[x] * down;
            }
            f /= (double)width * height;
            if (!cx && !cy) {
                c.dc = f;
            } else {
                c.ac[c.count++] = f;
                if (fabs(f) > c.scale) c.scale = fabs(f);
            }
        }
    for (int i = 0; i < c.count && c.scale > 0; i++) c.ac[i] = 0.5 + 0.5 / c.scale * c.ac[i];
    return c;
}

static uint32_t rounded(double v) { return v <= 0 ? 0 : (uint32_t)(v + 0.5); }
static int terms(int limit, uint32_t side, uint32_t longer) {
    int count = (int)rounded((double)limit * side / longer);
    return count > 1 ? count : 1;
}

static void write_hash(const img_picture *picture, const channel c[4], bool alpha, int lx, int ly, uint8_t *hash,
                       size_t *count) {
    bool landscape = picture->width > picture->height;
    uint32_t head = rounded(63 * c[0].dc) | rounded(31.5 + 31.5 * c[1].dc) << 6 | rounded(31.5 + 31.5 * c[2].dc) << 12 |
                    rounded(31 * c[0].scale) << 18 | (uint32_t)alpha << 23;
    uint32_t tail = (uint32_t)(landscape ? ly : lx) | rounded(63 * c[1].scale) << 3 | rounded(63 * c[2].scale) << 9 |
                    (uint32_t)landscape << 15;
    uint8_t start[6] = {(uint8_t)head,         (uint8_t)(head >> 8),
                        (uint8_t)(head >> 16), (uint8_t)tail,
                        (uint8_t)(tail >> 8),  (uint8_t)(rounded(15 * c[3].dc) | rounded(15 * c[3].scale) << 4)};
    size_t at = 0, nibble = 0;
    for (; at < (alpha ? 6u : 5u); at++) hash[at] = start[at];
    for (int i = 0; i < (alpha ? 4 : 3); i++)
        for (int k = 0; k < c[i].count; k++, nibble++) {
            uint8_t four = (uint8_t)rounded(15 * c[i].ac[k]);
            if (nibble & 1)
                hash[at++] |= (uint8_t)(four << 4);
            else
                hash[at] = four;
        }
    *count = at + (nibble & 1);
}

img_status img_picture_thumbhash(const img_picture *picture, uint8_t hash[IMG_THUMBHASH_BYTES], size_t *count,
                                 img_failure *failure) {
    img_picture *small;
    img_status status = img_picture_shrink(picture, LONGEST_SIDE, &small, failure);
    if (status != IMG_OK) return status;
    uint32_t width = small->width, height = small->height, longer = width > height ? width : height;
    double *samples = img_allocate((size_t)width * height, 4 * sizeof *samples);
    if (samples) {
        double *planes[4];
        for (size_t i = 0; i < 4; i++) planes[i] = samples + i * width * height;
        bool alpha = split(small, planes);
        int lx = terms(alpha ? 5 : 7, width, longer), ly = terms(alpha ? 5 : 7, height, longer);
        channel c[4] = {transform(planes[0], width, height, lx > 3 ? lx : 3, ly > 3 ? ly : 3),
                        transform(planes[1], width, height, 3, 3), transform(planes[2], width, height, 3, 3),
                        alpha ? transform(planes[3], width, height, 5, 5) : (channel){0}};
        write_hash(small, c, alpha, lx, ly, hash, count);
    } else {
        status = img_fail_memory(failure);
    }
    free(samples);
    img_picture_free(small);
    return status;
}
