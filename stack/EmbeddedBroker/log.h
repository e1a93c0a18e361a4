#ifndef EMBEDDED_BROKER_LOG_H
#define EMBEDDED_BROKER_LOG_H

/// One JSON object on a line of standard error. `detail` may be NULL and may hold any bytes.
void log_line(const char *level, const char *message, const char *detail);

#endif
