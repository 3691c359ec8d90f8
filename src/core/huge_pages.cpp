// SPDX-License-Identifier: MIT
#include "core/huge_pages.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <new>

#include "core/ensure.h"
#include "core/round.h"

namespace katago {

namespace {

// Address space only: pages are taken as they are written. Several weights share a region, few leave a rest.
constexpr size_t kRegionBytes = size_t{32} << 20;

}  // namespace

HugePageHeap::~HugePageHeap() {
    for (const Region& region : regions_) unmap(region);
}

HugePageHeap::Region HugePageHeap::map_region(size_t least_bytes) {
    const size_t bytes = std::max(kRegionBytes, rounded_up(least_bytes, kPage));
    // One page more, so that a whole number of them can be cut out.
    const size_t mapped = bytes + kPage;
    void* const memory =
        mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    const auto address = reinterpret_cast<uintptr_t>(memory);
    const size_t before = rounded_up(address, kPage) - address;
    std::byte* const start = static_cast<std::byte*>(memory) + before;
    if (before > 0) munmap(memory, before);
    if (before < kPage) munmap(start + bytes, kPage - before);
#ifdef MADV_HUGEPAGE
    madvise(start, bytes, MADV_HUGEPAGE);  // fails where the system has no huge pages: then it goes without
#endif
    return {start, bytes, {{0, bytes}}};
}

void HugePageHeap::unmap(const Region& region) {
    munmap(region.start, region.bytes);
}

void* HugePageHeap::allocate(size_t bytes) {
    const size_t wanted = rounded_up(std::max<size_t>(bytes, 1), kAlignment);
    const std::scoped_lock lock(mutex_);
    const auto take_from = [&](Region& region) -> void* {
        const auto hole =
            std::find_if(region.holes.begin(), region.holes.end(), [&](const auto& h) { return h.second >= wanted; });
        if (hole == region.holes.end()) return nullptr;
        const auto [start, size] = *hole;
        region.holes.erase(hole);
        if (size > wanted) region.holes.emplace(start + wanted, size - wanted);
        return region.start + start;
    };
    for (Region& region : regions_) {
        if (void* const memory = take_from(region)) return memory;
    }
    regions_.push_back(map_region(wanted));
    return take_from(regions_.back());
}

void HugePageHeap::release(void* memory, size_t bytes) {
    const size_t size = rounded_up(std::max<size_t>(bytes, 1), kAlignment);
    auto* const place = static_cast<std::byte*>(memory);
    const std::scoped_lock lock(mutex_);
    const auto region = std::find_if(regions_.begin(), regions_.end(),
                                     [&](const Region& r) { return place >= r.start && place < r.start + r.bytes; });
    ENSURE(region != regions_.end());
    const auto offset = static_cast<size_t>(place - region->start);
    size_t start = offset, end = offset + size;
    auto next = region->holes.lower_bound(offset);
    if (next != region->holes.end() && next->first == end) {
        end += next->second;
        next = region->holes.erase(next);
    }
    if (next != region->holes.begin()) {
        const auto before = std::prev(next);
        if (before->first + before->second == start) {
            start = before->first;
            region->holes.erase(before);
        }
    }
    if (end - start == region->bytes) {
        unmap(*region);
        regions_.erase(region);
        return;
    }
    region->holes.emplace(start, end - start);
    const size_t first = rounded_up(std::max(start, rounded_down(offset, kPage)), kPage);
    const size_t last = rounded_down(std::min(end, rounded_up(offset + size, kPage)), kPage);
    if (first < last) madvise(region->start + first, last - first, MADV_DONTNEED);
}

size_t HugePageHeap::mapped_bytes() const {
    const std::scoped_lock lock(mutex_);
    size_t bytes = 0;
    for (const Region& region : regions_) bytes += region.bytes;
    return bytes;
}

}  // namespace katago
