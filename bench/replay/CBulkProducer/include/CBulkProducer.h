#pragma once

#include <stddef.h>
#include <stdint.h>

/// Appends records to Kafka without waiting for each: for logs of millions of records that a bench begins with.
///
/// Every record is acknowledged by all in-sync replicas, once and in order, or `bulk_close` says that it was not.
struct bulk_producer;

/// NULL with a reason in `fault` (of `size` bytes) when librdkafka refuses. The caller ends it with `bulk_close`.
struct bulk_producer *bulk_open(const char *brokers, char *fault, size_t size);

/// Adds a header to the record that is appended next. 0, or librdkafka's error code.
int bulk_header(struct bulk_producer *bulk, const char *name, size_t name_size, const void *value, size_t size);

/// Hands a record with the headers collected so far to librdkafka, which copies it; waits while its queue is full.
/// `timestamp` is in milliseconds since 1970. 0, or librdkafka's error code.
int bulk_append(struct bulk_producer *bulk, const char *topic, int32_t partition, const void *key, size_t key_size,
                const void *value, size_t value_size, int64_t timestamp);

/// Waits until every record has its delivery report, and frees `bulk`. The number of records that are not certain to be
/// on the log.
int64_t bulk_close(struct bulk_producer *bulk);

/// What an error code of librdkafka's means.
const char *bulk_error(int code);
