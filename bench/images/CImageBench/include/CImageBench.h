#ifndef CIMAGEBENCH_H
#define CIMAGEBENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// A PNG that was made, and the CPU time that coding alone took. `bench_coded_free` frees the bytes.
typedef struct bench_coded {
    uint8_t *bytes;
    size_t count;
    uint32_t width, height;
    uint64_t cpu_microseconds;
} bench_coded;

/// Encodes the pixels of a PNG again without loss, by our encoder and by libpng with its defaults (zlib level 6, the
/// filter chosen for each row). False when the PNG cannot be read.
bool bench_png(const uint8_t *bytes, size_t count, bench_coded *coded);
bool bench_libpng(const uint8_t *bytes, size_t count, bench_coded *coded);
void bench_coded_free(bench_coded *coded);

/// Resets this process' peak memory and returns its resident memory in bytes (0 where /proc does not tell).
uint64_t bench_memory_begin(void);
/// The peak of resident memory since then, in bytes.
uint64_t bench_memory_peak(void);

#endif
