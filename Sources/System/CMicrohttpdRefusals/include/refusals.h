#ifndef MICROHTTPD_REFUSALS_H
#define MICROHTTPD_REFUSALS_H

#include <stdbool.h>

/// Makes the answer to a request that libmicrohttpd refuses by itself because it cannot read it: a
/// `struct MHD_Response *` that is handed over, or NULL to leave the library's own, a page in HTML. Called with a
/// `struct MHD_Connection *` on the thread that runs its daemon.
typedef void *(*refusals_make)(void *connection, unsigned int status);

/// For the whole process: the library has no setting for it.
void refusals_set(refusals_make make);

/// MHD_queue_response for all other answers.
bool refusals_queue_response(void *connection, unsigned int status, void *response);

#endif
