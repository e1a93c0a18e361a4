#ifndef CIMAGING_RESAMPLE_KERNELS_H
#define CIMAGING_RESAMPLE_KERNELS_H

#include "picture.h"

/// Fractional bits of the weights and of the samples between the two passes.
enum { IMG_WEIGHT_BITS = 14, IMG_BETWEEN_BITS = 6 };

/// Weighted sums of `count` rows, column by column. `rows` and `weights` hold one entry more than `count`, its weight
/// zero; `columns` is a multiple of 16.
void img_blend_rows(const uint8_t *const *rows, const int16_t *weights, uint32_t count, int16_t *sums, size_t columns);

/// For each of `count` outputs (a multiple of 4) the weighted sum of `taps` samples (a multiple of 8) from its
/// `start` on.
void img_blend_columns(const int16_t *samples, const uint32_t *start, const int16_t *weights, uint32_t taps,
                       uint8_t *out, uint32_t count);

#endif
