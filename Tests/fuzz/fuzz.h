#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

/// Around the work on one input: aborts when it took more than two seconds of CPU. libFuzzer's own `-timeout` counts
/// by the clock, so on a busy machine it blames whoever had to wait.
void fuzz_begin(void);
void fuzz_end(void);

#endif
