/// The embedded broker: librdkafka's mock cluster as a process, for machines that cannot fetch Kafka.
///
/// It speaks enough of Kafka's protocol to try Warelog with: produce, fetch, consumer groups, offsets. It keeps its log
/// in memory, and the library's limits hold: 5 MiB per partition and then the oldest batches go, no fencing, no
/// de-duplication, no working `read_committed`, no admin API.

#include "fixed_port.h"
#include "log.h"
#include "options.h"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static void log_from_library(const rd_kafka_t *handle, int level, const char *facility, const char *text) {
    (void)handle;
    (void)facility;
    // syslog(3): 0 to 3 are errors, 4 a warning.
    log_line(level <= 3 ? "error" : level == 4 ? "warning" : "info", "librdkafka", text);
}

/// The mock cluster lives on the threads of a client handle. The caller destroys it; NULL if it cannot be made.
static rd_kafka_t *make_handle(void) {
    char fault[512] = "";
    rd_kafka_conf_t *settings = rd_kafka_conf_new();
    rd_kafka_conf_set_log_cb(settings, log_from_library);
    // From warnings on: the handle has no bootstrap servers and would say so. A known name and value cannot be refused.
    (void)rd_kafka_conf_set(settings, "log_level", "4", NULL, 0);
    rd_kafka_t *handle = rd_kafka_new(RD_KAFKA_PRODUCER, settings, fault, sizeof fault);
    if (handle == NULL) {
        rd_kafka_conf_destroy(settings); // rd_kafka_new takes them only when it succeeds
        log_line("error", "no client handle", fault);
    }
    return handle;
}

static int create_topics(rd_kafka_mock_cluster_t *cluster, const struct options *options) {
    for (size_t i = 0; i < options->topic_count; i++) {
        char name[250];
        snprintf(name, sizeof name, "%.*s", (int)options->topics[i].name_length, options->topics[i].name);
        rd_kafka_resp_err_t code = rd_kafka_mock_topic_create(cluster, name, options->topics[i].partitions, 1);
        if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
            log_line("error", "a topic was refused", rd_kafka_err2name(code));
            return -1;
        }
        log_line("info", "topic created", name);
    }
    return 0;
}

static void say_what_this_is(const rd_kafka_mock_cluster_t *cluster) {
    log_line("info", "listening", rd_kafka_mock_cluster_bootstraps(cluster));
    log_line("warning", "this is NOT Kafka but a stand-in for trying the service", rd_kafka_version_str());
    log_line("warning", "the log is in memory and is lost when this process stops", NULL);
    log_line("warning", "a partition keeps 5 MiB (5242880 bytes) and then loses its oldest events", NULL);
    log_line("warning", "no fencing, de-duplication, read_committed, admin API, compaction or time retention", NULL);
    log_line("warning", "a topic that does not exist is created by its first producer, with four partitions", NULL);
}

static int serve(const struct options *options, const sigset_t *stop_signals) {
    int status = EXIT_FAILURE;
    if (!fixed_port_is_free(options->port)) {
        log_line("error", "the port cannot be had", NULL);
        return status;
    }
    rd_kafka_t *handle = make_handle();
    if (handle == NULL) return status;
    fixed_port_for_next_bind(options->port);
    rd_kafka_mock_cluster_t *cluster = rd_kafka_mock_cluster_new(handle, 1);
    if (cluster == NULL) {
        log_line("error", "the mock cluster could not be made", NULL);
    } else {
        // The default of three seconds is longer than short sessions live: such a group would never be assigned
        // anything.
        rd_kafka_mock_group_initial_rebalance_delay_ms(cluster, 0);
        if (create_topics(cluster, options) == 0) {
            int received = 0;
            say_what_this_is(cluster);
            sigwait(stop_signals, &received);
            log_line("info", "stopping", NULL);
            status = EXIT_SUCCESS;
        }
        rd_kafka_mock_cluster_destroy(cluster);
    }
    rd_kafka_destroy(handle);
    return status;
}

int main(int argc, char **argv) {
    struct options options;
    const char *fault = options_read(&options, argc, argv);
    if (fault != NULL) {
        fprintf(stderr, "embedded-broker: %s\n", fault);
        return 2;
    }
    // Blocked before the library starts its threads, which inherit it: the signals are for sigwait alone.
    sigset_t stop_signals;
    sigemptyset(&stop_signals);
    sigaddset(&stop_signals, SIGTERM);
    sigaddset(&stop_signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &stop_signals, NULL);
    return serve(&options, &stop_signals);
}
