#ifndef CIMAGING_JPEG_LIBRARY_H
#define CIMAGING_JPEG_LIBRARY_H

#include "jpeg_codec.h"

#include <setjmp.h>
#include <stdio.h>

#include <jpeglib.h>

/// libjpeg's error manager that ends in a status: a fatal error, or a warning that means damaged pixels, jumps back
/// to `img_jpeg_guarded`.
typedef struct img_jpeg_guard {
    struct jpeg_error_mgr base;
    jmp_buf back;
    img_failure *failure;
    /// The decoder asked for bytes past the end.
    bool ended;
    /// Rows of blocks that lost something between two restart markers, and the last of them, from 1 on.
    uint32_t damaged_rows, last_damaged_row;
} img_jpeg_guard;

struct jpeg_error_mgr *img_jpeg_guard_init(img_jpeg_guard *guard, img_failure *failure);

/// Runs `work`. False when it ended in an error, which `guard->failure` then describes. Everything that `work` changes
/// lives in `context`, so nothing of this function's frame is read after the jump.
bool img_jpeg_guarded(img_jpeg_guard *guard, void (*work)(void *), void *context);

/// Ends the guarded work with a failure of ours.
void img_jpeg_give_up(j_common_ptr jpeg, img_status status, const char *text) __attribute__((noreturn));

/// A decompressor over bytes in memory. At their end it pretends that the picture ends there and sets
/// `guard.ended`.
typedef struct img_jpeg_reader {
    struct jpeg_decompress_struct jpeg;
    img_jpeg_guard guard;
    struct jpeg_source_mgr input;
    struct jpeg_progress_mgr progress;
    uint32_t max_scans;
    /// Bit i: component i had a scan.
    uint32_t components_seen;
} img_jpeg_reader;

/// Call inside the guard. Reads the header and sets the memory and scan limits.
void img_jpeg_reader_open(img_jpeg_reader *reader, const img_input *input, const img_jpeg_header *header);
/// Call inside the guard, after the last row or coefficient: fails when the file ended before all scans were there.
void img_jpeg_reader_check_complete(img_jpeg_reader *reader);

#endif
