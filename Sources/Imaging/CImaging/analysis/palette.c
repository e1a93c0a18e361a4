#include "analysis.h"

#include <stdlib.h>
#include <string.h>

/// Palettes that hold every colour of a picture.

enum { SLOTS = 1024, EMPTY = 0xffff };

typedef struct colour_table {
    uint32_t key[SLOTS];
    uint16_t index[SLOTS];
    uint32_t count;
} colour_table;

/// The colour's index, -1 when it would be the 257th.
static int find(colour_table *table, uint32_t key) {
    uint32_t slot = (key * 2654435761u) >> 22;
    while (table->index[slot] != EMPTY) {
        if (table->key[slot] == key) return table->index[slot];
        slot = (slot + 1) % SLOTS;
    }
    if (table->count == 256) return -1;
    table->key[slot] = key;
    table->index[slot] = (uint16_t)table->count;
    return (int)table->count++;
}

static bool index_pixels(const img_picture *picture, colour_table *table, img_palette *palette) {
    for (uint32_t y = 0; y < picture->height; y++) {
        uint8_t *indices = img_plane_row(&palette->indices, y);
        uint32_t last = 0;
        int index = -1;
        for (uint32_t x = 0; x < picture->width; x++) {
            uint8_t p[4];
            img_pixel(picture, x, y, p);
            uint32_t key = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
            if (index < 0 || key != last) index = find(table, key);
            if (index < 0) return false;
            last = key;
            memcpy(palette->colour[index], p, 4);
            indices[x] = (uint8_t)index;
        }
    }
    return true;
}

/// Sorts translucent colours to the front, so that tRNS can end after them.
static void sort_by_opacity(img_palette *palette) {
    uint8_t position[256], sorted[256][4];
    uint32_t next = 0;
    for (int opaque = 0; opaque < 2; opaque++)
        for (uint32_t i = 0; i < palette->count; i++)
            if ((palette->colour[i][3] == 255) == opaque) {
                memcpy(sorted[next], palette->colour[i], 4);
                position[i] = (uint8_t)next++;
            }
    memcpy(palette->colour, sorted, sizeof sorted[0] * palette->count);
    for (uint32_t y = 0; y < palette->indices.height; y++) {
        uint8_t *row = img_plane_row(&palette->indices, y);
        for (uint32_t x = 0; x < palette->indices.width; x++) row[x] = position[row[x]];
    }
}

bool img_palette_exact(const img_picture *picture, img_palette *palette, bool *no_memory) {
    colour_table *table = img_allocate_zeroed(1, sizeof *table);
    bool exact = false;
    *no_memory = !table || !img_plane_make(&palette->indices, picture->width, picture->height);
    if (!*no_memory) {
        for (uint32_t i = 0; i < SLOTS; i++) table->index[i] = EMPTY;
        exact = index_pixels(picture, table, palette);
        palette->count = table->count;
        if (exact) sort_by_opacity(palette);
    }
    free(table);
    return exact;
}
