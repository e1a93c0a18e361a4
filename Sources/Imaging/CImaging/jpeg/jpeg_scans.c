#include "jpeg_coder.h"

#include <stdlib.h>

enum { ZERO_RUN = 0xf0, MOST_ENDED_BLOCKS = 0x7fff, RAW_BITS = 16 };

bool img_jpeg_tokens_reserve(img_jpeg_tokens *tokens, size_t count) {
    if (tokens->capacity - tokens->count >= count) return true;
    size_t capacity = tokens->capacity * 2 + 4096;
    img_jpeg_token *grown = tokens->failed ? NULL : realloc(tokens->token, capacity * sizeof *grown);
    if (!grown) {
        tokens->failed = true;
        return false;
    }
    tokens->token = grown;
    tokens->capacity = capacity;
    return true;
}

static void push(img_jpeg_tokens *tokens, uint32_t symbol, uint32_t bits, uint32_t count) {
    tokens->token[tokens->count++] = symbol | bits << 9 | count << 25;
}

static void push_raw(img_jpeg_tokens *tokens, uint64_t bits, uint32_t count) {
    while (count) {
        uint32_t some = img_min_u32(count, RAW_BITS);
        count -= some;
        push(tokens, IMG_NO_SYMBOL, (uint32_t)(bits >> count) & ((1u << some) - 1), some);
    }
}

static uint32_t bit_length(uint32_t v) { return 32 - (uint32_t)__builtin_clz(v); }

/// Symbol n * 16 says that 2^n blocks and as many as the n bits after it say end here.
static void close_ended_blocks(img_jpeg_scan_coder *scan) {
    if (!scan->ended_blocks) return;
    uint32_t n = bit_length(scan->ended_blocks) - 1;
    scan->tokens.token[scan->ended_token] = n << 4 | (scan->ended_blocks - (1u << n)) << 9 | n << 25;
    scan->ended_blocks = 0;
}

/// The symbol's place is kept, because bits of the blocks it stands for follow it.
static void end_block(img_jpeg_scan_coder *scan) {
    if (!scan->ended_blocks++) scan->ended_token = scan->tokens.count++;
}

static uint32_t magnitude_of(int32_t value) { return (uint32_t)(value < 0 ? -value : value); }

/// T.81, G.1.2.2.
static void add_first(img_jpeg_scan_coder *scan, const img_jpeg_block *block, uint64_t band) {
    img_jpeg_tokens *tokens = &scan->tokens;
    uint32_t next = scan->first;
    for (uint64_t left = (scan->low ? block->large : block->nonzero) & band; left; left &= left - 1) {
        uint32_t k = (uint32_t)__builtin_ctzll(left), magnitude = magnitude_of(block->value[k]) >> scan->low;
        close_ended_blocks(scan);
        uint32_t run = k - next;
        for (; run > 15; run -= 16) push(tokens, ZERO_RUN, 0, 0);
        uint32_t size = bit_length(magnitude);
        push(tokens, run << 4 | size, (block->value[k] < 0 ? ~magnitude : magnitude) & ((1u << size) - 1), size);
        next = k + 1;
    }
    if (next <= scan->last) end_block(scan);
}

/// T.81, G.1.2.3: what is new at this bit gets a symbol; what was there before gets its next bit, after the symbol
/// whose run passes over it.
static void add_refinement(img_jpeg_scan_coder *scan, const img_jpeg_block *block, uint64_t band) {
    img_jpeg_tokens *tokens = &scan->tokens;
    uint64_t left = block->nonzero & band, fresh = left & ~block->large, corrections = 0;
    uint32_t next = scan->first, run = 0, count = 0;
    for (; fresh; left &= left - 1) {
        uint32_t k = (uint32_t)__builtin_ctzll(left);
        run += k - next;
        next = k + 1;
        if (run > 15) {
            close_ended_blocks(scan);
            push(tokens, ZERO_RUN, 0, 0);
            push_raw(tokens, corrections, count);
            corrections = count = 0;
            for (run -= 16; run > 15; run -= 16) push(tokens, ZERO_RUN, 0, 0);
        }
        if (block->large >> k & 1) {
            corrections = corrections << 1 | (magnitude_of(block->value[k]) & 1);
            count++;
            continue;
        }
        close_ended_blocks(scan);
        push(tokens, run << 4 | 1, block->value[k] > 0, 1);
        push_raw(tokens, corrections, count);
        corrections = count = run = 0;
        fresh &= fresh - 1;
    }
    if (next > scan->last) return;
    end_block(scan);
    for (; left; left &= left - 1, count++)
        corrections = corrections << 1 | (magnitude_of(block->value[__builtin_ctzll(left)]) & 1);
    push_raw(tokens, corrections, count);
}

void img_jpeg_scan_add(img_jpeg_scan_coder *scan, const img_jpeg_block *block) {
    // A block has at most a symbol a coefficient, the same of raw bits, and its end.
    if (!img_jpeg_tokens_reserve(&scan->tokens, 2 * IMG_BLOCK + 2)) return;
    uint64_t band = (~UINT64_C(0) >> (63 - scan->last)) & (~UINT64_C(0) << scan->first);
    (scan->refines ? add_refinement : add_first)(scan, block, band);
    if (scan->ended_blocks == MOST_ENDED_BLOCKS) close_ended_blocks(scan);
}

void img_jpeg_scan_end(img_jpeg_scan_coder *scan) {
    if (!scan->tokens.failed) close_ended_blocks(scan);
}
