#include "CBulkProducer.h"

#include <librdkafka/rdkafka.h>
#include <stdlib.h>

struct bulk_producer {
    rd_kafka_t *handle;
    /// Of the next record; NULL when it has none yet.
    rd_kafka_headers_t *headers;
    int64_t failed;
};

static void count_failure(rd_kafka_t *handle, const rd_kafka_message_t *message, void *opaque) {
    (void)handle;
    struct bulk_producer *bulk = opaque;
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) bulk->failed++;
}

/// As the service's own producer, but for the bounds: large batches instead of short waits.
static const char *const settings[][2] = {
    {"acks", "all"},
    {"enable.idempotence", "true"},
    {"compression.type", "lz4"},
    {"linger.ms", "50"},
    {"batch.size", "1000000"},
    {"queue.buffering.max.messages", "200000"},
    {"queue.buffering.max.kbytes", "131072"},
};

static int set_up(rd_kafka_conf_t *conf, const char *brokers, char *fault, size_t size) {
    if (rd_kafka_conf_set(conf, "bootstrap.servers", brokers, fault, size) != RD_KAFKA_CONF_OK) return -1;
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        if (rd_kafka_conf_set(conf, settings[i][0], settings[i][1], fault, size) != RD_KAFKA_CONF_OK) return -1;
    return 0;
}

struct bulk_producer *bulk_open(const char *brokers, char *fault, size_t size) {
    struct bulk_producer *bulk = calloc(1, sizeof *bulk);
    if (bulk == NULL) abort();
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set_opaque(conf, bulk);
    rd_kafka_conf_set_dr_msg_cb(conf, count_failure);
    if (set_up(conf, brokers, fault, size) == 0) bulk->handle = rd_kafka_new(RD_KAFKA_PRODUCER, conf, fault, size);
    if (bulk->handle != NULL) return bulk;
    rd_kafka_conf_destroy(conf); // rd_kafka_new takes it only when it succeeds
    free(bulk);
    return NULL;
}

int bulk_header(struct bulk_producer *bulk, const char *name, size_t name_size, const void *value, size_t size) {
    if (bulk->headers == NULL) bulk->headers = rd_kafka_headers_new(12);
    return rd_kafka_header_add(bulk->headers, name, (ssize_t)name_size, value, (ssize_t)size);
}

int bulk_append(struct bulk_producer *bulk, const char *topic, int32_t partition, const void *key, size_t key_size,
                const void *value, size_t value_size, int64_t timestamp) {
    rd_kafka_headers_t *headers = bulk->headers;
    bulk->headers = NULL;
    if (headers == NULL) headers = rd_kafka_headers_new(0);
    for (;;) {
        rd_kafka_resp_err_t code =
            rd_kafka_producev(bulk->handle, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(partition),
                              RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(key, key_size),
                              RD_KAFKA_V_VALUE((void *)value, value_size), RD_KAFKA_V_HEADERS(headers),
                              RD_KAFKA_V_TIMESTAMP(timestamp), RD_KAFKA_V_END);
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
            rd_kafka_poll(bulk->handle, 0);
            return 0;
        }
        if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
            rd_kafka_headers_destroy(headers);
            return code;
        }
        rd_kafka_poll(bulk->handle, 100); // returns as soon as there are delivery reports
    }
}

int64_t bulk_close(struct bulk_producer *bulk) {
    // Each record's own time limit (message.timeout.ms) ends this as well.
    while (rd_kafka_flush(bulk->handle, 10000) == RD_KAFKA_RESP_ERR__TIMED_OUT) {
    }
    int64_t failed = bulk->failed;
    if (bulk->headers != NULL) rd_kafka_headers_destroy(bulk->headers);
    rd_kafka_destroy(bulk->handle);
    free(bulk);
    return failed;
}

const char *bulk_error(int code) { return rd_kafka_err2str((rd_kafka_resp_err_t)code); }
