#include "picture.h"

/// EXIF 2.32, section 4.6.4, tag 274: where row 0 and column 0 of the stored picture belong.
img_turn img_turn_for(uint32_t orientation) {
    static const img_turn turns[9] = {
        [2] = {.mirror_x = true},
        [3] = {.mirror_x = true, .mirror_y = true},
        [4] = {.mirror_y = true},
        [5] = {.transpose = true},
        [6] = {.mirror_y = true, .transpose = true},
        [7] = {.mirror_x = true, .mirror_y = true, .transpose = true},
        [8] = {.mirror_x = true, .transpose = true},
    };
    return turns[orientation <= 8 ? orientation : 0];
}

static void mirror(const img_plane *from, img_plane *to, img_turn turn) {
    for (uint32_t y = 0; y < to->height; y++) {
        const uint8_t *in = img_plane_row(from, turn.mirror_y ? from->height - 1 - y : y);
        uint8_t *out = img_plane_row(to, y);
        if (turn.mirror_x)
            for (uint32_t x = 0; x < to->width; x++) out[x] = in[from->width - 1 - x];
        else
            for (uint32_t x = 0; x < to->width; x++) out[x] = in[x];
    }
}

/// In tiles, so that both planes stay in the cache.
static void transpose(const img_plane *from, img_plane *to, img_turn turn) {
    enum { TILE = 32 };
    for (uint32_t ty = 0; ty < to->height; ty += TILE)
        for (uint32_t tx = 0; tx < to->width; tx += TILE)
            for (uint32_t y = ty; y < to->height && y < ty + TILE; y++) {
                uint8_t *out = img_plane_row(to, y);
                uint32_t column = turn.mirror_x ? from->width - 1 - y : y;
                for (uint32_t x = tx; x < to->width && x < tx + TILE; x++)
                    out[x] = img_plane_row(from, turn.mirror_y ? from->height - 1 - x : x)[column];
            }
}

bool img_plane_turn(img_plane *plane, img_turn turn) {
    if (!turn.mirror_x && !turn.mirror_y && !turn.transpose) return true;
    img_plane turned;
    if (!img_plane_make(&turned, turn.transpose ? plane->height : plane->width,
                        turn.transpose ? plane->width : plane->height))
        return false;
    (turn.transpose ? transpose : mirror)(plane, &turned, turn);
    img_plane_free(plane);
    *plane = turned;
    return true;
}
