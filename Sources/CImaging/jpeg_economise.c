#include "jpeg_coder.h"

/// Rate-distortion optimised quantisation: of all ways to keep, lessen or drop a block's coefficients, that with the
/// least sum of squared error and bits times `BIT` (a shortest path over the coefficients kept, as in K. Ramchandran
/// and M. Vetterli, "Rate-distortion optimal fast thresholding", 1994). Errors are in steps, so that each coefficient
/// counts as the quantisation table weighs it.

enum { REACH = 8 };
/// The squared error that one bit is worth.
static const float BIT = 0.11f;
/// What a symbol costs on the average, without the bits that follow it: by the zeros before it, and more by size.
static const float run_bits[16] = {1.7f, 2.9f, 3.9f, 4.6f, 5.1f, 5.6f, 6.1f,  6.6f,
                                   7.1f, 7.5f, 7.9f, 8.3f, 8.7f, 9.1f, 9.5f, 9.9f};
static const float size_bits = 1.3f, zero_run_bits = 10, end_bits = 2;

static float cost_of(uint32_t run, uint32_t size) {
    float bits = run > 15 ? zero_run_bits * (float)(run / 16) : 0;
    return (bits + run_bits[run % 16] + size_bits * (float)(size - 1) + (float)size) * BIT;
}

void img_jpeg_block_economise(img_jpeg_block *block) {
    // Entry 0 is the block's beginning; entry i the coefficient at `at[i]`.
    uint8_t at[IMG_BLOCK], from[IMG_BLOCK];
    int16_t value[IMG_BLOCK];
    // `best[i]` is the least cost of all up to entry i when it is kept; `dropped[i]` the error of dropping 1 to i.
    float best[IMG_BLOCK], dropped[IMG_BLOCK];
    uint32_t count = 0;
    at[0] = 0;
    best[0] = dropped[0] = 0;
    for (uint64_t left = block->nonzero; left; left &= left - 1) {
        uint32_t k = (uint32_t)__builtin_ctzll(left), i = ++count;
        float exact = block->exact[k] < 0 ? -block->exact[k] : block->exact[k];
        int32_t signed_value = block->value[k], magnitude = signed_value < 0 ? -signed_value : signed_value;
        uint32_t size = 32 - (uint32_t)__builtin_clz((uint32_t)magnitude);
        at[i] = (uint8_t)k;
        dropped[i] = dropped[i - 1] + exact * exact;
        float error = (exact - (float)magnitude) * (exact - (float)magnitude);
        // One less is a bit and a shorter code less where it is of another size.
        float less = exact - (float)(magnitude - 1);
        if (magnitude > 1 && !(magnitude & (magnitude - 1)) && less * less < error + (size_bits + 1) * BIT) {
            error = less * less;
            size--;
            magnitude--;
        }
        value[i] = (int16_t)(signed_value < 0 ? -magnitude : magnitude);
        best[i] = 1e30f;
        for (uint32_t j = i, tries = 0; j-- > 0 && tries < REACH; tries++) {
            float cost = best[j] + dropped[i - 1] - dropped[j] + cost_of(k - at[j] - 1, size);
            if (cost < best[i]) best[i] = cost, from[i] = (uint8_t)j;
        }
        best[i] += error;
    }
    uint32_t last = 0;
    float least = 1e30f;
    for (uint32_t i = 0; i <= count; i++) {
        float cost = best[i] + dropped[count] - dropped[i] + (at[i] < IMG_BLOCK - 1 ? end_bits * BIT : 0);
        if (cost < least) least = cost, last = i;
    }
    block->nonzero = 0;
    for (; last; last = from[last]) {
        block->nonzero |= UINT64_C(1) << at[last];
        block->value[at[last]] = value[last];
    }
}
