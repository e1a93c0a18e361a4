/// What replay cannot be faster than: reads topics from their beginning to their end, as fast as librdkafka gives the
/// records, and drops them. Prints one JSON object: the number of records, the bytes of keys and values, and the
/// seconds from the first fetch to the last record.
///
///     replay-floor BROKERS TOPIC…

#include <librdkafka/rdkafka.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { BATCH = 2000, DEADLINE_MS = 10000 };

static void fail(const char *what, const char *why) {
    fprintf(stderr, "replay-floor: %s: %s\n", what, why);
    exit(1);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static rd_kafka_t *make_consumer(const char *brokers) {
    char fault[512] = "";
    // The service's consumers, but for the group: nothing is stored, and the end of a partition is told.
    const char *const settings[][2] = {
        {"bootstrap.servers", brokers},   {"group.id", "replay-floor"},
        {"auto.offset.reset", "error"},   {"enable.auto.commit", "false"},
        {"enable.partition.eof", "true"}, {"isolation.level", "read_committed"},
        {"fetch.queue.backoff.ms", "10"}, {"queued.max.messages.kbytes", "16384"},
    };
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        if (rd_kafka_conf_set(conf, settings[i][0], settings[i][1], fault, sizeof fault) != RD_KAFKA_CONF_OK)
            fail(settings[i][0], fault);
    rd_kafka_t *handle = rd_kafka_new(RD_KAFKA_CONSUMER, conf, fault, sizeof fault);
    if (handle == NULL) fail("rd_kafka_new", fault);
    return handle;
}

/// Adds every partition of `name` that holds records, from its beginning.
static void add_partitions(rd_kafka_t *handle, const char *name, rd_kafka_topic_partition_list_t *list) {
    rd_kafka_topic_t *topic = rd_kafka_topic_new(handle, name, NULL);
    const struct rd_kafka_metadata *metadata = NULL;
    rd_kafka_resp_err_t code = rd_kafka_metadata(handle, 0, topic, &metadata, DEADLINE_MS);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) fail("rd_kafka_metadata", rd_kafka_err2str(code));
    if (metadata->topic_cnt != 1 || metadata->topics[0].partition_cnt == 0) fail(name, "there is no such topic");
    for (int i = 0; i < metadata->topics[0].partition_cnt; i++) {
        int64_t low = 0, high = 0;
        code = rd_kafka_query_watermark_offsets(handle, name, i, &low, &high, DEADLINE_MS);
        if (code != RD_KAFKA_RESP_ERR_NO_ERROR) fail("rd_kafka_query_watermark_offsets", rd_kafka_err2str(code));
        if (high > low) rd_kafka_topic_partition_list_add(list, name, i)->offset = low;
    }
    rd_kafka_metadata_destroy(metadata);
    rd_kafka_topic_destroy(topic);
}

int main(int count, char **arguments) {
    if (count < 3) fail("usage", "replay-floor BROKERS TOPIC…");
    rd_kafka_t *handle = make_consumer(arguments[1]);
    rd_kafka_poll_set_consumer(handle);
    rd_kafka_topic_partition_list_t *partitions = rd_kafka_topic_partition_list_new(16);
    for (int i = 2; i < count; i++) add_partitions(handle, arguments[i], partitions);
    const double begin = now();
    double last = begin;
    rd_kafka_resp_err_t code = rd_kafka_assign(handle, partitions);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) fail("rd_kafka_assign", rd_kafka_err2str(code));

    rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(handle);
    static rd_kafka_message_t *messages[BATCH];
    int64_t events = 0, bytes = 0;
    for (int open = partitions->cnt; open > 0;) {
        ssize_t taken = rd_kafka_consume_batch_queue(queue, 1000, messages, BATCH);
        if (taken < 0) fail("rd_kafka_consume_batch_queue", rd_kafka_err2str(rd_kafka_last_error()));
        int64_t before = events;
        for (ssize_t i = 0; i < taken; i++) {
            if (messages[i]->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
                open--;
            } else if (messages[i]->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
                fail("a record", rd_kafka_message_errstr(messages[i]));
            } else {
                events++;
                bytes += (int64_t)(messages[i]->key_len + messages[i]->len);
            }
            rd_kafka_message_destroy(messages[i]);
        }
        if (events > before) last = now(); // not when it is told, a while later, that there is nothing more
    }
    rd_kafka_queue_destroy(queue);
    rd_kafka_topic_partition_list_destroy(partitions);
    rd_kafka_consumer_close(handle);
    rd_kafka_destroy(handle);
    printf("{\"events\": %lld, \"bytes\": %lld, \"seconds\": %.3f}\n", (long long)events, (long long)bytes,
           last - begin);
    return 0;
}
