#include "jpeg_coder.h"

#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/// Compilers of a fused product and sum would give other numbers on other machines.
#pragma STDC FP_CONTRACT OFF

typedef float vector __attribute__((vector_size(32)));
typedef uint8_t bytes __attribute__((vector_size(8)));

const uint8_t img_zigzag[IMG_BLOCK] = {0,  1,  5,  6,  14, 15, 27, 28, 2,  4,  7,  13, 16, 26, 29, 42,
                                       3,  8,  12, 17, 25, 30, 41, 43, 9,  11, 18, 24, 31, 40, 44, 53,
                                       10, 19, 23, 32, 39, 45, 52, 54, 20, 22, 33, 38, 46, 51, 55, 60,
                                       21, 34, 37, 47, 50, 56, 59, 61, 35, 36, 48, 49, 57, 58, 62, 63};

/// One dimension of Y. Arai, T. Agui and M. Nakajima's transform (1988; Pennebaker and Mitchell, figure 4-8), of all
/// columns at once. Its outputs are to be divided by `aan_scale`.
static inline void transform(vector v[8]) {
    vector sum0 = v[0] + v[7], sum1 = v[1] + v[6], sum2 = v[2] + v[5], sum3 = v[3] + v[4];
    vector difference0 = v[0] - v[7], difference1 = v[1] - v[6], difference2 = v[2] - v[5], difference3 = v[3] - v[4];
    vector a = sum0 + sum3, b = sum1 + sum2, c = sum1 - sum2, d = sum0 - sum3;
    vector turned = (c + d) * 0.707106781f;
    v[0] = a + b;
    v[4] = a - b;
    v[2] = d + turned;
    v[6] = d - turned;
    a = difference3 + difference2;
    b = difference2 + difference1;
    c = difference1 + difference0;
    vector common = (a - c) * 0.382683433f;
    vector low = a * 0.541196100f + common, high = c * 1.306562965f + common, middle = b * 0.707106781f;
    vector plus = difference0 + middle, minus = difference0 - middle;
    v[5] = minus + low;
    v[3] = minus - low;
    v[1] = plus + high;
    v[7] = plus - high;
}

static const double aan_scale[8] = {1, 1.387039845, 1.306562965, 1.175875602, 1, 0.785694958, 0.541196100, 0.275899379};

static inline void transpose(vector v[8]) {
    vector t[8];
    for (int i = 0; i < 4; i++) {
        t[2 * i] = __builtin_shufflevector(v[i], v[i + 4], 0, 8, 1, 9, 2, 10, 3, 11);
        t[2 * i + 1] = __builtin_shufflevector(v[i], v[i + 4], 4, 12, 5, 13, 6, 14, 7, 15);
    }
    for (int i = 0; i < 4; i++) {
        v[2 * i] = __builtin_shufflevector(t[i], t[i + 4], 0, 8, 1, 9, 2, 10, 3, 11);
        v[2 * i + 1] = __builtin_shufflevector(t[i], t[i + 4], 4, 12, 5, 13, 6, 14, 7, 15);
    }
    for (int i = 0; i < 4; i++) {
        t[2 * i] = __builtin_shufflevector(v[i], v[i + 4], 0, 8, 1, 9, 2, 10, 3, 11);
        t[2 * i + 1] = __builtin_shufflevector(v[i], v[i + 4], 4, 12, 5, 13, 6, 14, 7, 15);
    }
    memcpy(v, t, sizeof t);
}

img_jpeg_scaling img_jpeg_scaling_for_samples(const uint16_t steps[IMG_BLOCK]) {
    img_jpeg_scaling scaling = {.least = IMG_LEAST};
    // The transform leaves columns where rows belong.
    for (int row = 0; row < 8; row++)
        for (int column = 0; column < 8; column++) {
            int from = column * 8 + row, to = row * 8 + column;
            scaling.scale[from] = (float)(1 / (aan_scale[row] * aan_scale[column] * 8 * steps[to]));
            scaling.place[from] = img_zigzag[to];
        }
    return scaling;
}

/// Bit i: number i is `least` or more away from zero.
static inline uint64_t mask_of(const vector v[8], float least) {
    uint64_t mask = 0;
#ifdef __SSE2__
    const __m128 sign = _mm_set1_ps(-0.0f), limit = _mm_set1_ps(least);
    for (int i = 0; i < 4; i++) {
        __m128i is[4];
        for (int j = 0; j < 4; j++) {
            __m128 four = _mm_loadu_ps((const float *)(const void *)v + i * 16 + j * 4);
            is[j] = _mm_castps_si128(_mm_cmpge_ps(_mm_andnot_ps(sign, four), limit));
        }
        __m128i all = _mm_packs_epi16(_mm_packs_epi32(is[0], is[1]), _mm_packs_epi32(is[2], is[3]));
        mask |= (uint64_t)(uint32_t)_mm_movemask_epi8(all) << (16 * i);
    }
#else
    for (int i = 0; i < IMG_BLOCK; i++) mask |= (uint64_t)(v[i / 8][i % 8] >= least || v[i / 8][i % 8] <= -least) << i;
#endif
    return mask;
}

/// Adding 1.5 * 2^23 leaves the nearest whole number in the low bits.
static inline int32_t rounded(float x) {
    union {
        float number;
        int32_t bits;
    } sum = {.number = x + 12582912.0f};
    return sum.bits - 0x4b400000;
}

enum { DC_LOW = -1024, DC_HIGH = 1023, AC_HIGH = 1023 };

static inline void place(img_jpeg_block *block, const vector v[8], const img_jpeg_scaling *scaling) {
    const float *number = (const float *)(const void *)v;
    uint64_t from = mask_of(v, scaling->least) & ~UINT64_C(1), nonzero = 0, large = 0, doubtful = 0;
    // Also what overflows in a broken file ends in what 8-bit JPEGs may hold.
    float dc = number[0] < DC_LOW ? DC_LOW : number[0] > DC_HIGH ? DC_HIGH : number[0];
    block->value[0] = (int16_t)rounded(dc);
    for (; from; from &= from - 1) {
        uint32_t k = (uint32_t)__builtin_ctzll(from), to = scaling->place[k];
        float exact = number[k] < -AC_HIGH ? -AC_HIGH : number[k] > AC_HIGH ? AC_HIGH : number[k];
        int32_t value = rounded(exact);
        block->value[to] = (int16_t)value;
        block->exact[to] = exact;
        nonzero |= (uint64_t)(value != 0) << to;
        large |= (uint64_t)((uint32_t)(value + 1) > 2) << to;
        doubtful |= (uint64_t)(__builtin_fabsf(exact) < IMG_CERTAIN) << to;
    }
    block->nonzero = nonzero;
    block->large = large;
    block->doubtful = doubtful & nonzero;
}

void img_jpeg_block_transform(img_jpeg_block *block, const uint8_t *const rows[8], size_t column,
                              const img_jpeg_scaling *scaling) {
    vector v[8];
    for (int i = 0; i < 8; i++) {
        bytes row;
        memcpy(&row, rows[i] + column, sizeof row);
        v[i] = __builtin_convertvector(row, vector);
    }
    transform(v);
    transpose(v);
    transform(v);
    // Samples are centred on zero.
    v[0][0] -= 128 * IMG_BLOCK;
    for (int i = 0; i < 8; i++) {
        vector scale;
        memcpy(&scale, scaling->scale + i * 8, sizeof scale);
        v[i] *= scale;
    }
    place(block, v, scaling);
}

void img_jpeg_block_quantise(img_jpeg_block *block, const float numbers[IMG_BLOCK], const img_jpeg_scaling *scaling) {
    vector v[8];
    for (int i = 0; i < 8; i++) {
        vector scale;
        memcpy(&v[i], numbers + i * 8, sizeof v[i]);
        memcpy(&scale, scaling->scale + i * 8, sizeof scale);
        v[i] *= scale;
    }
    place(block, v, scaling);
}

void img_jpeg_block_requantise(img_jpeg_block *block, const int16_t coefficients[IMG_BLOCK],
                               const img_jpeg_scaling *scaling) {
    typedef int16_t words __attribute__((vector_size(16)));
    vector v[8];
    for (int i = 0; i < 8; i++) {
        words row;
        vector scale;
        memcpy(&row, coefficients + i * 8, sizeof row);
        memcpy(&scale, scaling->scale + i * 8, sizeof scale);
        v[i] = __builtin_convertvector(row, vector) * scale;
    }
    place(block, v, scaling);
}
