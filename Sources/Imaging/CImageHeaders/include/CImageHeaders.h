#ifndef CIMAGEHEADERS_H
#define CIMAGEHEADERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Reads what a picture is from its headers, without decoding anything: this module links no codec library. The gateway
/// reads the first bytes of an upload with `img_header_read`; the decoders of CImaging read whole files with the
/// functions for each format below it. Nothing here allocates, keeps global state or logs.

// MARK: - Failures and limits

typedef enum img_status {
    IMG_OK = 0,
    IMG_EMPTY,
    IMG_NOT_AN_IMAGE,
    IMG_UNSUPPORTED_FORMAT,
    IMG_UNSUPPORTED_FEATURE,
    IMG_TOO_MANY_BYTES,
    IMG_TOO_MANY_PIXELS,
    IMG_SIDE_TOO_LONG,
    IMG_TOO_MANY_SCANS,
    IMG_TOO_MANY_FRAMES,
    IMG_PROFILE_TOO_LARGE,
    IMG_TRUNCATED,
    IMG_CORRUPT,
    IMG_OUT_OF_MEMORY,
    IMG_INTERNAL,
} img_status;

/// Why a call failed. `limit` and `value` are set for the statuses that name a limit; otherwise both are 0.
/// `text` is plain ASCII, contains no bytes of the image and is safe to log.
typedef struct img_failure {
    img_status status;
    uint64_t limit;
    uint64_t value;
    char text[200];
} img_failure;

/// Fills `failure` (printf-style) and returns `status`.
img_status img_fail(img_failure *failure, img_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/// Fills `failure` with a value that exceeds a limit; `what` names the unit.
img_status img_fail_limit(img_failure *failure, img_status status, uint64_t limit, uint64_t value, const char *what);

typedef struct img_limits {
    uint64_t bytes;
    uint64_t pixels;
    uint32_t side;
    /// The scans of a progressive JPEG.
    uint32_t scans;
    /// The frames of an animation.
    uint32_t frames;
    uint64_t profile_bytes;
    /// The memory that libjpeg may use at once for one picture.
    uint64_t memory_bytes;
} img_limits;

/// Checks the limits on sides and pixels, and that neither side is zero.
img_status img_check_size(uint32_t width, uint32_t height, const img_limits *limits, img_failure *failure);

// MARK: - Formats

typedef enum img_format {
    IMG_FORMAT_UNKNOWN = 0,
    IMG_FORMAT_JPEG,
    IMG_FORMAT_PNG,
    IMG_FORMAT_GIF,
    IMG_FORMAT_WEBP,
    IMG_FORMAT_AVIF,
    IMG_FORMAT_HEIC,
    IMG_FORMAT_JXL,
    IMG_FORMAT_JP2,
    IMG_FORMAT_TIFF,
    IMG_FORMAT_BMP,
    IMG_FORMAT_ICO,
    IMG_FORMAT_PSD,
    IMG_FORMAT_SVG,
    IMG_FORMAT_HTML,
    IMG_FORMAT_XML,
    IMG_FORMAT_JSON,
    IMG_FORMAT_PDF,
    IMG_FORMAT_POSTSCRIPT,
    IMG_FORMAT_GZIP,
    IMG_FORMAT_ZIP,
    IMG_FORMAT_MP4,
    IMG_FORMAT_TEXT,
} img_format;

/// Returns the format of the bytes, judged by their content alone.
img_format img_detect(const uint8_t *bytes, size_t count);

/// Whether a file that begins with these bytes may still turn out to be a JPEG, PNG, GIF, WebP, AVIF or HEIC.
bool img_may_become_picture(const uint8_t *bytes, size_t count);

/// Returns the lower-case name of a format (`jpeg`, `webp`, `html`, …) as a static string.
const char *img_format_name(img_format format);

// MARK: - Headers of files that are still arriving

typedef struct img_header {
    img_format format;
    /// The size as stored: the EXIF orientation is not applied.
    uint32_t width, height;
} img_header;

/// What is remembered between two calls of `img_header_read`. Zeroed for a new file.
typedef struct img_header_reader {
    /// Unknown until the signature has arrived.
    img_format format;
    /// Whether the signature has been passed.
    bool begun;
    /// Within the data sub-blocks of a GIF extension, which end with an empty block.
    bool in_blocks;
    /// The screen of a GIF.
    uint32_t screen_width, screen_height;
} img_header_reader;

/// Reads on in a picture of one of these formats whose next bytes are given. Returns `IMG_OK` and fills `header` when
/// the header is complete; returns `IMG_TRUNCATED` when more bytes are needed. `*consumed` is the number of bytes that
/// need not be given again; when it exceeds `count`, the caller skips the difference in the bytes to come. Time is
/// proportional to the bytes given, so that a file may arrive in pieces of any size.
img_status img_header_read(img_header_reader *reader, const uint8_t *bytes, size_t count, size_t *consumed,
                           img_header *header, img_failure *failure);

// MARK: - JPEG (ITU-T T.81, annex B)

typedef struct img_jpeg_segment {
    uint8_t marker;
    /// The declared length of the body.
    size_t count;
    /// The body, of which `present` bytes are there.
    const uint8_t *body;
    size_t present;
} img_jpeg_segment;

enum {
    IMG_JPEG_EOI = 0xd9,
    IMG_JPEG_SOS = 0xda,
    IMG_JPEG_APP1 = 0xe1,
    IMG_JPEG_APP2 = 0xe2,
};

/// Reads the marker and length of the next segment that has a body and moves `*at` past the segment, which may be past
/// `count`. Returns `IMG_TRUNCATED` with `*at` at the first byte that is still needed when the file ends before that,
/// and `IMG_CORRUPT` at the end-of-image marker.
img_status img_jpeg_next_segment(const uint8_t *bytes, size_t count, size_t *at, img_jpeg_segment *segment,
                                 img_failure *failure);

typedef struct img_jpeg_frame_header {
    uint32_t width, height, components;
    /// The largest sampling factors.
    uint32_t max_h, max_v;
    bool progressive;
} img_jpeg_frame_header;

/// Whether the marker begins a frame header.
bool img_jpeg_is_frame(uint8_t marker);
/// Reads a frame header whose body is complete.
img_status img_jpeg_read_frame(const img_jpeg_segment *segment, img_jpeg_frame_header *frame, img_failure *failure);

// MARK: - PNG (W3C PNG, third edition)

enum { IMG_PNG_SIGNATURE_BYTES = 8 };

typedef struct img_png_frame_header {
    uint32_t width, height, bit_depth, colour_type;
    bool interlaced;
} img_png_frame_header;

/// Reads the IHDR chunk at the start of a file. Returns `IMG_TRUNCATED` when it is not complete.
img_status img_png_read_header(const uint8_t *bytes, size_t count, img_png_frame_header *header, img_failure *failure);

// MARK: - GIF (CompuServe, GIF89a, 1990)

enum { IMG_GIF_SCREEN_BYTES = 13, IMG_GIF_DESCRIPTOR_BYTES = 10, IMG_GIF_GRAPHICS = 0xf9 };

typedef enum img_gif_block_kind { IMG_GIF_FRAME, IMG_GIF_EXTENSION, IMG_GIF_TRAILER } img_gif_block_kind;

typedef struct img_gif_block {
    img_gif_block_kind kind;
    /// The offset of the block's first byte.
    size_t at;
    /// The label of an extension.
    uint8_t label;
    /// The rectangle of a frame, the flags of its descriptor and the bytes of its own colours, which follow it.
    uint32_t left, top, width, height;
    uint8_t flags;
    size_t colour_bytes;
} img_gif_block;

/// The bytes of a colour table that the flags of a screen or a frame announce.
size_t img_gif_colour_bytes(uint8_t flags);

/// Reads the next block and moves `*at` past it and past its data sub-blocks' beginning; `*in_blocks` says whether
/// `*at` is within data sub-blocks, which the next call skips. `*at` may move past `count`. Returns `IMG_TRUNCATED`
/// when the file ends before the next block, and then both say where to go on.
img_status img_gif_next_block(const uint8_t *bytes, size_t count, size_t *at, bool *in_blocks, img_gif_block *block,
                              img_failure *failure);

/// Widens the screen where the first frame does not fit, as viewers do. Fails when the frame has no pixels.
img_status img_gif_widen_screen(const img_gif_block *frame, uint32_t *width, uint32_t *height, img_failure *failure);

// MARK: - WebP (RFC 9649)

/// Reads the size from the first chunk. Returns `IMG_TRUNCATED` when it is not complete.
img_status img_webp_read_header(const uint8_t *bytes, size_t count, uint32_t *width, uint32_t *height,
                                img_failure *failure);

// MARK: - AVIF and HEIC (HEIF, ISO/IEC 23008-12)

/// Reads the size of the primary picture from the boxes of a file (ISO/IEC 14496-12). Returns `IMG_TRUNCATED` when
/// more bytes are needed; `*consumed` is the number of bytes that need not be given again, which may exceed `count`.
/// Only the gateway reads this header: libheif reads its own.
img_status img_heif_read_header(const uint8_t *bytes, size_t count, size_t *consumed, uint32_t *width, uint32_t *height,
                                img_failure *failure);

/// Whether the file ends within the description or the data of its pictures. libheif and its decoders fill in some of
/// what is missing.
bool img_heif_is_cut_off(const uint8_t *bytes, size_t count);

// MARK: - EXIF

/// Returns the orientation in a TIFF-structured EXIF block (which starts with `II` or `MM`), or 1 when it is absent or
/// broken.
uint32_t img_exif_orientation(const uint8_t *bytes, size_t count);

// MARK: - Numbers

static inline uint32_t img_be16(const uint8_t *p) { return (uint32_t)p[0] << 8 | p[1]; }
static inline uint32_t img_be32(const uint8_t *p) { return img_be16(p) << 16 | img_be16(p + 2); }
static inline uint64_t img_be64(const uint8_t *p) { return (uint64_t)img_be32(p) << 32 | img_be32(p + 4); }
static inline uint32_t img_le16(const uint8_t *p) { return (uint32_t)p[1] << 8 | p[0]; }
static inline uint32_t img_le24(const uint8_t *p) { return (uint32_t)p[2] << 16 | img_le16(p); }
static inline uint32_t img_le32(const uint8_t *p) { return img_le16(p + 2) << 16 | img_le16(p); }

#endif
