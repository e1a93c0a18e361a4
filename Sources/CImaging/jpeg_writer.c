#include "jpeg_internal.h"

#include <jerror.h>

static void begin(j_compress_ptr jpeg) {
    img_jpeg_writer *writer = jpeg->client_data;
    writer->output.next_output_byte = writer->block;
    writer->output.free_in_buffer = sizeof writer->block;
}

static void keep(j_compress_ptr jpeg, size_t count) {
    img_jpeg_writer *writer = jpeg->client_data;
    if (!img_buffer_append(writer->buffer, writer->block, count))
        img_jpeg_give_up((j_common_ptr)jpeg, IMG_OUT_OF_MEMORY, "no memory left for the output");
}

static boolean flush(j_compress_ptr jpeg) {
    keep(jpeg, sizeof ((img_jpeg_writer *)jpeg->client_data)->block);
    begin(jpeg);
    return TRUE;
}

static void end(j_compress_ptr jpeg) {
    img_jpeg_writer *writer = jpeg->client_data;
    keep(jpeg, sizeof writer->block - writer->output.free_in_buffer);
}

void img_jpeg_writer_open(img_jpeg_writer *writer, img_buffer *buffer) {
    jpeg_create_compress(&writer->jpeg);
    writer->jpeg.client_data = writer;
    writer->buffer = buffer;
    writer->output.init_destination = begin;
    writer->output.empty_output_buffer = flush;
    writer->output.term_destination = end;
    writer->jpeg.dest = &writer->output;
}
