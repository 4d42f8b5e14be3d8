/*
 * Lets Debian's User Mode Linux 6.1 run on processors whose extended register state is larger than
 * the kernel was built for (AMX, from Sapphire Rapids on).
 *
 * The kernel restores its processes' floating point registers with PTRACE_SETREGSET and a buffer
 * of the size that it knows. A newer host wants the whole XSAVE area and answers EFAULT to a
 * shorter one, upon which User Mode Linux panics: "ptrace set fp regs failed, errno = 14". This
 * library is preloaded into it, and retries such a call with a whole area: it reads the current
 * one, lays the given bytes over its beginning, and writes that back. On hosts where the plain call
 * works nothing changes, so it is preloaded always.
 *
 * cc -shared -fPIC -O2 -o fpregs-shim.so fpregs-shim.c
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* More than any processor's XSAVE area (AMX: about 11 KiB). User Mode Linux calls from one thread. */
static char area[65536];

static long set_extended_state(long pid, struct iovec *given) {
  struct iovec whole = {area, sizeof area};
  size_t length;
  if (syscall(SYS_ptrace, PTRACE_GETREGSET, pid, NT_X86_XSTATE, &whole) < 0) return -1;
  length = given->iov_len < whole.iov_len ? given->iov_len : whole.iov_len;
  memcpy(area, given->iov_base, length);
  return syscall(SYS_ptrace, PTRACE_SETREGSET, pid, NT_X86_XSTATE, &whole);
}

long ptrace(enum __ptrace_request request, ...) {
  va_list arguments;
  long pid, result, word;
  void *address, *data;

  va_start(arguments, request);
  pid = va_arg(arguments, long);
  address = va_arg(arguments, void *);
  data = va_arg(arguments, void *);
  va_end(arguments);

  switch (request) {
    case PTRACE_SETREGSET:
      result = syscall(SYS_ptrace, request, pid, address, data);
      if (result < 0 && errno == EFAULT && (long)address == NT_X86_XSTATE)
        return set_extended_state(pid, data);
      return result;
    case PTRACE_PEEKTEXT:
    case PTRACE_PEEKDATA:
    case PTRACE_PEEKUSER:
      /* The system call stores the word, the library function returns it. */
      result = syscall(SYS_ptrace, request, pid, address, &word);
      if (result < 0) return result;
      errno = 0;
      return word;
    default:
      return syscall(SYS_ptrace, request, pid, address, data);
  }
}
