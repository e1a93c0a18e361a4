#ifndef MICROHTTPD_REFUSALS_H
#define MICROHTTPD_REFUSALS_H

#include <stdbool.h>

/// Makes the response to a request that libmicrohttpd refuses because it cannot read it. Returns a
/// `struct MHD_Response *`, which the caller then owns, or NULL to send the library's own page in HTML. Called with a
/// `struct MHD_Connection *` on the thread that runs the daemon.
typedef void *(*refusals_make)(void *connection, unsigned int status);

/// Sets the function for the whole process, because the library has no setting for a daemon.
void refusals_set(refusals_make make);

/// Queues all other responses. Equivalent to MHD_queue_response.
bool refusals_queue_response(void *connection, unsigned int status, void *response);

#endif
