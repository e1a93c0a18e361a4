#include "jpeg_coder.h"

#include <math.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

/// Halves the resolution in the coefficients: the lower quarter of a block's coefficients equals a four by four
/// transform of the same samples at half the size, and four of those make a new block (R. Dugad and N. Ahuja, "A fast
/// scheme for image size change in the compressed domain", 2001).

typedef float vector __attribute__((vector_size(32)));

static double cosine(int size, int frequency, int sample) {
    return sqrt((frequency ? 2.0 : 1.0) / size) * cos(M_PI * (2 * sample + 1) * frequency / (2.0 * size));
}

img_jpeg_halving img_jpeg_halving_make(void) {
    img_jpeg_halving halving;
    for (int part = 0; part < 2; part++)
        for (int from = 0; from < 4; from++)
            for (int to = 0; to < 8; to++) {
                double sum = 0;
                for (int x = 0; x < 4; x++) sum += cosine(4, from, x) * cosine(8, to, part * 4 + x);
                halving.weight[part * 4 + from][to] = (float)(sum * M_SQRT1_2);
            }
    return halving;
}

void img_jpeg_halve(const img_jpeg_halving *halving, const int16_t *const blocks[4], const uint16_t steps[IMG_BLOCK],
                    float out[IMG_BLOCK]) {
    vector weight[8], sum[8] = {0};
    memcpy(weight, halving->weight, sizeof weight);
    for (int row = 0; row < 8; row++) {
        vector across = {0};
        bool empty = true;
        for (int column = 0; column < 8; column++) {
            bool right = column > 3, below = row > 3;
            const int16_t *block = blocks[below * 2 + right];
            int k = (row & 3) * 8 + (column & 3);
            // Blocks past the edge mirror those before it.
            if (!block) block = blocks[(below && blocks[2] ? 2 : 0) + (right && blocks[1])];
            if (!block[k]) continue;
            bool mirrored = ((right && !blocks[1]) && column & 1) != ((below && !blocks[2]) && row & 1);
            float value = (float)block[k] * (float)steps[k];
            across += weight[column] * (mirrored ? -value : value);
            empty = false;
        }
        if (empty) continue;
        for (int to = 0; to < 8; to++) sum[to] += across * weight[row][to];
    }
    memcpy(out, sum, sizeof sum);
}
