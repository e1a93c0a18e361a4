#pragma once
#include <librdkafka/rdkafka.h>
#include <sys/eventfd.h> // not in Swift's Glibc
#include <sys/prctl.h>

/// `prctl` is variadic, and Swift does not see `pthread_setname_np`.
static inline int crdkafka_name_this_thread(const char *name) { return prctl(PR_SET_NAME, name, 0, 0, 0); }

/// `rd_kafka_producev` is variadic, so Swift cannot call it. librdkafka copies key and value. A null pointer means a
/// null key or value; an empty one needs any other pointer. On success librdkafka owns `headers`; on failure the caller
/// does.
static inline rd_kafka_resp_err_t crdkafka_produce(rd_kafka_t *rk, const char *topic, int32_t partition,
                                                   const void *key, size_t key_size, const void *value,
                                                   size_t value_size, rd_kafka_headers_t *headers, int64_t timestamp,
                                                   void *opaque) {
    return rd_kafka_producev(rk, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(partition),
                             RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(key, key_size),
                             RD_KAFKA_V_VALUE((void *)value, value_size), RD_KAFKA_V_HEADERS(headers),
                             RD_KAFKA_V_TIMESTAMP(timestamp), RD_KAFKA_V_OPAQUE(opaque), RD_KAFKA_V_END);
}
