#include "options.h"

#include <stdlib.h>
#include <string.h>

// The characters Kafka allows in a topic's name; none of them needs escaping in JSON.
static const char topic_characters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

static long number(const char *text, long maximum) {
    char *end = NULL;
    long value = strtol(text, &end, 10);
    return end == text || *end != '\0' || value < 1 || value > maximum ? 0 : value;
}

static const char *add_topic(struct options *options, const char *text) {
    struct topic topic = {.name = text, .name_length = strspn(text, topic_characters)};
    if (options->topic_count == TOPICS_MAX) return "too many topics";
    if (topic.name_length == 0 || topic.name_length > 249 || text[topic.name_length] != ':')
        return "--topic needs NAME:PARTITIONS";
    topic.partitions = (int)number(text + topic.name_length + 1, 1000);
    if (topic.partitions == 0) return "--topic needs a number of partitions from 1 to 1000";
    options->topics[options->topic_count++] = topic;
    return NULL;
}

const char *options_read(struct options *options, int argc, char **argv) {
    *options = (struct options){0};
    for (int i = 1; i < argc; i += 2) {
        const char *fault = NULL;
        if (i + 1 == argc) return "every option needs a value";
        if (strcmp(argv[i], "--port") == 0)
            options->port = (in_port_t)number(argv[i + 1], 65535);
        else if (strcmp(argv[i], "--topic") == 0)
            fault = add_topic(options, argv[i + 1]);
        else
            fault = "the options are --port N and --topic NAME:PARTITIONS";
        if (fault != NULL) return fault;
    }
    return options->port == 0 ? "--port needs a number from 1 to 65535" : NULL;
}
