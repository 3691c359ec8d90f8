// SPDX-License-Identifier: MIT
#include "backend/arena.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <numeric>
#include <vector>

#include "core/huge_pages.h"
#include "core/round.h"

namespace katago {

namespace {

bool alive_together(const ArenaBuffer& a, const ArenaBuffer& b) {
    return a.first_step <= b.last_step && b.first_step <= a.last_step;
}

// Arrays from here on share huge pages; a network whose largest are smaller does not fill even one such page.
constexpr size_t kLargeBytes = size_t{256} << 10;

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kHugePages = false;  // each array alone, so that reads beyond its ends are seen
#else
constexpr bool kHugePages = true;
#endif

// Never destroyed: arrays may outlive whatever else is static.
HugePageHeap& huge_page_heap() {
    static auto* const heap = new HugePageHeap;
    return *heap;
}

bool is_large(size_t bytes) {
    return kHugePages && bytes >= kLargeBytes;
}

void* allocate(size_t bytes) {
    if (is_large(bytes)) return huge_page_heap().allocate(bytes);
    void* const memory = std::aligned_alloc(kBufferAlignment, bytes);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}

}  // namespace

template <class T>
void AlignedArray<T>::Free::operator()(T* data) const {
    if (is_large(bytes)) {
        huge_page_heap().release(data, bytes);
    } else {
        std::free(data);
    }
}

template <class T>
AlignedArray<T>::AlignedArray(size_t count) : count_(count) {
    if (count == 0) return;
    const size_t bytes = rounded_up(count * sizeof(T), kBufferAlignment);
    data_ = {static_cast<T*>(allocate(bytes)), Free{bytes}};
    std::memset(data_.get(), 0, bytes);
}

static_assert(HugePageHeap::kAlignment >= kBufferAlignment);
template class AlignedArray<float>;
template class AlignedArray<int16_t>;
template class AlignedArray<int32_t>;
template class AlignedArray<int8_t>;
template class AlignedArray<uint8_t>;

size_t place_buffers(std::span<ArenaBuffer> buffers) {
    // The largest first, each at the lowest gap between those already placed that live at the same time.
    std::vector<size_t> order(buffers.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return buffers[a].floats > buffers[b].floats; });
    constexpr size_t kUnit = kBufferAlignment / sizeof(float);
    std::vector<size_t> placed;  // ascending offsets
    size_t total = 0;
    for (const size_t index : order) {
        ArenaBuffer& buffer = buffers[index];
        buffer.offset = 0;
        for (const size_t other : placed) {
            if (!alive_together(buffer, buffers[other])) continue;
            if (buffer.offset + buffer.floats <= buffers[other].offset) break;
            const size_t end = rounded_up(buffers[other].offset + buffers[other].floats, kUnit);
            buffer.offset = std::max(buffer.offset, end);
        }
        const auto where = std::upper_bound(placed.begin(), placed.end(), buffer.offset,
                                            [&](size_t offset, size_t p) { return offset < buffers[p].offset; });
        placed.insert(where, index);
        total = std::max(total, buffer.offset + buffer.floats);
    }
    return rounded_up(total, kUnit);
}

}  // namespace katago
