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

}  // namespace katago
