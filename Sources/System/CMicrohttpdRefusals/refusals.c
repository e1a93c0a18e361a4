#define _GNU_SOURCE
#include "refusals.h"

#include <dlfcn.h>
#include <microhttpd.h>
#include <stdatomic.h>
#include <stddef.h>

// libmicrohttpd answers requests that it cannot read with pages of its own, and has no callback or option for that. It
// queues these pages with its own public function. The dynamic linker finds a definition of that function in the
// executable before the one in the library, for the library's own calls too (ld.so(8)). If the library is linked in a
// way that prevents this, it sends its own pages.

typedef enum MHD_Result (*queue_function)(struct MHD_Connection *, unsigned int, struct MHD_Response *);

static _Atomic(refusals_make) current;

void refusals_set(refusals_make make) { atomic_store(&current, make); }

bool refusals_queue_response(void *connection, unsigned int status, void *response) {
    static _Atomic(queue_function) found;
    queue_function queue = atomic_load_explicit(&found, memory_order_relaxed);
    if (queue == NULL) {
        // POSIX's dlsym returns functions as object pointers.
        *(void **)&queue = dlsym(RTLD_NEXT, "MHD_queue_response");
        // Never call this file's own definition. Naming it here also keeps the linker from dropping it.
        if (queue == NULL || queue == MHD_queue_response) return false;
        atomic_store_explicit(&found, queue, memory_order_relaxed);
    }
    return queue(connection, status, response) == MHD_YES;
}

// Only the library calls this. Warelog calls `refusals_queue_response`.
enum MHD_Result MHD_queue_response(struct MHD_Connection *connection, unsigned int status,
                                   struct MHD_Response *response) {
    refusals_make make = atomic_load(&current);
    struct MHD_Response *better = make != NULL ? make(connection, status) : NULL;
    if (better == NULL) return refusals_queue_response(connection, status, response) ? MHD_YES : MHD_NO;
    bool queued = refusals_queue_response(connection, status, better);
    MHD_destroy_response(better); // the queue has a reference of its own
    return queued ? MHD_YES : MHD_NO;
}
