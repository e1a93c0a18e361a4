#ifndef CIMAGING_TEST_SUPPORT_H
#define CIMAGING_TEST_SUPPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Draws and reads pictures for tests, with libjpeg and libpng used plainly. Any failure aborts.

typedef struct draw_buffer {
    uint8_t *bytes;
    size_t count;
} draw_buffer;
void draw_buffer_free(draw_buffer *buffer);

typedef enum draw_space { DRAW_GRAY, DRAW_YCC, DRAW_RGB, DRAW_CMYK, DRAW_YCCK } draw_space;

typedef struct draw_jpeg {
    uint32_t width, height;
    draw_space space;
    /// Sampling factors of the first component; the others have 1x1.
    int h, v;
    int quality;
    bool progressive, arithmetic, one_component_a_scan;
    /// Restart interval in MCU rows.
    int restart_rows;
    /// 0: no EXIF block.
    uint8_t orientation;
    const uint8_t *icc;
    size_t icc_count;
    /// NUL-terminated comment, or NULL.
    const char *comment;
    /// All pixels this colour (in the file's own space, inks inverted for CMYK), instead of the drawing.
    const uint8_t *flat;
    /// When not 0: red left of this column and blue from it on, instead of the drawing.
    uint32_t split;
} draw_jpeg;
draw_buffer draw_make_jpeg(const draw_jpeg *options);

typedef struct draw_png {
    uint32_t width, height;
    int colour_type, depth;
    bool interlaced, transparent_entry;
    const uint8_t *icc;
    size_t icc_count;
    /// A tEXt chunk, or NULL.
    const char *text;
    /// All pixels this colour (RGB), instead of the drawing.
    const uint8_t *flat;
    /// Few colours, sharp edges, instead of the smooth drawing.
    bool flat_areas;
    /// Random samples.
    bool noise;
    /// A dark red disc on a fully transparent ground whose hidden colour is a bright green.
    bool cut_out;
    /// The first row is of the smooth drawing although the rest is `flat`.
    bool drawn_first_row;
} draw_png;
draw_buffer draw_make_png(const draw_png *options);

/// The smooth drawing as a WebP in a plain container; lossy at quality 95.
draw_buffer draw_make_webp(uint32_t width, uint32_t height, bool lossless, bool alpha);

/// The colour that the smooth drawing has at a place. No mirroring or turning leaves it as it is.
void draw_colour(uint32_t x, uint32_t y, uint32_t width, uint32_t height, uint8_t rgba[4]);

/// RGBA, 4 bytes a pixel; zeroed when the bytes cannot be read.
typedef struct draw_pixels {
    uint8_t *rgba;
    uint32_t width, height;
    int components;
} draw_pixels;
draw_pixels draw_read(const uint8_t *bytes, size_t count);
void draw_pixels_free(draw_pixels *pixels);

/// Whether a shared library is installed.
bool draw_has_library(const char *name);

typedef enum draw_profile {
    DRAW_SRGB,
    /// The same numbers under another name, with its curve as a table.
    DRAW_SRGB_TABLE,
    DRAW_ADOBE_RGB,
    DRAW_DISPLAY_P3,
    DRAW_GRAY_LINEAR,
} draw_profile;
draw_buffer draw_make_profile(draw_profile profile);

#endif
