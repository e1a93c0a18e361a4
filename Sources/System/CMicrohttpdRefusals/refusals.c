#define _GNU_SOURCE
#include "refusals.h"

#include <dlfcn.h>
#include <microhttpd.h>
#include <stdatomic.h>
#include <stddef.h>

// libmicrohttpd answers what it cannot read with pages of its own, and has no callback or option for that. It queues them
// like everybody else, with its public function; a definition in the executable is found before the one in the library,
// for the library's own calls too (ld.so(8)). Where it is linked so that this is not so, its pages are sent as before.

typedef enum MHD_Result (*queue_function)(struct MHD_Connection *, unsigned int, struct MHD_Response *);

static _Atomic(refusals_make) current;

void refusals_set(refusals_make make) { atomic_store(&current, make); }

bool refusals_queue_response(void *connection, unsigned int status, void *response) {
    static _Atomic(queue_function) found;
    queue_function queue = atomic_load_explicit(&found, memory_order_relaxed);
    if (queue == NULL) {
        // POSIX's dlsym returns functions as object pointers.
        *(void **)&queue = dlsym(RTLD_NEXT, "MHD_queue_response");
        // Never ourselves. That it is named here keeps a linker from dropping what only the library calls.
        if (queue == NULL || queue == MHD_queue_response) return false;
        atomic_store_explicit(&found, queue, memory_order_relaxed);
    }
    return queue(connection, status, response) == MHD_YES;
}

// The library's calls alone: ours go to `refusals_queue_response`.
enum MHD_Result MHD_queue_response(struct MHD_Connection *connection, unsigned int status,
                                   struct MHD_Response *response) {
    refusals_make make = atomic_load(&current);
    struct MHD_Response *better = make != NULL ? make(connection, status) : NULL;
    if (better == NULL) return refusals_queue_response(connection, status, response) ? MHD_YES : MHD_NO;
    bool queued = refusals_queue_response(connection, status, better);
    MHD_destroy_response(better); // the queue has its own reference
    return queued ? MHD_YES : MHD_NO;
}
