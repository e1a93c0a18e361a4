#include "resample_kernels.h"

/// Both versions give the same numbers: integer sums do not depend on their order.

#ifdef __SSE2__
/// SSE2 is part of x86-64. Compilers do not find `pmaddwd` in the plain loop below, which then takes three times as
/// long.
void img_blend_rows(const uint8_t *const *rows, const int16_t *weights, uint32_t count, int16_t *sums,
                    size_t columns) {
    const __m128i zero = _mm_setzero_si128();
    const __m128i half = _mm_set1_epi32(1 << (IMG_WEIGHT_BITS - IMG_BETWEEN_BITS - 1));
    for (size_t x = 0; x < columns; x += 16) {
        __m128i s0 = half, s1 = half, s2 = half, s3 = half;
        for (uint32_t k = 0; k < count; k += 2) {
            __m128i a = _mm_loadu_si128((const __m128i *)(const void *)(rows[k] + x));
            __m128i b = _mm_loadu_si128((const __m128i *)(const void *)(rows[k + 1] + x));
            __m128i w = _mm_set1_epi32((int32_t)((uint32_t)(uint16_t)weights[k + 1] << 16 | (uint16_t)weights[k]));
            __m128i low = _mm_unpacklo_epi8(a, b), high = _mm_unpackhi_epi8(a, b);
            s0 = _mm_add_epi32(s0, _mm_madd_epi16(_mm_unpacklo_epi8(low, zero), w));
            s1 = _mm_add_epi32(s1, _mm_madd_epi16(_mm_unpackhi_epi8(low, zero), w));
            s2 = _mm_add_epi32(s2, _mm_madd_epi16(_mm_unpacklo_epi8(high, zero), w));
            s3 = _mm_add_epi32(s3, _mm_madd_epi16(_mm_unpackhi_epi8(high, zero), w));
        }
        enum { DOWN = IMG_WEIGHT_BITS - IMG_BETWEEN_BITS };
        __m128i first = _mm_packs_epi32(_mm_srai_epi32(s0, DOWN), _mm_srai_epi32(s1, DOWN));
        __m128i second = _mm_packs_epi32(_mm_srai_epi32(s2, DOWN), _mm_srai_epi32(s3, DOWN));
        _mm_storeu_si128((__m128i *)(void *)(sums + x), first);
        _mm_storeu_si128((__m128i *)(void *)(sums + x + 8), second);
    }
}
#else
void img_blend_rows(const uint8_t *const *rows, const int16_t *weights, uint32_t count, int16_t *sums,
                    size_t columns) {
    for (size_t x = 0; x < columns; x += 16) {
        int32_t sum[16];
        for (int i = 0; i < 16; i++) sum[i] = 1 << (IMG_WEIGHT_BITS - IMG_BETWEEN_BITS - 1);
        for (uint32_t k = 0; k < count; k++)
            for (int i = 0; i < 16; i++) sum[i] += rows[k][x + i] * weights[k];
        for (int i = 0; i < 16; i++) {
            int32_t v = sum[i] >> (IMG_WEIGHT_BITS - IMG_BETWEEN_BITS);
            sums[x + i] = (int16_t)(v < INT16_MIN ? INT16_MIN : v > INT16_MAX ? INT16_MAX : v);
        }
    }
}
#endif
