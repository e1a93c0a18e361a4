#include "CImaging.h"

#include <openssl/sha.h>

bool img_sha256(const uint8_t *bytes, size_t count, char hex[65]) {
    static const char digits[] = "0123456789abcdef";
    unsigned char digest[SHA256_DIGEST_LENGTH];
    if (!SHA256(bytes, count, digest)) return false;
    for (int i = 0; i < SHA256_DIGEST_LENGTH; i++) {
        hex[2 * i] = digits[digest[i] >> 4];
        hex[2 * i + 1] = digits[digest[i] & 15];
    }
    hex[64] = 0;
    return true;
}
