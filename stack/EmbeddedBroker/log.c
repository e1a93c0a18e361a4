#include "log.h"

#include <stdio.h>
#include <time.h>

// Bytes outside ASCII are written as '?': librdkafka's messages hold none, and half a UTF-8 sequence would be no JSON.
static void print_escaped(FILE *out, const char *text) {
    for (const unsigned char *byte = (const unsigned char *)text; *byte != '\0'; byte++) {
        if (*byte == '"' || *byte == '\\')
            fprintf(out, "\\%c", *byte);
        else if (*byte < 0x20)
            fprintf(out, "\\u%04x", *byte);
        else
            fputc(*byte < 0x7f ? *byte : '?', out);
    }
}

void log_line(const char *level, const char *message, const char *detail) {
    char instant[sizeof "2026-01-01T00:00:00"] = "";
    struct timespec now = {0};
    struct tm parts = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    strftime(instant, sizeof instant, "%Y-%m-%dT%H:%M:%S", gmtime_r(&now.tv_sec, &parts));
    // librdkafka logs from several threads: a line is not to be cut by another.
    flockfile(stderr);
    fprintf(stderr, "{\"time\":\"%s.%03ldZ\",\"level\":\"%s\",\"service\":\"embedded-broker\",\"message\":\"%s\"",
            instant, now.tv_nsec / 1000000, level, message);
    if (detail != NULL) {
        fputs(",\"detail\":\"", stderr);
        print_escaped(stderr, detail);
        fputc('"', stderr);
    }
    fputs("}\n", stderr);
    funlockfile(stderr);
}
