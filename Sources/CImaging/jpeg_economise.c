#include "jpeg_coder.h"

/// Rate-distortion optimised quantisation: of all ways to keep, lessen or drop a block's coefficients, that with the
/// least sum of squared error and bits times `BIT` (a shortest path over the coefficients kept, as in K. Ramchandran
/// and M. Vetterli, "Rate-distortion optimal fast thresholding", 1994). Errors are in steps, so that each coefficient
/// counts as the quantisation table weighs it.

/// How many bits a squared error of one step is worth.
static const float weight = 16;
/// What a symbol costs on the average, by the zeros before it, without the bits of its size.
static const float run_bits[IMG_BLOCK] = {
    1.7f,  2.9f,  3.9f,  4.6f,  5.1f,  5.6f,  6.1f,  6.6f,  7.1f,  7.5f,  7.9f,  8.3f,  8.7f,  9.1f,  9.5f,  9.9f,
    11.7f, 12.9f, 13.9f, 14.6f, 15.1f, 15.6f, 16.1f, 16.6f, 17.1f, 17.5f, 17.9f, 18.3f, 18.7f, 19.1f, 19.5f, 19.9f,
    21.7f, 22.9f, 23.9f, 24.6f, 25.1f, 25.6f, 26.1f, 26.6f, 27.1f, 27.5f, 27.9f, 28.3f, 28.7f, 29.1f, 29.5f, 29.9f,
    31.7f, 32.9f, 33.9f, 34.6f, 35.1f, 35.6f, 36.1f, 36.6f, 37.1f, 37.5f, 37.9f, 38.3f, 38.7f, 39.1f, 39.5f, 39.9f};
/// For each bit of a coefficient's size: itself and what it adds to the symbol.
static const float size_bits = 2.3f, end_bits = 2;

/// Only what rounds to 1 may be dropped: more costs more than any code is long. What lies before the last coefficient
/// that stays has been decided with it.
void img_jpeg_block_economise(img_jpeg_block *block) {
    // Entry 0 is where the open stretch begins; entry i the i-th coefficient from there on, at `at[i]`.
    uint8_t at[IMG_BLOCK], from[IMG_BLOCK];
    // `best[i]` is the least cost of all up to entry i when it is kept; `dropped[i]` the error of dropping 1 to i.
    float best[IMG_BLOCK], dropped[IMG_BLOCK];
    uint64_t kept = 0;
    uint32_t count = 0;
    at[0] = 0;
    best[0] = dropped[0] = 0;
    for (uint64_t left = block->nonzero; left; left &= left - 1) {
        uint32_t k = (uint32_t)__builtin_ctzll(left), i = ++count;
        float exact = __builtin_fabsf(block->exact[k]), least = 1e30f;
        at[i] = (uint8_t)k;
        for (uint32_t j = 0; j < i; j++) {
            float cost = best[j] + dropped[i - 1] - dropped[j] + run_bits[k - at[j] - 1];
            if (cost < least) least = cost, from[i] = (uint8_t)j;
        }
        if (!(block->large >> k & 1)) {
            best[i] = least + size_bits + (exact - 1) * (exact - 1) * weight;
            dropped[i] = dropped[i - 1] + exact * exact * weight;
            continue;
        }
        // One less is shorter where it is of another size.
        int32_t value = block->value[k], magnitude = value < 0 ? -value : value;
        float error = exact - (float)magnitude, more = error + 1;
        if (!(magnitude & (magnitude - 1)) && more * more * weight < error * error * weight + size_bits) {
            block->value[k] = (int16_t)(value < 0 ? value + 1 : value - 1);
            if (magnitude == 2) block->large &= ~(UINT64_C(1) << k);
        }
        for (uint32_t e = i; e; e = from[e]) kept |= UINT64_C(1) << at[e];
        count = 0;
        at[0] = (uint8_t)k;
    }
    uint32_t last = 0;
    float least = 1e30f;
    for (uint32_t i = 0; i <= count; i++) {
        float cost = best[i] + dropped[count] - dropped[i] + (at[i] < IMG_BLOCK - 1 ? end_bits : 0);
        if (cost < least) least = cost, last = i;
    }
    for (; last; last = from[last]) kept |= UINT64_C(1) << at[last];
    block->nonzero = kept;
}
