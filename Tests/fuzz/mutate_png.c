/// A PNG is refused at the first wrong checksum, and behind that lies compressed data, so mutated bytes would hardly
/// ever get anywhere. Here the chunks are mutated and their checksums made right; every other time, what is mutated is
/// the pixel data before its compression.

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

size_t LLVMFuzzerMutate(uint8_t *bytes, size_t count, size_t capacity);
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t count, size_t capacity, unsigned int seed);

enum { SIGNATURE = 8, FRAME = 12, FILTERED_CAPACITY = 1 << 20 };

static uint32_t read32(const uint8_t *p) { return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | p[2] << 8 | p[3]; }

static void write32(uint8_t *p, uint32_t value) {
    for (int i = 0; i < 4; i++) p[i] = (uint8_t)(value >> (24 - 8 * i));
}

/// Bytes of the chunk at `at` with its frame; 0 when it is not all there.
static size_t chunk_size(const uint8_t *bytes, size_t count, size_t at) {
    if (count < at + FRAME) return 0;
    size_t size = (size_t)read32(bytes + at) + FRAME;
    return size <= count - at ? size : 0;
}

static void repair_checksums(uint8_t *bytes, size_t count) {
    size_t size;
    for (size_t at = SIGNATURE; (size = chunk_size(bytes, count, at)) != 0; at += size) {
        uint8_t *type = bytes + at + 4;
        write32(type + size - 8, (uint32_t)crc32(0, type, (uInt)size - 8));
    }
}

/// Opens the first IDAT, mutates what is in it, closes it again; the new count, or 0 when that cannot be done.
static size_t mutate_filtered_rows(uint8_t *bytes, size_t count, size_t capacity) {
    static uint8_t rows[FILTERED_CAPACITY];
    size_t at = SIGNATURE, size;
    while ((size = chunk_size(bytes, count, at)) != 0 && memcmp(bytes + at + 4, "IDAT", 4)) at += size;
    if (!size) return 0;
    uLongf row_count = sizeof rows;
    int status = uncompress(rows, &row_count, bytes + at + 8, (uLong)size - FRAME);
    if (status != Z_OK || !row_count) return 0;
    row_count = LLVMFuzzerMutate(rows, row_count, sizeof rows);
    uLongf packed_count = compressBound(row_count);
    uint8_t *packed = malloc(packed_count);
    size_t rest = count - at - size, result = 0;
    if (packed && compress2(packed, &packed_count, rows, row_count, 1) == Z_OK &&
        at + FRAME + packed_count + rest <= capacity) {
        memmove(bytes + at + FRAME + packed_count, bytes + at + size, rest);
        write32(bytes + at, (uint32_t)packed_count);
        memcpy(bytes + at + 8, packed, packed_count);
        result = at + FRAME + packed_count + rest;
    }
    free(packed);
    return result;
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t count, size_t capacity, unsigned int seed) {
    size_t mutated = seed % 2 ? mutate_filtered_rows(bytes, count, capacity) : 0;
    if (!mutated) mutated = LLVMFuzzerMutate(bytes, count, capacity);
    // Now and then the checksums stay wrong: that is to be refused too.
    if (seed % 16) repair_checksums(bytes, mutated);
    return mutated;
}
