// SPDX-License-Identifier: MIT
#include "core/heap.h"

#include <cstdlib>  // defines __GLIBC__

#include "core/machine.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace katago {

void share_heaps() {
#ifdef __GLIBC__
    constexpr int kCoresPerHeap = 8;
    mallopt(M_ARENA_MAX, 1 + usable_cores() / kCoresPerHeap);
#endif
}

void return_free_memory() {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

}  // namespace katago
