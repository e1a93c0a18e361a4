#include "resample_kernels.h"

/// All versions give the same numbers, because integer sums do not depend on their order.

enum { DOWN = IMG_WEIGHT_BITS - IMG_BETWEEN_BITS, DOWN_AGAIN = IMG_WEIGHT_BITS + IMG_BETWEEN_BITS };

#ifdef __SSE2__
#include <immintrin.h>

static inline const __m128i *at8(const int16_t *p) { return (const __m128i *)(const void *)p; }
static inline const __m128i *at16(const uint8_t *p) { return (const __m128i *)(const void *)p; }
static inline int32_t pair(const int16_t *w) { return (int32_t)((uint32_t)(uint16_t)w[1] << 16 | (uint16_t)w[0]); }

/// SSE2 is part of x86-64. Compilers do not generate `pmaddwd` for the plain loops below, which take three times as
/// long.
static void blend_rows_sse2(const uint8_t *const *rows, const int16_t *weights, uint32_t count, int16_t *sums,
                            size_t columns) {
    const __m128i zero = _mm_setzero_si128(), half = _mm_set1_epi32(1 << (DOWN - 1));
    for (size_t x = 0; x < columns; x += 16) {
        __m128i s0 = half, s1 = half, s2 = half, s3 = half;
        for (uint32_t k = 0; k < count; k += 2) {
            __m128i a = _mm_loadu_si128(at16(rows[k] + x)), b = _mm_loadu_si128(at16(rows[k + 1] + x));
            __m128i w = _mm_set1_epi32(pair(weights + k));
            __m128i low = _mm_unpacklo_epi8(a, b), high = _mm_unpackhi_epi8(a, b);
            s0 = _mm_add_epi32(s0, _mm_madd_epi16(_mm_unpacklo_epi8(low, zero), w));
            s1 = _mm_add_epi32(s1, _mm_madd_epi16(_mm_unpackhi_epi8(low, zero), w));
            s2 = _mm_add_epi32(s2, _mm_madd_epi16(_mm_unpacklo_epi8(high, zero), w));
            s3 = _mm_add_epi32(s3, _mm_madd_epi16(_mm_unpackhi_epi8(high, zero), w));
        }
        __m128i first = _mm_packs_epi32(_mm_srai_epi32(s0, DOWN), _mm_srai_epi32(s1, DOWN));
        __m128i second = _mm_packs_epi32(_mm_srai_epi32(s2, DOWN), _mm_srai_epi32(s3, DOWN));
        _mm_storeu_si128((__m128i *)(void *)(sums + x), first);
        _mm_storeu_si128((__m128i *)(void *)(sums + x + 8), second);
    }
}

/// Four sums of four, rounded and clamped to four bytes.
static inline void store_four(const __m128i sum[4], uint8_t *out) {
    __m128i a = _mm_add_epi32(_mm_unpacklo_epi32(sum[0], sum[1]), _mm_unpackhi_epi32(sum[0], sum[1]));
    __m128i b = _mm_add_epi32(_mm_unpacklo_epi32(sum[2], sum[3]), _mm_unpackhi_epi32(sum[2], sum[3]));
    __m128i all = _mm_add_epi32(_mm_unpacklo_epi64(a, b), _mm_unpackhi_epi64(a, b));
    all = _mm_srai_epi32(_mm_add_epi32(all, _mm_set1_epi32(1 << (DOWN_AGAIN - 1))), DOWN_AGAIN);
    all = _mm_packs_epi32(all, all);
    int32_t four = _mm_cvtsi128_si32(_mm_packus_epi16(all, all));
    __builtin_memcpy(out, &four, sizeof four);
}

static void blend_columns_sse2(const int16_t *samples, const uint32_t *start, const int16_t *weights, uint32_t taps,
                               uint8_t *out, uint32_t count) {
    for (uint32_t x = 0; x < count; x += 4) {
        __m128i sum[4];
        for (uint32_t i = 0; i < 4; i++, weights += taps) {
            const int16_t *from = samples + start[x + i];
            sum[i] = _mm_setzero_si128();
            for (uint32_t k = 0; k < taps; k += 8)
                sum[i] = _mm_add_epi32(
                    sum[i], _mm_madd_epi16(_mm_loadu_si128(at8(from + k)), _mm_loadu_si128(at8(weights + k))));
        }
        store_four(sum, out + x);
    }
}

#define AVX2 __attribute__((target("avx2")))

AVX2 static void blend_rows_avx2(const uint8_t *const *rows, const int16_t *weights, uint32_t count, int16_t *sums,
                                 size_t columns) {
    const __m256i half = _mm256_set1_epi32(1 << (DOWN - 1));
    for (size_t x = 0; x < columns; x += 16) {
        __m256i s0 = half, s1 = half;
        for (uint32_t k = 0; k < count; k += 2) {
            __m256i a = _mm256_cvtepu8_epi16(_mm_loadu_si128(at16(rows[k] + x)));
            __m256i b = _mm256_cvtepu8_epi16(_mm_loadu_si128(at16(rows[k + 1] + x)));
            __m256i w = _mm256_set1_epi32(pair(weights + k));
            s0 = _mm256_add_epi32(s0, _mm256_madd_epi16(_mm256_unpacklo_epi16(a, b), w));
            s1 = _mm256_add_epi32(s1, _mm256_madd_epi16(_mm256_unpackhi_epi16(a, b), w));
        }
        // Unpacking and packing take the same detour through the halves.
        __m256i both = _mm256_packs_epi32(_mm256_srai_epi32(s0, DOWN), _mm256_srai_epi32(s1, DOWN));
        _mm256_storeu_si256((__m256i *)(void *)(sums + x), both);
    }
}

AVX2 static void blend_columns_avx2(const int16_t *samples, const uint32_t *start, const int16_t *weights,
                                    uint32_t taps, uint8_t *out, uint32_t count) {
    for (uint32_t x = 0; x < count; x += 4) {
        __m128i sum[4];
        for (uint32_t i = 0; i < 4; i++, weights += taps) {
            const int16_t *from = samples + start[x + i];
            __m256i wide = _mm256_setzero_si256();
            uint32_t k = 0;
            for (; k + 16 <= taps; k += 16) {
                __m256i s = _mm256_loadu_si256((const __m256i *)(const void *)(from + k));
                __m256i w = _mm256_loadu_si256((const __m256i *)(const void *)(weights + k));
                wide = _mm256_add_epi32(wide, _mm256_madd_epi16(s, w));
            }
            sum[i] = _mm_add_epi32(_mm256_castsi256_si128(wide), _mm256_extracti128_si256(wide, 1));
            if (k < taps)
                sum[i] = _mm_add_epi32(
                    sum[i], _mm_madd_epi16(_mm_loadu_si128(at8(from + k)), _mm_loadu_si128(at8(weights + k))));
        }
        store_four(sum, out + x);
    }
}

void img_blend_rows(const uint8_t *const *rows, const int16_t *weights, uint32_t count, int16_t *sums, size_t columns) {
    bool wide = __builtin_cpu_supports("avx2");
    (wide ? blend_rows_avx2 : blend_rows_sse2)(rows, weights, count, sums, columns);
}

void img_blend_columns(const int16_t *samples, const uint32_t *start, const int16_t *weights, uint32_t taps,
                       uint8_t *out, uint32_t count) {
    bool wide = __builtin_cpu_supports("avx2");
    (wide ? blend_columns_avx2 : blend_columns_sse2)(samples, start, weights, taps, out, count);
}
#else
void img_blend_rows(const uint8_t *const *rows, const int16_t *weights, uint32_t count, int16_t *sums, size_t columns) {
    for (size_t x = 0; x < columns; x += 16) {
        int32_t sum[16];
        for (int i = 0; i < 16; i++) sum[i] = 1 << (DOWN - 1);
        for (uint32_t k = 0; k < count; k++)
            for (int i = 0; i < 16; i++) sum[i] += rows[k][x + i] * weights[k];
        for (int i = 0; i < 16; i++) {
            int32_t v = sum[i] >> DOWN;
            sums[x + i] = (int16_t)(v < INT16_MIN ? INT16_MIN : v > INT16_MAX ? INT16_MAX : v);
        }
    }
}

void img_blend_columns(const int16_t *samples, const uint32_t *start, const int16_t *weights, uint32_t taps,
                       uint8_t *out, uint32_t count) {
    for (uint32_t x = 0; x < count; x++) {
        int32_t sum = 1 << (DOWN_AGAIN - 1);
        for (uint32_t k = 0; k < taps; k++) sum += samples[start[x] + k] * weights[(size_t)x * taps + k];
        out[x] = img_clamp8(sum >> DOWN_AGAIN);
    }
}
#endif
