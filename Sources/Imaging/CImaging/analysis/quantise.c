#include "analysis.h"

#include <stdlib.h>
#include <string.h>

/// Chooses a palette by cutting the colour space (premultiplied RGB and alpha, in cells of 5, 5, 5 and 4 bits) where
/// the picture's colours vary most: X. Wu's variance criterion (Graphics Gems II, 1991) on the boxes of median cut.
/// There is no dithering, because it costs bytes and palettes are only used to make pictures small.

enum { CELLS = 1 << 19 };

typedef struct cell {
    uint32_t pixels;
    uint64_t sum[4];
} cell;

typedef struct box {
    uint32_t first, count;
    uint64_t pixels;
    double mean[4], variance[4];
} box;

typedef struct quantiser {
    cell *cells;
    /// The used cells' numbers, grouped by box.
    uint32_t *used;
    uint32_t used_count;
    box boxes[256];
    uint32_t box_count;
} quantiser;

static uint32_t cell_of(const uint8_t p[4]) {
    return (uint32_t)(p[0] >> 3) << 14 | (uint32_t)(p[1] >> 3) << 9 | (uint32_t)(p[2] >> 3) << 4 | p[3] >> 4;
}

static void premultiplied(const img_picture *picture, uint32_t x, uint32_t y, uint8_t p[4]) {
    img_pixel(picture, x, y, p);
    for (int c = 0; c < 3; c++) p[c] = img_mul255(p[c], p[3]);
}

static void count_pixels(quantiser *q, const img_picture *picture) {
    for (uint32_t y = 0; y < picture->height; y++)
        for (uint32_t x = 0; x < picture->width; x++) {
            uint8_t p[4];
            premultiplied(picture, x, y, p);
            cell *c = &q->cells[cell_of(p)];
            c->pixels++;
            for (int i = 0; i < 4; i++) c->sum[i] += p[i];
        }
}

static double centre(const quantiser *q, uint32_t used, int axis) {
    const cell *c = &q->cells[q->used[used]];
    return (double)c->sum[axis] / c->pixels;
}

static void measure(quantiser *q, box *b) {
    double sum[4] = {0}, square[4] = {0};
    b->pixels = 0;
    for (uint32_t i = b->first; i < b->first + b->count; i++) {
        uint32_t pixels = q->cells[q->used[i]].pixels;
        b->pixels += pixels;
        for (int a = 0; a < 4; a++) {
            double v = centre(q, i, a);
            sum[a] += v * pixels;
            square[a] += v * v * pixels;
        }
    }
    for (int a = 0; a < 4; a++) {
        b->mean[a] = sum[a] / (double)b->pixels;
        b->variance[a] = square[a] - sum[a] * b->mean[a];
    }
}

static int widest(const box *b) {
    int axis = 0;
    for (int a = 1; a < 4; a++)
        if (b->variance[a] > b->variance[axis]) axis = a;
    return axis;
}

/// Splits the box at its mean along the axis of the largest variance; false when all its cells are one colour.
static bool split(quantiser *q, uint32_t number) {
    box *b = &q->boxes[number];
    int axis = widest(b);
    if (b->count < 2 || b->variance[axis] <= 0) return false;
    uint32_t low = b->first, high = b->first + b->count;
    while (low < high) {
        if (centre(q, low, axis) <= b->mean[axis]) {
            low++;
        } else {
            uint32_t moved = q->used[--high];
            q->used[high] = q->used[low];
            q->used[low] = moved;
        }
    }
    if (low == b->first || low == b->first + b->count) return false;
    box *upper = &q->boxes[q->box_count++];
    *upper = (box){.first = low, .count = b->first + b->count - low};
    b->count = low - b->first;
    measure(q, b);
    measure(q, upper);
    return true;
}

static void cut(quantiser *q, uint32_t colours) {
    q->boxes[0] = (box){.first = 0, .count = q->used_count};
    q->box_count = 1;
    measure(q, &q->boxes[0]);
    bool final[256] = {false};
    while (q->box_count < colours) {
        int worst = -1;
        for (uint32_t i = 0; i < q->box_count; i++)
            if (!final[i] && (worst < 0 || q->boxes[i].variance[widest(&q->boxes[i])] >
                                               q->boxes[worst].variance[widest(&q->boxes[worst])]))
                worst = (int)i;
        if (worst < 0) return;
        if (!split(q, (uint32_t)worst)) final[worst] = true;
    }
}

static uint32_t nearest(const quantiser *q, uint32_t used) {
    uint32_t best = 0;
    double best_distance = 1e30;
    for (uint32_t i = 0; i < q->box_count; i++) {
        double distance = 0;
        for (int a = 0; a < 4; a++) {
            double d = centre(q, used, a) - q->boxes[i].mean[a];
            distance += d * d;
        }
        if (distance < best_distance) best = i, best_distance = distance;
    }
    return best;
}

static void write_colours(const quantiser *q, img_palette *palette, uint8_t position[256]) {
    palette->count = 0;
    for (int opaque = 0; opaque < 2; opaque++)
        for (uint32_t i = 0; i < q->box_count; i++) {
            const double *mean = q->boxes[i].mean;
            uint8_t alpha = (uint8_t)(mean[3] + 0.5);
            if ((alpha == 255) != opaque) continue;
            uint8_t *colour = palette->colour[palette->count];
            for (int c = 0; c < 3; c++) colour[c] = alpha ? img_clamp8((int32_t)(mean[c] * 255 / mean[3] + 0.5)) : 0;
            colour[3] = alpha;
            position[i] = (uint8_t)palette->count++;
        }
}

bool img_palette_quantised(const img_picture *picture, uint32_t colours, img_palette *palette) {
    quantiser *q = img_allocate_zeroed(1, sizeof *q);
    if (!q) return false;
    q->cells = img_allocate_zeroed(CELLS, sizeof *q->cells);
    q->used = img_allocate(CELLS, sizeof *q->used);
    bool made = q->cells && q->used && img_plane_make(&palette->indices, picture->width, picture->height);
    if (made) {
        count_pixels(q, picture);
        for (uint32_t i = 0; i < CELLS; i++)
            if (q->cells[i].pixels) q->used[q->used_count++] = i;
        cut(q, colours);
        uint8_t position[256];
        write_colours(q, palette, position);
        // From here on a used cell's `pixels` holds its palette index.
        for (uint32_t i = 0; i < q->used_count; i++) q->cells[q->used[i]].pixels = position[nearest(q, i)];
        for (uint32_t y = 0; y < picture->height; y++) {
            uint8_t *row = img_plane_row(&palette->indices, y), p[4];
            for (uint32_t x = 0; x < picture->width; x++) {
                premultiplied(picture, x, y, p);
                row[x] = (uint8_t)q->cells[cell_of(p)].pixels;
            }
        }
    }
    free(q->cells);
    free(q->used);
    free(q);
    return made;
}
