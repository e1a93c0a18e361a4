#ifndef EMBEDDED_BROKER_FIXED_PORT_H
#define EMBEDDED_BROKER_FIXED_PORT_H

#include <netinet/in.h>
#include <stdbool.h>

/// The next bind(2) of this process to "any port" of 127.0.0.1 takes this port (host byte order) instead.
void fixed_port_for_next_bind(in_port_t port);

/// Whether a listener can have this port of 127.0.0.1. To be asked first: librdkafka 2.8 aborts when its broker cannot.
bool fixed_port_is_free(in_port_t port);

#endif
