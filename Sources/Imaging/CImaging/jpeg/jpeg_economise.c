#include "jpeg_coder.h"

/// Rate-distortion optimised quantisation: a coefficient is dropped when its code costs more than its error is worth.
/// Errors are measured in steps, so that each coefficient counts as the quantisation table weighs it. The coefficients
/// are judged from the last to the first, because the cost of each depends on what follows it. Finding the best
/// combination of all (a trellis) would take a quarter of the whole encoding time.

/// The bits that a squared error of one step is worth.
static const float weight = 16;
/// The average cost of a symbol by the number of zeros before it, without the bits of its size.
static const float run_bits[IMG_BLOCK] = {
    1.7f,  2.9f,  3.9f,  4.6f,  5.1f,  5.6f,  6.1f,  6.6f,  7.1f,  7.5f,  7.9f,  8.3f,  8.7f,  9.1f,  9.5f,  9.9f,
    11.7f, 12.9f, 13.9f, 14.6f, 15.1f, 15.6f, 16.1f, 16.6f, 17.1f, 17.5f, 17.9f, 18.3f, 18.7f, 19.1f, 19.5f, 19.9f,
    21.7f, 22.9f, 23.9f, 24.6f, 25.1f, 25.6f, 26.1f, 26.6f, 27.1f, 27.5f, 27.9f, 28.3f, 28.7f, 29.1f, 29.5f, 29.9f,
    31.7f, 32.9f, 33.9f, 34.6f, 35.1f, 35.6f, 36.1f, 36.6f, 37.1f, 37.5f, 37.9f, 38.3f, 38.7f, 39.1f, 39.5f, 39.9f};
/// The cost of each bit of a coefficient's size: the bit itself and its share of the symbol.
static const float size_bits = 2.3f, end_bits = 2;

void img_jpeg_block_economise(img_jpeg_block *block) {
    uint64_t kept = block->nonzero;
    for (uint64_t left = block->doubtful; left;) {
        uint32_t k = 63 - (uint32_t)__builtin_clzll(left);
        uint64_t bit = UINT64_C(1) << k, below = kept & (bit - 1), above = kept & ~(bit - 1) & ~bit;
        left &= ~bit;
        uint32_t before = below ? 64 - (uint32_t)__builtin_clzll(below) : 1;
        float bits = run_bits[k - before] + size_bits;
        if (above) {
            uint32_t after = (uint32_t)__builtin_ctzll(above);
            bits += run_bits[after - k - 1] - run_bits[after - before];
        } else if (k == 63) {
            bits -= end_bits;
        }
        float exact = __builtin_fabsf(block->exact[k]);
        if ((2 * exact - 1) * weight < bits) kept &= ~bit;
    }
    block->nonzero = kept;
}
