// SPDX-License-Identifier: MIT
#include "core/heap.h"

#include <cstdlib>  // defines __GLIBC__
#include <thread>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace katago {

void share_heaps() {
#ifdef __GLIBC__
    constexpr unsigned kCoresPerHeap = 8;
    mallopt(M_ARENA_MAX, static_cast<int>(1 + std::thread::hardware_concurrency() / kCoresPerHeap));
#endif
}

void return_free_memory() {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

}  // namespace katago
