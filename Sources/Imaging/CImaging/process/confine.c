#define _GNU_SOURCE
#include "heif/heif_codec.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <seccomp.h>

/// The system calls of a decoder, which reads bytes, computes and writes bytes.
static const int allowed[] = {
    SCMP_SYS(brk),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(futex),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(getrandom),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(sched_yield),
    SCMP_SYS(getrusage),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(close),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(rseq),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(set_tid_address),
};

/// Calls that only an attacker inside the decoder would make: they kill the process. Every other call fails with EPERM.
static const int deadly[] = {
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
    SCMP_SYS(fork),
    SCMP_SYS(vfork),
    SCMP_SYS(bind),
    SCMP_SYS(open_by_handle_at),
    SCMP_SYS(socket),
    SCMP_SYS(connect),
    SCMP_SYS(socketpair),
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(bpf),
    SCMP_SYS(kexec_load),
    SCMP_SYS(mount),
    SCMP_SYS(unshare),
    SCMP_SYS(setns),
    SCMP_SYS(memfd_create),
};

static int add_rules(scmp_filter_ctx filter) {
    int failed = 0;
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++)
        failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
    for (size_t i = 0; i < sizeof deadly / sizeof *deadly; i++)
        failed |= seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, deadly[i], 0);
    failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(read), 1, SCMP_A0(SCMP_CMP_EQ, STDIN_FILENO));
    failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(write), 1, SCMP_A0(SCMP_CMP_LE, STDERR_FILENO));
    failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(writev), 1, SCMP_A0(SCMP_CMP_LE, STDERR_FILENO));
    // Memory never becomes code.
    failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    failed |=
        seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    // The decoders of HEVC and AV1 start threads, which have no more rights than this process; a new process is deadly.
    // A filter cannot see the arguments of `clone3`. Where it does not exist, the C library uses `clone`.
    const scmp_datum_t thread = CLONE_VM | CLONE_THREAD | CLONE_SIGHAND;
    failed |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1, SCMP_A0(SCMP_CMP_MASKED_EQ, thread, thread));
    failed |= seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, SCMP_SYS(clone), 1,
                               SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
    // Only its own limits: process 0 is the caller.
    failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 2, SCMP_A0(SCMP_CMP_EQ, 0),
                               SCMP_A1(SCMP_CMP_EQ, RLIMIT_CPU));
    return failed;
}

static img_seccomp filter_calls(void) {
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (!filter) return IMG_SECCOMP_UNAVAILABLE;
    bool loaded = !add_rules(filter) && !seccomp_load(filter);
    seccomp_release(filter);
    return loaded ? IMG_SECCOMP_ON : IMG_SECCOMP_UNAVAILABLE;
}

static bool limit(int resource, uint64_t value, const char *name, img_failure *failure) {
    struct rlimit old;
    if (getrlimit((__rlimit_resource_t)resource, &old)) old.rlim_max = RLIM_INFINITY;
    if (old.rlim_max != RLIM_INFINITY && value > old.rlim_max) value = old.rlim_max;
    struct rlimit new = {value, value};
    if (!setrlimit((__rlimit_resource_t)resource, &new)) return true;
    img_fail(failure, IMG_INTERNAL, "setrlimit %s: %s", name, strerror(errno));
    return false;
}

bool img_confine(const img_confinement *confinement, img_seccomp *seccomp, img_failure *failure) {
    img_load_decoders();
    // libcrypto loads its digests from files at first use.
    char digest[65];
    if (!img_sha256((const uint8_t *)"", 0, digest)) {
        img_fail(failure, IMG_INTERNAL, "libcrypto has no SHA-256");
        return false;
    }
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) || prctl(PR_SET_DUMPABLE, 0) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) {
        img_fail(failure, IMG_INTERNAL, "prctl: %s", strerror(errno));
        return false;
    }
    if (close_range(STDERR_FILENO + 1, ~0U, 0) && errno != ENOSYS) {
        img_fail(failure, IMG_INTERNAL, "close_range: %s", strerror(errno));
        return false;
    }
    if ((confinement->memory_bytes && !limit(RLIMIT_AS, confinement->memory_bytes, "AS", failure)) ||
        !limit(RLIMIT_FSIZE, 0, "FSIZE", failure) || !limit(RLIMIT_CORE, 0, "CORE", failure) ||
        !limit(RLIMIT_NOFILE, STDERR_FILENO + 1, "NOFILE", failure))
        return false;
    *seccomp = filter_calls();
    return true;
}

bool img_allow_cpu_seconds(uint64_t seconds) {
    struct rlimit cpu;
    if (getrlimit(RLIMIT_CPU, &cpu)) return false;
    uint64_t until = img_cpu_microseconds() / 1000000u + 1 + seconds;
    cpu.rlim_cur = cpu.rlim_max != RLIM_INFINITY && until > cpu.rlim_max ? cpu.rlim_max : until;
    return !setrlimit(RLIMIT_CPU, &cpu);
}
