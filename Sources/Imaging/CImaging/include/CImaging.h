#ifndef CIMAGING_H
#define CIMAGING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "CImageHeaders.h"

/// Image decoding, resizing and encoding behind status codes.
///
/// Every function that can fail returns an `img_status` and, when it is not `IMG_OK`, fills `failure`.
/// No `longjmp` of libjpeg or libpng leaves a function of this header. Nothing here keeps global state,
/// logs, reads a file or starts a thread. Objects may be used by one thread at a time.

/// A source picture whose headers have been read and are within the limits. It borrows the bytes it was opened on,
/// which must outlive it.
typedef struct img_source img_source;

typedef struct img_source_facts {
    img_format format;
    /// As stored, before the EXIF orientation is applied.
    uint32_t width, height;
    /// 1 to 8; 1 when there is none or it is broken.
    uint32_t orientation;
    bool progressive;
    /// More than one frame; the first is decoded.
    bool animated;
    /// Whether the pixels are not sRGB.
    bool needs_colour_conversion;
    /// Whether `img_source_strip` can return the picture's own pixels.
    bool can_be_stripped;
} img_source_facts;

img_status img_source_open(const uint8_t *bytes, size_t count, const img_limits *limits, img_source **source,
                           img_failure *failure);
void img_source_close(img_source *source);
img_source_facts img_source_describe(const img_source *source);

/// A decoded picture: upright, sRGB, 8 bits a sample, planar.
typedef struct img_picture img_picture;

typedef struct img_picture_facts {
    uint32_t width, height;
    bool alpha;
    /// Distinct colours (with alpha), counted up to 257, which stands for "more than 256".
    uint32_t colours;
    /// Share of the pixels, in thousandths, that equal their left neighbour.
    uint32_t flat_permille;
} img_picture_facts;

/// Decodes the whole source, shrunk so that neither side is longer than `max_side`; never enlarges.
/// The caller frees the picture.
img_status img_source_decode(const img_source *source, uint32_t max_side, img_picture **picture, img_failure *failure);
/// A smaller copy that fits `max_side`; never enlarges. The caller frees it.
img_status img_picture_shrink(const img_picture *picture, uint32_t max_side, img_picture **smaller,
                              img_failure *failure);
void img_picture_free(img_picture *picture);
img_picture_facts img_picture_describe(const img_picture *picture);

/// Measures how different two pictures of one size look: 0 for equal ones.
img_status img_picture_compare(const img_picture *a, const img_picture *b, double *difference, img_failure *failure);

enum { IMG_THUMBHASH_BYTES = 25 };
/// The picture's ThumbHash: at most `IMG_THUMBHASH_BYTES` bytes.
img_status img_picture_thumbhash(const img_picture *picture, uint8_t hash[IMG_THUMBHASH_BYTES], size_t *count,
                                 img_failure *failure);

/// Bytes that this library wrote; `img_buffer_free` frees them. A zeroed buffer is empty.
typedef struct img_buffer {
    uint8_t *bytes;
    size_t count;
    size_t capacity;
} img_buffer;

void img_buffer_free(img_buffer *buffer);

typedef struct img_jpeg_options {
    /// 1 to 100.
    int quality;
} img_jpeg_options;

/// Writes a progressive JPEG with Huffman tables made for the picture. Refuses a picture with alpha (`IMG_INTERNAL`).
img_status img_encode_jpeg(const img_picture *picture, const img_jpeg_options *options, img_buffer *output,
                           img_failure *failure);

/// Whether the source can be encoded again for `max_side` without decoding its pixels: it is a gray, YCC or RGB JPEG in
/// sRGB that keeps its size and whose blocks can be turned.
bool img_source_requantises(const img_source *source, uint32_t max_side);

/// Encodes the coefficients of such a source again at another quality, upright. Where the source has a lower quality
/// already, they stay unchanged and `lossless` is set.
img_status img_source_requantise(const img_source *source, const img_jpeg_options *options, img_buffer *output,
                                 bool *lossless, img_failure *failure);

typedef struct img_png_options {
    /// 0: lossless, with a palette where 256 entries hold every colour. 2 to 256: quantised to at most so many colours.
    uint32_t colours;
    /// The output is empty when it would have more bytes than this.
    uint64_t max_bytes;
} img_png_options;

img_status img_encode_png(const img_picture *picture, const img_png_options *options, img_buffer *output,
                          img_failure *failure);

typedef struct img_webp_options {
    /// 1 to 100: lossy colour and lossless alpha; 0: lossless.
    uint32_t quality;
    /// For lossless encoding, 0 to 9: higher values take more time for smaller files.
    uint32_t effort;
} img_webp_options;

/// For gray and RGB, at most 16,383 pixels a side.
img_status img_encode_webp(const img_picture *picture, const img_webp_options *options, img_buffer *output,
                           img_failure *failure);

/// Writes the same pixels without metadata: the same JPEG coefficients, the critical chunks and tRNS of a PNG, or the
/// first frame of a WebP. Meaningful only for a source that is upright and needs no colour conversion, or for which
/// `img_source_requantises` returns true; the latter becomes upright.
img_status img_source_strip(const img_source *source, img_buffer *output, img_failure *failure);

/// Writes 64 lower-case hexadecimal digits and a NUL; false when libcrypto fails.
bool img_sha256(const uint8_t *bytes, size_t count, char hex[65]);

/// CPU time (user and system) this process has used, in microseconds.
uint64_t img_cpu_microseconds(void);

typedef struct img_confinement {
    /// RLIMIT_AS; 0 leaves it unchanged.
    uint64_t memory_bytes;
} img_confinement;

typedef enum img_seccomp {
    IMG_SECCOMP_ON = 0,
    /// The kernel was built without it, or an outer sandbox forbids it.
    IMG_SECCOMP_UNAVAILABLE = 1,
} img_seccomp;

/// Gives up everything but memory and the descriptors 0, 1 and 2 for the rest of this process' life. Decoders in
/// libraries of their own are loaded first. Call it once, before any image byte is read and while there is one thread.
/// False when a limit that always exists could not be set; `failure` says which.
bool img_confine(const img_confinement *confinement, img_seccomp *seccomp, img_failure *failure);

/// Lets this process use `seconds` of CPU from now on before the kernel kills it (SIGXCPU).
bool img_allow_cpu_seconds(uint64_t seconds);

/// Reads exactly `count` bytes from standard input. Returns how many came before the end (`count` unless it ended),
/// or -1 on an error.
int64_t img_read_input(uint8_t *bytes, size_t count);

/// Writes all bytes to standard output; false on an error.
bool img_write_output(const uint8_t *bytes, size_t count);

#endif
