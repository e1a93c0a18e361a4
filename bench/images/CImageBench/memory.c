#include "CImageBench.h"

#include <stdio.h>
#include <string.h>

/// A line of /proc/self/status such as `VmHWM:     1234 kB`, in bytes.
static uint64_t status_line(const char *name) {
    FILE *file = fopen("/proc/self/status", "r");
    if (!file) return 0;
    char line[256];
    unsigned long kilobytes = 0;
    while (fgets(line, sizeof line, file)) {
        if (!strncmp(line, name, strlen(name)) && sscanf(line + strlen(name), ": %lu", &kilobytes) == 1) break;
    }
    fclose(file);
    return (uint64_t)kilobytes * 1024;
}

uint64_t bench_memory_begin(void) {
    // proc(5): writing 5 sets the peak to what is resident now.
    FILE *file = fopen("/proc/self/clear_refs", "w");
    if (file) {
        fputs("5", file);
        fclose(file);
    }
    return status_line("VmRSS");
}

uint64_t bench_memory_peak(void) { return status_line("VmHWM"); }
