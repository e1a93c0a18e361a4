#include "CImaging.h"

#include <errno.h>
#include <sys/resource.h>
#include <unistd.h>

int64_t img_read_input(uint8_t *bytes, size_t count) {
    size_t got = 0;
    while (got < count) {
        ssize_t n = read(STDIN_FILENO, bytes + got, count - got);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return -1;
        if (n == 0) break;
        got += (size_t)n;
    }
    return (int64_t)got;
}

bool img_write_output(const uint8_t *bytes, size_t count) {
    while (count) {
        ssize_t n = write(STDOUT_FILENO, bytes, count);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        bytes += n;
        count -= (size_t)n;
    }
    return true;
}

uint64_t img_cpu_microseconds(void) {
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage)) return 0;
    return (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000u +
           (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}
