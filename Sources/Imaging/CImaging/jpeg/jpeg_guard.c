#include "jpeg_library.h"

#include <jerror.h>
#include <string.h>

static img_jpeg_guard *guard_of(j_common_ptr jpeg) { return (img_jpeg_guard *)jpeg->err; }

static img_status status_of(const img_jpeg_guard *guard) {
    switch (guard->base.msg_code) {
    case JERR_OUT_OF_MEMORY:
    case JERR_NO_BACKING_STORE:
    case JERR_WIDTH_OVERFLOW: return IMG_OUT_OF_MEMORY;
    case JERR_BAD_PRECISION:
    case JERR_ARITH_NOTIMPL:
    case JERR_SOF_UNSUPPORTED:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_NOT_COMPILED:
    case JERR_FRACT_SAMPLE_NOTIMPL:
    case JERR_CCIR601_NOTIMPL: return IMG_UNSUPPORTED_FEATURE;
    case JERR_BAD_STATE:
    case JERR_BUFFER_SIZE:
    case JERR_BAD_LIB_VERSION:
    case JERR_BAD_STRUCT_SIZE: return IMG_INTERNAL;
    default: return guard->ended ? IMG_TRUNCATED : IMG_CORRUPT;
    }
}

static void on_error(j_common_ptr jpeg) {
    img_jpeg_guard *guard = guard_of(jpeg);
    char text[JMSG_LENGTH_MAX];
    guard->base.format_message(jpeg, text);
    img_fail(guard->failure, status_of(guard), "libjpeg: %s", text);
    longjmp(guard->back, 1);
}

/// Whether a warning leaves every pixel intact. All other warnings mean that some pixels were guessed.
static bool is_harmless(int code) {
    return code == JWRN_EXTRANEOUS_DATA || code == JWRN_ADOBE_XFORM || code == JWRN_JFIF_MAJOR ||
           code == JWRN_BOGUS_ICC || code == JWRN_JPEG_EOF;
}

/// Whether damage is confined to a few rows of blocks by restart markers: every viewer shows such a picture. Without
/// the markers the rest of the picture is guessed, and too many damaged rows are not acceptable.
static bool is_confined(j_common_ptr jpeg) {
    img_jpeg_guard *guard = guard_of(jpeg);
    int code = guard->base.msg_code;
    if (!jpeg->is_decompressor || guard->ended || (code != JWRN_HUFF_BAD_CODE && code != JWRN_HIT_MARKER)) return false;
    j_decompress_ptr reader = (j_decompress_ptr)jpeg;
    if (reader->restart_interval == 0) return false;
    if (reader->input_iMCU_row + 1 != guard->last_damaged_row) guard->damaged_rows++;
    guard->last_damaged_row = reader->input_iMCU_row + 1;
    return guard->damaged_rows <= reader->total_iMCU_rows / 8;
}

static void on_message(j_common_ptr jpeg, int level) {
    img_jpeg_guard *guard = guard_of(jpeg);
    if (level >= 0 || is_harmless(guard->base.msg_code) || is_confined(jpeg)) return;
    on_error(jpeg);
}

static void no_output(j_common_ptr jpeg) { (void)jpeg; }

struct jpeg_error_mgr *img_jpeg_guard_init(img_jpeg_guard *guard, img_failure *failure) {
    guard->failure = failure;
    guard->ended = false;
    guard->damaged_rows = guard->last_damaged_row = 0;
    jpeg_std_error(&guard->base);
    guard->base.error_exit = on_error;
    guard->base.emit_message = on_message;
    guard->base.output_message = no_output;
    return &guard->base;
}

bool img_jpeg_guarded(img_jpeg_guard *guard, void (*work)(void *), void *context) {
    if (setjmp(guard->back)) return false;
    work(context);
    return true;
}

void img_jpeg_give_up(j_common_ptr jpeg, img_status status, const char *text) {
    img_jpeg_guard *guard = guard_of(jpeg);
    img_fail(guard->failure, status, "%s", text);
    longjmp(guard->back, 1);
}
