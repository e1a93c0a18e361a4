#include "jpeg_coder.h"

/// Rate-distortion optimised quantisation: of all ways to keep, lessen or drop a block's coefficients, that with the
/// least sum of squared error and bits times `BIT` (a shortest path over the coefficients kept, as in K. Ramchandran
/// and M. Vetterli, "Rate-distortion optimal fast thresholding", 1994). Errors are in steps, so that each coefficient
/// counts as the quantisation table weighs it.

/// The squared error that one bit is worth.
#ifndef BIT
#define BIT 0.11f
#endif
/// What a symbol costs on the average, by the zeros before it, without the bits of its size.
#define RUN(bits) (bits) * BIT
static const float run_cost[IMG_BLOCK] = {
    RUN(1.7f),  RUN(2.9f),  RUN(3.9f),  RUN(4.6f),  RUN(5.1f),  RUN(5.6f),  RUN(6.1f),  RUN(6.6f),
    RUN(7.1f),  RUN(7.5f),  RUN(7.9f),  RUN(8.3f),  RUN(8.7f),  RUN(9.1f),  RUN(9.5f),  RUN(9.9f),
    RUN(11.7f), RUN(12.9f), RUN(13.9f), RUN(14.6f), RUN(15.1f), RUN(15.6f), RUN(16.1f), RUN(16.6f),
    RUN(17.1f), RUN(17.5f), RUN(17.9f), RUN(18.3f), RUN(18.7f), RUN(19.1f), RUN(19.5f), RUN(19.9f),
    RUN(21.7f), RUN(22.9f), RUN(23.9f), RUN(24.6f), RUN(25.1f), RUN(25.6f), RUN(26.1f), RUN(26.6f),
    RUN(27.1f), RUN(27.5f), RUN(27.9f), RUN(28.3f), RUN(28.7f), RUN(29.1f), RUN(29.5f), RUN(29.9f),
    RUN(31.7f), RUN(32.9f), RUN(33.9f), RUN(34.6f), RUN(35.1f), RUN(35.6f), RUN(36.1f), RUN(36.6f),
    RUN(37.1f), RUN(37.5f), RUN(37.9f), RUN(38.3f), RUN(38.7f), RUN(39.1f), RUN(39.5f), RUN(39.9f)};
/// For each bit of a coefficient's size: itself and what it adds to the symbol.
static const float size_cost = 2.3f * BIT, end_cost = 2 * BIT;

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
            float cost = best[j] + dropped[i - 1] - dropped[j] + run_cost[k - at[j] - 1];
            if (cost < least) least = cost, from[i] = (uint8_t)j;
        }
        if (!(block->large >> k & 1)) {
            best[i] = least + size_cost + (exact - 1) * (exact - 1);
            dropped[i] = dropped[i - 1] + exact * exact;
            continue;
        }
        // One less is shorter where it is of another size.
        int32_t value = block->value[k], magnitude = value < 0 ? -value : value;
        float error = exact - (float)magnitude, more = error + 1;
        if (!(magnitude & (magnitude - 1)) && more * more < error * error + size_cost) {
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
        float cost = best[i] + dropped[count] - dropped[i] + (at[i] < IMG_BLOCK - 1 ? end_cost : 0);
        if (cost < least) least = cost, last = i;
    }
    for (; last; last = from[last]) kept |= UINT64_C(1) << at[last];
    block->nonzero = kept;
}
