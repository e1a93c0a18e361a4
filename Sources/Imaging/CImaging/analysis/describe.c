#include "analysis.h"

img_picture_facts img_picture_describe(const img_picture *picture) {
    img_picture_facts facts = {picture->width, picture->height, picture->alpha, 257, 0};
    if (picture->model != IMG_GRAY && picture->model != IMG_RGB) return facts;
    uint64_t flat = 0;
    for (uint32_t y = 0; y < picture->height; y++)
        for (uint32_t x = 1; x < picture->width; x++) {
            uint8_t differs = 0;
            for (uint32_t c = 0; c < picture->planes; c++) {
                const uint8_t *row = img_plane_row(&picture->plane[c], y);
                differs |= row[x] ^ row[x - 1];
            }
            flat += !differs;
        }
    facts.flat_permille = (uint32_t)(flat * 1000 / ((uint64_t)picture->width * picture->height));
    img_palette palette = {0};
    bool no_memory = false;
    if (img_palette_exact(picture, &palette, &no_memory)) facts.colours = palette.count;
    img_plane_free(&palette.indices);
    return facts;
}
