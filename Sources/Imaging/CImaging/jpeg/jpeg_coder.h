#ifndef CIMAGING_JPEG_CODER_H
#define CIMAGING_JPEG_CODER_H

#include "picture/picture.h"

/// Writes progressive JPEGs (ITU-T T.81, annex G) from quantised blocks. Each block is turned into symbols once, for
/// all scans together. After the last block each scan gets its own Huffman table and is written. libjpeg walks over all
/// coefficients twice for each scan.

/// A coefficient below this many steps counts as zero; it would be dropped later anyway.
#define IMG_LEAST 0.55f
/// A coefficient of at least this many steps stays: dropping it would cost more than its code.
#define IMG_CERTAIN 0.9f
/// `IMG_UNIT_BLOCKS`: how many blocks a unit of an interleaved scan may have (T.81, B.2.3).
enum { IMG_BLOCK = 64, IMG_MAX_COMPONENTS = 3, IMG_UNIT_BLOCKS = 10 };

/// Row by row, then column by column: the place of each coefficient in the zigzag order (T.81, figure A.6).
extern const uint8_t img_zigzag[IMG_BLOCK];

typedef struct img_jpeg_frame {
    uint32_t width, height;
    /// 1: gray; 3: YCC, or RGB.
    uint32_t components;
    bool rgb;
    /// Sampling factors.
    uint8_t h[IMG_MAX_COMPONENTS], v[IMG_MAX_COMPONENTS];
    /// Steps by row, then column: of the first component and of the others, 1 to 255.
    uint16_t steps[IMG_MAX_COMPONENTS][IMG_BLOCK];
} img_jpeg_frame;

/// Whether one scan may hold all components.
bool img_jpeg_frame_interleaves(const img_jpeg_frame *frame);
/// The number of units of an interleaved scan.
uint32_t img_jpeg_frame_units_across(const img_jpeg_frame *frame);
uint32_t img_jpeg_frame_units_down(const img_jpeg_frame *frame);
/// The number of one component's blocks.
uint32_t img_jpeg_frame_columns(const img_jpeg_frame *frame, uint32_t component);
uint32_t img_jpeg_frame_rows(const img_jpeg_frame *frame, uint32_t component);
/// Sets the steps: our own table, scaled as libjpeg scales its table by quality.
void img_jpeg_frame_set_quality(img_jpeg_frame *frame, int quality);

/// A quantised block in zigzag order.
typedef struct img_jpeg_block {
    /// Bit k: coefficient k is not zero. Bit 0 is always clear: the first coefficient is in `value[0]` always.
    uint64_t nonzero;
    /// Bit k: coefficient k is 2 or more away from zero.
    uint64_t large;
    /// Bit k: coefficient k is not zero by so little that its code may not be worth it.
    uint64_t doubtful;
    /// Valid only where `nonzero` has its bit set.
    int16_t value[IMG_BLOCK];
    /// The values before rounding, in steps.
    float exact[IMG_BLOCK];
} img_jpeg_block;

/// Turns 64 numbers into a block: each is multiplied by its scale and stored at its place in the zigzag order.
typedef struct img_jpeg_scaling {
    float scale[IMG_BLOCK];
    uint8_t place[IMG_BLOCK];
    /// Values below this many steps become zero.
    float least;
} img_jpeg_scaling;

/// For `img_jpeg_block_transform`.
img_jpeg_scaling img_jpeg_scaling_for_samples(const uint16_t steps[IMG_BLOCK]);
/// The discrete cosine transform of 8 by 8 samples.
void img_jpeg_block_transform(img_jpeg_block *block, const uint8_t *const rows[8], size_t column,
                              const img_jpeg_scaling *scaling);
/// From the coefficients of another block, by row and column.
void img_jpeg_block_requantise(img_jpeg_block *block, const int16_t coefficients[IMG_BLOCK],
                               const img_jpeg_scaling *scaling);
/// The same from numbers.
void img_jpeg_block_quantise(img_jpeg_block *block, const float numbers[IMG_BLOCK], const img_jpeg_scaling *scaling);
/// Drops coefficients whose codes cost more bits than the error that they prevent is worth.
void img_jpeg_block_economise(img_jpeg_block *block);

/// The weights that turn the coefficients of four blocks into one block at half the resolution.
typedef struct img_jpeg_halving {
    float weight[8][8];
} img_jpeg_halving;
img_jpeg_halving img_jpeg_halving_make(void);
/// Takes the upper two blocks and the lower two, by row and column; any but the first may be NULL past the picture's
/// edge. The output is in units of samples.
void img_jpeg_halve(const img_jpeg_halving *halving, const int16_t *const blocks[4], const uint16_t steps[IMG_BLOCK],
                    float out[IMG_BLOCK]);

/// A symbol and the bits that follow it: bits 0 to 8 the symbol (256: none), 9 to 24 the bits, 25 to 29 their number.
typedef uint32_t img_jpeg_token;
enum { IMG_NO_SYMBOL = 256 };

typedef struct img_jpeg_tokens {
    img_jpeg_token *token;
    size_t count, capacity;
    /// Whether memory ran out and tokens were lost.
    bool failed;
} img_jpeg_tokens;
/// Makes room for `count` tokens more.
bool img_jpeg_tokens_reserve(img_jpeg_tokens *tokens, size_t count);

/// One scan of AC coefficients.
typedef struct img_jpeg_scan_coder {
    img_jpeg_tokens tokens;
    uint8_t first, last;
    /// Bits that this scan leaves to a later one; 1 more than that came before it when it refines.
    uint8_t low;
    bool refines;
    /// The number of blocks that end here without another symbol, and the token that will tell it.
    uint32_t ended_blocks;
    size_t ended_token;
} img_jpeg_scan_coder;
void img_jpeg_scan_add(img_jpeg_scan_coder *scan, const img_jpeg_block *block);
/// After the last block.
void img_jpeg_scan_end(img_jpeg_scan_coder *scan);

typedef struct img_huffman {
    uint16_t code[IMG_NO_SYMBOL + 1];
    uint8_t length[IMG_NO_SYMBOL + 1];
    /// As a DHT segment says it: how many codes of each length from 1 to 16, and the symbols by code.
    uint8_t counts[16], symbols[256];
    uint32_t symbol_count;
} img_huffman;
/// The shortest codes of at most 16 bits for how often each of 256 symbols occurs (T.81, K.2).
void img_huffman_make(img_huffman *table, const uint32_t frequency[256]);
/// Appends the tokens as coded data, padded to a whole byte with ones.
bool img_huffman_write(img_buffer *output, const img_jpeg_tokens *tokens, const img_huffman *table);

typedef struct img_jpeg_coder {
    img_jpeg_frame frame;
    int16_t *dc[IMG_MAX_COMPONENTS];
    size_t blocks[IMG_MAX_COMPONENTS];
    /// The first component's three scans, and one of each other component.
    img_jpeg_scan_coder scan[3 + IMG_MAX_COMPONENTS - 1];
} img_jpeg_coder;

/// Opens a coder that is zeroed except for its frame. False when there is no memory; the caller always calls
/// `img_jpeg_coder_free`.
bool img_jpeg_coder_open(img_jpeg_coder *coder);
/// The component's blocks, row by row.
void img_jpeg_coder_add(img_jpeg_coder *coder, uint32_t component, const img_jpeg_block *block);
/// Writes the file; false when there is no memory.
bool img_jpeg_coder_finish(img_jpeg_coder *coder, img_buffer *output);
void img_jpeg_coder_free(img_jpeg_coder *coder);

#endif
