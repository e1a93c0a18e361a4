#pragma once
#include <microhttpd.h>
#include <sys/epoll.h>

/* Swift does not import the names of closed enumerations' constants. */
static const enum MHD_Result shim_mhd_yes = MHD_YES;
static const enum MHD_Result shim_mhd_no = MHD_NO;

/* MHD_start_daemon is variadic. */
static inline struct MHD_Daemon *
shim_mhd_start(unsigned int connection_limit, unsigned int timeout_seconds, size_t connection_memory,
               void *(*uri)(void *, const char *, struct MHD_Connection *), MHD_AccessHandlerCallback access,
               MHD_RequestCompletedCallback completed, MHD_NotifyConnectionCallback connection, MHD_LogCallback log,
               void *context) {
    return MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_TURBO | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_NO_THREAD_SAFETY | MHD_ALLOW_SUSPEND_RESUME |
            MHD_USE_ERROR_LOG,
        0, NULL, NULL, access, context, MHD_OPTION_EXTERNAL_LOGGER, log, context, MHD_OPTION_URI_LOG_CALLBACK, uri,
        context, MHD_OPTION_NOTIFY_COMPLETED, completed, context, MHD_OPTION_NOTIFY_CONNECTION, connection, context,
        MHD_OPTION_CONNECTION_LIMIT, connection_limit, MHD_OPTION_CONNECTION_TIMEOUT, timeout_seconds,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, connection_memory, MHD_OPTION_CLIENT_DISCIPLINE_LVL, 1, MHD_OPTION_END);
}

/* MHD_get_daemon_info and MHD_get_connection_info are variadic. */
static inline int shim_mhd_epoll_descriptor(struct MHD_Daemon *daemon) {
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);
    return info ? info->epoll_fd : -1;
}
static inline void *shim_mhd_socket_context(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}
static inline size_t shim_mhd_header_size(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return info ? info->header_size : 0;
}

/* These parameters are closed enumerations. */
static inline int shim_mhd_each_header(struct MHD_Connection *connection, MHD_KeyValueIteratorN each, void *context) {
    return MHD_get_connection_values_n(connection, MHD_HEADER_KIND, each, context);
}
static inline int shim_mhd_is_closing(enum MHD_ConnectionNotificationCode code) {
    return code == MHD_CONNECTION_NOTIFY_CLOSED;
}

/* The flag is of a closed enumeration. */
static inline struct MHD_Response *shim_mhd_bodyless(void) {
    return MHD_create_response_empty(MHD_RF_HEAD_ONLY_RESPONSE);
}

/* glibc declares accept4 for _GNU_SOURCE only, which Swift's importer does not define. */
int accept4(int descriptor, struct sockaddr *address, socklen_t *length, int flags);
