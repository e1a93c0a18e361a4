#ifndef EMBEDDED_BROKER_OPTIONS_H
#define EMBEDDED_BROKER_OPTIONS_H

#include <netinet/in.h>
#include <stddef.h>

#define TOPICS_MAX 32

struct topic {
    const char *name; // points into argv
    size_t name_length;
    int partitions;
};

struct options {
    in_port_t port; // host byte order
    struct topic topics[TOPICS_MAX];
    size_t topic_count;
};

/// Reads `--port N` and any number of `--topic NAME:PARTITIONS`. Returns NULL, or what is wrong.
const char *options_read(struct options *options, int argc, char **argv);

#endif
