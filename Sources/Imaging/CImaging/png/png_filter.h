#ifndef CIMAGING_PNG_FILTER_H
#define CIMAGING_PNG_FILTER_H

#include <stddef.h>
#include <stdint.h>

/// Filters a row into `best` with the filter that leaves the smallest sum of absolute differences (W3C PNG, section
/// 12.7) and returns the type of that filter. A pixel has `step` samples; `row` and `above` have as many zeros before
/// them. `spare` has room for `count` samples as well.
int img_png_filter_row(const uint8_t *row, const uint8_t *above, size_t step, size_t count, uint8_t *best,
                       uint8_t *spare);

#endif
