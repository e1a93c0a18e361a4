#include "png_filter.h"

#include <stdlib.h>

/// Plain loops without branches, which the compiler vectorises.

static uint8_t paeth(uint8_t left, uint8_t up, uint8_t corner) {
    int16_t to_left = (int16_t)(up - corner), to_up = (int16_t)(left - corner), to_corner = (int16_t)(to_left + to_up);
    uint16_t a = (uint16_t)abs(to_left), b = (uint16_t)abs(to_up), c = (uint16_t)abs(to_corner);
    return a <= b && a <= c ? left : b <= c ? up : corner;
}

/// The sum of the samples' distances from zero, taken as signed.
static uint32_t weight(const uint8_t *samples, size_t count) {
    uint32_t sum = 0;
    for (size_t i = 0; i < count; i++) sum += samples[i] < 128 ? samples[i] : 256u - samples[i];
    return sum;
}

/// W3C PNG, section 9.2. `row` and `above` have `step` zero samples before them.
static void filter(int type, const uint8_t *restrict row, const uint8_t *restrict above, size_t step, size_t count,
                   uint8_t *restrict to) {
    const uint8_t *left = row - step, *corner = above - step;
    switch (type) {
    case 1:
        for (size_t i = 0; i < count; i++) to[i] = (uint8_t)(row[i] - left[i]);
        break;
    case 2:
        for (size_t i = 0; i < count; i++) to[i] = (uint8_t)(row[i] - above[i]);
        break;
    case 3:
        for (size_t i = 0; i < count; i++) to[i] = (uint8_t)(row[i] - ((left[i] + above[i]) >> 1));
        break;
    case 4:
        for (size_t i = 0; i < count; i++) to[i] = (uint8_t)(row[i] - paeth(left[i], above[i], corner[i]));
        break;
    default:
        for (size_t i = 0; i < count; i++) to[i] = row[i];
    }
}

int img_png_filter_row(const uint8_t *row, const uint8_t *above, size_t step, size_t count, uint8_t *best,
                       uint8_t *spare) {
    int chosen = 0;
    filter(0, row, above, step, count, best);
    uint32_t least = weight(best, count);
    for (int type = 1; type <= 4; type++) {
        filter(type, row, above, step, count, spare);
        uint32_t sum = weight(spare, count);
        if (sum >= least) continue;
        least = sum;
        chosen = type;
    }
    if (chosen) filter(chosen, row, above, step, count, best);
    return chosen;
}
