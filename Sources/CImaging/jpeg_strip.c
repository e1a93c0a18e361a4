#include "jpeg_internal.h"

#include <stdlib.h>
#include <string.h>

/// Codes a JPEG's coefficients anew: the same pixels to the last bit, Huffman tables made for them, no markers but
/// those a decoder needs. Arithmetic coding becomes Huffman coding.

typedef struct stripping {
    img_jpeg_reader reader;
    img_jpeg_writer writer;
    const img_source *source;
    img_buffer *output;
} stripping;

static void strip(void *context) {
    stripping *s = context;
    struct jpeg_compress_struct *target = &s->writer.jpeg;
    img_jpeg_reader_open(&s->reader, s->source);
    jvirt_barray_ptr *coefficients = jpeg_read_coefficients(&s->reader.jpeg);
    img_jpeg_reader_check_complete(&s->reader);
    img_jpeg_writer_open(&s->writer, s->output);
    jpeg_copy_critical_parameters(&s->reader.jpeg, target);
    target->optimize_coding = TRUE;
    target->density_unit = 0;
    target->X_density = target->Y_density = 1;
    if (s->source->jpeg.progressive) jpeg_simple_progression(target);
    jpeg_write_coefficients(target, coefficients);
    jpeg_finish_compress(target);
}

img_status img_jpeg_strip(const img_source *source, img_buffer *output, img_failure *failure) {
    stripping *s = img_allocate_zeroed(1, sizeof *s);
    if (!s) return img_fail_memory(failure);
    s->source = source;
    s->output = output;
    s->reader.jpeg.err = img_jpeg_guard_init(&s->reader.guard, failure);
    // Errors of the writer jump to the same place.
    s->writer.jpeg.err = &s->reader.guard.base;
    img_status status = img_jpeg_guarded(&s->reader.guard, strip, s) ? IMG_OK : failure->status;
    jpeg_destroy_compress(&s->writer.jpeg);
    jpeg_destroy_decompress(&s->reader.jpeg);
    free(s);
    if (status != IMG_OK) img_buffer_free(output);
    return status;
}
