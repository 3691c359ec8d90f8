// SPDX-License-Identifier: MIT
// What the C++ library of GCC 12, linked in, asks of the C library and glibc before 2.36 does not have. With it the
// engine runs on glibc 2.31 (JetPack 5, Debian 11, Ubuntu 20.04).
#include <features.h>

#if defined(__GLIBC__) && !__GLIBC_PREREQ(2, 36)
#include <sys/random.h>

#include <cstdint>
#include <cstdlib>

extern "C" {

#if !__GLIBC_PREREQ(2, 32)
// Whether the process has one thread: never said to be so, and reference counts are atomic from the start.
extern char __libc_single_threaded;
char __libc_single_threaded = 0;
#endif

// The source of std::random_device. Linux has had the call below since 3.17; it cannot fail with so few bytes.
uint32_t arc4random() {
    uint32_t number = 0;
    if (getentropy(&number, sizeof number) != 0) std::abort();
    return number;
}

}  // extern "C"
#endif
