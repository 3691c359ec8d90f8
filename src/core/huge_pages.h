// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <vector>

namespace katago {

// Memory for big arrays that are read from end to end, as the weights of a network in every evaluation: they lie close
// together in regions that ask the system for huge pages (2 MB instead of 4 kB), so that the processor seldom has to
// look up where a page is. Where the system has none these are ordinary pages. Thread-safe.
class HugePageHeap {
  public:
    static constexpr size_t kPage = size_t{2} << 20;
    static constexpr size_t kAlignment = 64;  // of what allocate() returns, in bytes

    HugePageHeap() = default;
    ~HugePageHeap();
    HugePageHeap(const HugePageHeap&) = delete;
    HugePageHeap& operator=(const HugePageHeap&) = delete;

    // Throws std::bad_alloc.
    void* allocate(size_t bytes);
    // `bytes` as allocated. Pages that nothing lies in any more go back to the system.
    void release(void* memory, size_t bytes);
    // Of the address space.
    size_t mapped_bytes() const;

  private:
    struct Region {
        std::byte* start = nullptr;
        size_t bytes = 0;
        std::map<size_t, size_t> holes;  // where each starts, and its bytes; no two touch
    };

    static Region map_region(size_t least_bytes);
    static void unmap(const Region& region);

    mutable std::mutex mutex_;
    std::vector<Region> regions_;
};

}  // namespace katago
