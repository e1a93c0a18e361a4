#include "resample_kernels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/// Separable Lanczos3, vertical pass first, in 16-bit fixed point: weights have 14 fractional bits, the rows between
/// the passes 6, so that a sum with the filter's overshoot stays within 16 and 32 bits.
enum { WEIGHT_BITS = IMG_WEIGHT_BITS, BETWEEN_BITS = IMG_BETWEEN_BITS, LOBES = 3, STEP = 8 };

/// For each output sample: its first input sample and `taps` weights, zero past the filter's own.
typedef struct axis {
    uint32_t *start, *used;
    int16_t *weights;
    uint32_t taps;
} axis;

struct img_scaler {
    uint32_t in_width;
    bool copies;
    axis x, y;
    uint8_t *ring;
    size_t ring_stride;
    uint32_t ring_rows, pushed, emitted;
    /// The rows that an output row spans, and one more.
    const uint8_t **rows;
    int16_t *between;
    img_plane *target;
};

static double lanczos(double x) {
    x = fabs(x);
    if (x < 1e-8) return 1;
    if (x >= LOBES) return 0;
    // sin 3a = 3 sin a - 4 sin^3 a.
    double third = sin(M_PI * x / LOBES), square = third * third;
    return LOBES * (3 - 4 * square) * square / (M_PI * M_PI * x * x);
}

/// Rounds the weights so that their sum is exactly one.
static void quantise_weights(const double *exact, uint32_t count, double total, int16_t *weights) {
    int32_t left = 1 << WEIGHT_BITS;
    uint32_t largest = 0;
    for (uint32_t k = 0; k < count; k++) {
        weights[k] = (int16_t)lrint(exact[k] / total * (1 << WEIGHT_BITS));
        left -= weights[k];
        if (weights[k] > weights[largest]) largest = k;
    }
    weights[largest] = (int16_t)(weights[largest] + left);
}

/// At least `spare` weights of each output are left zero.
static bool axis_make(axis *a, uint32_t in, uint32_t out, double step, double shift, uint32_t spare) {
    double widen = step > 1 ? step : 1, reach = LOBES * widen;
    a->taps = ((uint32_t)ceil(2 * reach) + spare + STEP - 1) / STEP * STEP;
    // The kernel makes four outputs at once.
    size_t rounded = ((size_t)out + 3) & ~(size_t)3;
    a->start = img_allocate_zeroed(rounded, sizeof *a->start);
    a->used = img_allocate_zeroed(out, sizeof *a->used);
    size_t weights;
    a->weights = __builtin_mul_overflow(rounded, (size_t)a->taps, &weights)
                     ? NULL
                     : img_allocate_zeroed(weights, sizeof *a->weights);
    double *exact = img_allocate(a->taps, sizeof *exact);
    bool made = a->start && a->used && a->weights && exact;
    for (uint32_t i = 0; made && i < out; i++) {
        double centre = (i + 0.5 + shift) * step;
        double low = floor(centre - reach), high = ceil(centre + reach);
        uint32_t first = low < 0 ? 0 : low > in - 1 ? in - 1 : (uint32_t)low;
        uint32_t end = high > in ? in : high < first + 1 ? first + 1 : (uint32_t)high;
        while (end - first > 1 && fabs(lanczos((first + 0.5 - centre) / widen)) < 1e-6) first++;
        while (end - first > 1 && fabs(lanczos((end - 0.5 - centre) / widen)) < 1e-6) end--;
        uint32_t count = img_min_u32(end - first, a->taps - spare);
        double total = 0;
        for (uint32_t k = 0; k < count; k++) total += exact[k] = lanczos((first + k + 0.5 - centre) / widen);
        if (fabs(total) < 1e-6) total = exact[0] = 1, count = 1;
        a->start[i] = first;
        a->used[i] = count;
        quantise_weights(exact, count, total, a->weights + (size_t)i * a->taps);
    }
    free(exact);
    return made;
}

static void axis_free(axis *a) {
    free(a->start);
    free(a->used);
    free(a->weights);
}

static bool identical(uint32_t in, uint32_t out, double step, double shift) {
    return in == out && fabs(step - 1) < 1e-9 && fabs(shift) < 1e-9;
}

img_scaler *img_scaler_make(const img_scale *scale, img_plane *target) {
    img_scaler *s = img_allocate_zeroed(1, sizeof *s);
    if (!s) return NULL;
    s->in_width = scale->in_width;
    s->target = target;
    s->copies = identical(scale->in_width, target->width, scale->step_x, scale->shift_x) &&
                identical(scale->in_height, target->height, scale->step_y, scale->shift_y);
    if (s->copies) return s;
    bool made = axis_make(&s->x, scale->in_width, target->width, scale->step_x, scale->shift_x, 0) &&
                axis_make(&s->y, scale->in_height, target->height, scale->step_y, scale->shift_y, 1);
    if (made) {
        s->ring_stride = ((size_t)scale->in_width + 63) & ~(size_t)63;
        s->ring_rows = s->y.taps + 1;
        s->ring = img_allocate_zeroed(s->ring_rows, s->ring_stride);
        s->between = img_allocate_zeroed(s->ring_stride + s->x.taps, sizeof *s->between);
        s->rows = img_allocate_zeroed(s->ring_rows, sizeof *s->rows);
        made = s->ring && s->between && s->rows;
    }
    if (made) return s;
    img_scaler_free(s);
    return NULL;
}

void img_scaler_free(img_scaler *s) {
    if (!s) return;
    axis_free(&s->x);
    axis_free(&s->y);
    free(s->ring);
    free(s->between);
    free(s->rows);
    free(s);
}

/// Weighted sum of the rows that the output row spans, column by column, into `between`.
static void blend_rows(img_scaler *s, uint32_t y) {
    uint32_t count = s->y.used[y], start = s->y.start[y];
    for (uint32_t k = 0; k < count; k++) s->rows[k] = s->ring + (start + k) % s->ring_rows * s->ring_stride;
    // The kernel takes rows in pairs; the weight past the last one is zero.
    s->rows[count] = s->rows[count - 1];
    img_blend_rows(s->rows, s->y.weights + (size_t)y * s->y.taps, count, s->between, s->ring_stride);
}

void img_scaler_push(img_scaler *s, const uint8_t *row) {
    uint32_t height = s->target->height;
    if (s->copies) {
        if (s->emitted < height) memcpy(img_plane_row(s->target, s->emitted++), row, s->in_width);
        return;
    }
    memcpy(s->ring + s->pushed % s->ring_rows * s->ring_stride, row, s->in_width);
    s->pushed++;
    while (s->emitted < height && s->y.start[s->emitted] + s->y.used[s->emitted] <= s->pushed) {
        blend_rows(s, s->emitted);
        // Rows are padded to 16 samples.
        img_blend_columns(s->between, s->x.start, s->x.weights, s->x.taps, img_plane_row(s->target, s->emitted),
                          (s->target->width + 3) & ~3u);
        s->emitted++;
    }
}

bool img_scaler_complete(const img_scaler *s) { return s->emitted == s->target->height; }
