// SPDX-License-Identifier: MIT
#include "core/huge_pages.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <thread>
#include <vector>

#include "core/rng.h"

using namespace katago;

namespace {

struct Piece {
    unsigned char* memory;
    size_t bytes;
    unsigned char mark;
};

bool holds_mark(const Piece& piece) {
    return std::all_of(piece.memory, piece.memory + piece.bytes, [&](unsigned char c) { return c == piece.mark; });
}

// Takes and gives back pieces of all sizes in any order; true if none was ever overwritten by another.
bool survives_random_use(HugePageHeap& heap, uint64_t seed) {
    Rng rng(seed);
    std::vector<Piece> pieces;
    bool sound = true;
    for (int step = 0; step < 400; ++step) {
        if (pieces.size() < 20 && rng.next() % 3 != 0) {
            const size_t bytes = 1 + rng.next() % (rng.next() % 8 == 0 ? 9'000'000 : 700'000);
            Piece piece{static_cast<unsigned char*>(heap.allocate(bytes)), bytes, static_cast<unsigned char>(step)};
            sound = sound && reinterpret_cast<uintptr_t>(piece.memory) % HugePageHeap::kAlignment == 0;
            std::fill_n(piece.memory, bytes, piece.mark);
            pieces.push_back(piece);
        } else if (!pieces.empty()) {
            const size_t which = rng.next() % pieces.size();
            sound = sound && holds_mark(pieces[which]);
            heap.release(pieces[which].memory, pieces[which].bytes);
            pieces.erase(pieces.begin() + static_cast<std::ptrdiff_t>(which));
        }
    }
    for (const Piece& piece : pieces) {
        sound = sound && holds_mark(piece);
        heap.release(piece.memory, piece.bytes);
    }
    return sound;
}

}  // namespace

TEST_CASE("huge pages: pieces do not overlap, and all memory goes back") {
    HugePageHeap heap;
    CHECK(heap.mapped_bytes() == 0);
    CHECK(survives_random_use(heap, 1));
    CHECK(heap.mapped_bytes() == 0);
}

TEST_CASE("huge pages: what is freed is used again, and a piece may be larger than a region") {
    HugePageHeap heap;
    constexpr size_t kBytes = size_t{1} << 20;
    void* const first = heap.allocate(kBytes);
    void* const second = heap.allocate(kBytes);
    const size_t mapped = heap.mapped_bytes();
    heap.release(first, kBytes);
    CHECK(heap.allocate(kBytes) == first);
    CHECK(heap.mapped_bytes() == mapped);

    const size_t much = mapped + 1;
    auto* const large = static_cast<unsigned char*>(heap.allocate(much));
    large[0] = large[much - 1] = 7;
    CHECK(heap.mapped_bytes() > 2 * mapped);
    heap.release(large, much);
    CHECK(heap.mapped_bytes() == mapped);
    heap.release(second, kBytes);
    heap.release(first, kBytes);
    CHECK(heap.mapped_bytes() == 0);
}

TEST_CASE("huge pages: threads may share a heap") {
    HugePageHeap heap;
    bool sound[2] = {};
    std::thread other([&] { sound[0] = survives_random_use(heap, 2); });
    sound[1] = survives_random_use(heap, 3);
    other.join();
    CHECK(sound[0]);
    CHECK(sound[1]);
    CHECK(heap.mapped_bytes() == 0);
}
