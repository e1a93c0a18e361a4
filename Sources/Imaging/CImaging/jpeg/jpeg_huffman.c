#include "jpeg_coder.h"

#include <string.h>

enum { LONGEST = 16, RESERVED = 256, NODES = RESERVED + 1 };

/// Finds how many symbols get a code of each length: first Huffman's merging of the two rarest (the higher symbol first
/// among equals, so that the reserved one gets one of the longest codes), then the shortening of figure K.3.
static void count_lengths(const uint32_t frequency[256], uint8_t length[NODES], uint32_t count[NODES]) {
    uint64_t weight[NODES];
    int16_t next[NODES];
    memset(length, 0, NODES);
    for (int i = 0; i < NODES; i++) weight[i] = i < RESERVED ? frequency[i] : 1, next[i] = -1;
    for (;;) {
        int a = -1, b = -1;
        for (int i = 0; i < NODES; i++) {
            if (!weight[i]) continue;
            if (a < 0 || weight[i] <= weight[a])
                b = a, a = i;
            else if (b < 0 || weight[i] <= weight[b])
                b = i;
        }
        if (b < 0) break;
        weight[a] += weight[b];
        weight[b] = 0;
        int end = a;
        for (length[a]++; next[end] >= 0; length[end]++) end = next[end];
        next[end] = (int16_t)b;
        for (end = b; end >= 0; end = next[end]) length[end]++;
    }
    memset(count, 0, NODES * sizeof *count);
    for (int i = 0; i < NODES; i++) count[length[i]]++;
    count[0] = 0;
    for (uint32_t i = NODES - 1; i > LONGEST; i--)
        while (count[i]) {
            uint32_t j = i - 2;
            while (!count[j]) j--;
            count[i] -= 2;
            count[i - 1]++;
            count[j + 1] += 2;
            count[j]--;
        }
    // The code of all ones belongs to the reserved symbol and must not be used.
    uint32_t longest = LONGEST;
    while (longest && !count[longest]) longest--;
    count[longest]--;
}

void img_huffman_make(img_huffman *table, const uint32_t frequency[256]) {
    uint8_t length[NODES];
    uint32_t count[NODES];
    count_lengths(frequency, length, count);
    memset(table, 0, sizeof *table);
    // The symbols in the order of the lengths they had before the shortening, which keeps that order.
    for (uint32_t bits = 1; bits < NODES; bits++)
        for (uint32_t symbol = 0; symbol < RESERVED; symbol++)
            if (length[symbol] == bits) table->symbols[table->symbol_count++] = (uint8_t)symbol;
    uint32_t code = 0, at = 0;
    for (uint32_t bits = 1; bits <= LONGEST; bits++, code <<= 1) {
        table->counts[bits - 1] = (uint8_t)count[bits];
        for (uint32_t i = 0; i < count[bits]; i++, code++) {
            table->code[table->symbols[at]] = (uint16_t)code;
            table->length[table->symbols[at++]] = (uint8_t)bits;
        }
    }
}

/// A byte of all ones is followed by a zero (T.81, B.1.1.5).
static uint8_t *put_bytes(uint8_t *to, uint32_t word) {
    if (!((word & ~(word + 0x01010101u)) & 0x80808080u)) {
        for (int shift = 24; shift >= 0; shift -= 8) *to++ = (uint8_t)(word >> shift);
        return to;
    }
    for (int shift = 24; shift >= 0; shift -= 8) {
        uint8_t byte = (uint8_t)(word >> shift);
        *to++ = byte;
        if (byte == 0xff) *to++ = 0;
    }
    return to;
}

bool img_huffman_write(img_buffer *output, const img_jpeg_tokens *tokens, const img_huffman *table) {
    enum { PIECE = 1024 };
    uint8_t bytes[PIECE * 8 + 16];
    uint64_t bits = 0;
    uint32_t held = 0;
    for (size_t at = 0; at < tokens->count;) {
        uint8_t *to = bytes;
        size_t end = tokens->count - at > PIECE ? at + PIECE : tokens->count;
        for (; at < end; at++) {
            img_jpeg_token token = tokens->token[at];
            uint32_t symbol = token & 511, extra = token >> 25;
            bits = (bits << table->length[symbol] | table->code[symbol]) << extra | (token >> 9 & 0xffff);
            held += table->length[symbol] + extra;
            if (held >= 32) {
                held -= 32;
                to = put_bytes(to, (uint32_t)(bits >> held));
            }
        }
        if (!img_buffer_append(output, bytes, (size_t)(to - bytes))) return false;
    }
    uint8_t *to = bytes;
    for (; held; held -= held < 8 ? held : 8) {
        uint8_t byte = (uint8_t)(held >= 8 ? bits >> (held - 8) : bits << (8 - held) | 0xffu >> held);
        *to++ = byte;
        if (byte == 0xff) *to++ = 0;
    }
    return img_buffer_append(output, bytes, (size_t)(to - bytes));
}
