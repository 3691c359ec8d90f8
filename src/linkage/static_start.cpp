// SPDX-License-Identifier: MIT
// A program that holds the C library (glibc), kept alive where a filter of the system refuses system calls by
// SIGSYS: they fail with ENOSYS instead, which that library bears. Android (Termux) refuses so what its own C library
// never calls, set_robust_list above all, which glibc calls before the program's first line and in each new thread.
#include <sched.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdint>

namespace {

// The result of a refused call, which the program goes on behind.
void refuse_call(int, siginfo_t*, void* context) {
    mcontext_t& machine = static_cast<ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
    machine.gregs[REG_RAX] = -ENOSYS;
#elif defined(__aarch64__)
    machine.regs[0] = static_cast<uint64_t>(-ENOSYS);
#elif defined(__arm__)
    machine.arm_r0 = static_cast<unsigned long>(-ENOSYS);
#endif
}

// What rt_sigaction takes; the C library's own structure has another order.
struct KernelSignalAction {
    void (*handler)(int, siginfo_t*, void*);
    unsigned long flags;
    void (*restorer)();
    uint64_t mask;
};

// What a new thread begins with, the C library's start_thread; the same for all of them.
std::atomic<int (*)(void*)> start_of_thread = nullptr;

// New threads begin with every signal blocked, and one that is blocked kills where a call is refused.
int start_with_refusals(void* argument) {
    const uint64_t refusals = uint64_t{1} << (SIGSYS - 1);
    syscall(SYS_rt_sigprocmask, SIG_UNBLOCK, &refusals, nullptr, sizeof refusals);
    return start_of_thread.load()(argument);
}

}  // namespace

extern "C" {

// The linker (--wrap) puts the first in the place of the second, with which glibc makes threads.
int __wrap___clone(int (*start)(void*), void* stack, int flags, void* argument, ...);
int __real___clone(int (*start)(void*), void* stack, int flags, void* argument, ...);

int __wrap___clone(int (*start)(void*), void* stack, int flags, void* argument, ...) {
    va_list rest;
    va_start(rest, argument);
    void* const parent_tid = va_arg(rest, void*);
    void* const storage = va_arg(rest, void*);
    void* const child_tid = va_arg(rest, void*);
    va_end(rest);
    if (!(flags & CLONE_THREAD)) return __real___clone(start, stack, flags, argument, parent_tid, storage, child_tid);
    start_of_thread = start;
    return __real___clone(start_with_refusals, stack, flags, argument, parent_tid, storage, child_tid);
}

// In the place of __clone3, with which glibc since 2.34 makes threads where the kernel has it: signals are blocked
// there too. It then takes __clone.
int __wrap___clone3(void*, unsigned long, int (*)(void*), void*);

int __wrap___clone3(void*, unsigned long, int (*)(void*), void*) {
    errno = ENOSYS;
    return -1;
}

#if defined(__x86_64__)
constexpr unsigned long kRestorer = 0x04000000;  // SA_RESTORER: x86 has no way back from a handler of its own
void katago_return_from_signal();
#else
constexpr unsigned long kRestorer = 0;
constexpr void (*katago_return_from_signal)() = nullptr;
#endif

extern const KernelSignalAction katago_refuse_action;
[[gnu::used]] const KernelSignalAction katago_refuse_action = {refuse_call, SA_SIGINFO | SA_RESTART | kRestorer,
                                                               katago_return_from_signal, 0};

}  // extern "C"

// rt_sigaction(SIGSYS, &katago_refuse_action, nullptr, 8), then the C library's own entry, with the registers that it
// finds something in. No C++: neither thread-local storage nor relocations are ready.
#if defined(__x86_64__)
asm(R"(
    .text
    .global katago_start
katago_start:
    mov %rdx, %r8
    mov $13, %eax
    mov $31, %edi
    lea katago_refuse_action(%rip), %rsi
    xor %edx, %edx
    mov $8, %r10d
    syscall
    mov %r8, %rdx
    jmp _start
    .global katago_return_from_signal
katago_return_from_signal:
    mov $15, %eax
    syscall
)");
#elif defined(__aarch64__)
asm(R"(
    .text
    .global katago_start
katago_start:
    mov x9, x0
    mov x8, #134
    mov x0, #31
    adrp x1, katago_refuse_action
    add x1, x1, :lo12:katago_refuse_action
    mov x2, #0
    mov x3, #8
    svc #0
    mov x0, x9
    b _start
)");
#elif defined(__arm__)
asm(R"(
    .syntax unified
    .text
    .arm
    .global katago_start
    .type katago_start, %function
katago_start:
    mov r4, r0
    mov r7, #174
    mov r0, #31
    ldr r1, =katago_refuse_action
    mov r2, #0
    mov r3, #8
    svc #0
    mov r0, r4
    ldr r3, =_start
    bx r3
    .ltorg
)");
#else
#error "KATAGO_STATIC: x86-64 and Arm alone have an entry that Android bears; see static_start.cpp"
#endif
