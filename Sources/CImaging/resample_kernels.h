#ifndef CIMAGING_RESAMPLE_KERNELS_H
#define CIMAGING_RESAMPLE_KERNELS_H

#include "internal.h"

/// Fractional bits of the weights and of the samples between the two passes.
enum { IMG_WEIGHT_BITS = 14, IMG_BETWEEN_BITS = 6 };

/// Weighted sums of `count` rows, column by column. `rows` and `weights` hold one entry more than `count`, its weight
/// zero; `columns` is a multiple of 16.
void img_blend_rows(const uint8_t *const *rows, const int16_t *weights, uint32_t count, int16_t *sums, size_t columns);

/// The sum of `taps` products; `taps` is a multiple of 8.
static inline int32_t img_weighted_sum(const int16_t *samples, const int16_t *weights, uint32_t taps);

#ifdef __SSE2__
#include <emmintrin.h>

static inline int32_t img_weighted_sum(const int16_t *samples, const int16_t *weights, uint32_t taps) {
    __m128i sum = _mm_setzero_si128();
    for (uint32_t k = 0; k < taps; k += 8) {
        __m128i s = _mm_loadu_si128((const __m128i *)(const void *)(samples + k));
        __m128i w = _mm_loadu_si128((const __m128i *)(const void *)(weights + k));
        sum = _mm_add_epi32(sum, _mm_madd_epi16(s, w));
    }
    sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0x4e));
    sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0xb1));
    return _mm_cvtsi128_si32(sum);
}
#else
static inline int32_t img_weighted_sum(const int16_t *samples, const int16_t *weights, uint32_t taps) {
    int32_t sum = 0;
    for (uint32_t k = 0; k < taps; k++) sum += (int32_t)samples[k] * weights[k];
    return sum;
}
#endif

#endif
