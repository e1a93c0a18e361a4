#define _GNU_SOURCE
#include "fixed_port.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

// librdkafka's mock broker always asks for any free port and has no option for another, but the stack needs an address
// that is known before the broker starts and stays over a restart. A definition in the executable is found before the
// one in libc, for calls from shared libraries too (ld.so(8)). Only the main thread binds, so no lock.
static in_port_t next_port;

void fixed_port_for_next_bind(in_port_t port) { next_port = port; }

int bind(int descriptor, const struct sockaddr *address, socklen_t length) {
    // POSIX's dlsym returns functions as object pointers.
    int (*libc_bind)(int, const struct sockaddr *, socklen_t) = NULL;
    *(void **)&libc_bind = dlsym(RTLD_NEXT, "bind");
    if (libc_bind == NULL) {
        errno = ENOSYS;
        return -1;
    }
    struct sockaddr_in fixed;
    if (next_port == 0 || address->sa_family != AF_INET || length < sizeof fixed)
        return libc_bind(descriptor, address, length);
    memcpy(&fixed, address, sizeof fixed);
    if (fixed.sin_port != 0 || fixed.sin_addr.s_addr != htonl(INADDR_LOOPBACK))
        return libc_bind(descriptor, address, length);

    fixed.sin_port = htons(next_port);
    next_port = 0;
    // Connections of the broker before this one may still linger on the port (TIME_WAIT).
    int yes = 1;
    if (setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0) return -1;
    return libc_bind(descriptor, (const struct sockaddr *)&fixed, sizeof fixed);
}

bool fixed_port_is_free(in_port_t port) {
    int yes = 1;
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return false;
    bool free = setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
                bind(descriptor, (const struct sockaddr *)&address, sizeof address) == 0 && listen(descriptor, 1) == 0;
    close(descriptor);
    return free;
}
