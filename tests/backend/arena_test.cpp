// SPDX-License-Identifier: MIT
#include "backend/arena.h"

#include <doctest/doctest.h>

#include <vector>

#include "nn/random_net.h"

using namespace katago;
using test_nets::Numbers;

TEST_CASE("arena: buffers that live at the same time never share memory") {
    Numbers numbers(14);
    std::vector<ArenaBuffer> buffers(60);
    size_t sum = 0;
    for (ArenaBuffer& buffer : buffers) {
        buffer.floats = static_cast<size_t>(100 + 99 * numbers.next());
        buffer.first_step = static_cast<int>(50 + 49 * numbers.next());
        buffer.last_step = buffer.first_step + static_cast<int>(5 + 5 * numbers.next());
        sum += buffer.floats;
    }
    const size_t total = place_buffers(buffers);
    CHECK(total < sum / 2);
    for (const ArenaBuffer& a : buffers) {
        CHECK(a.offset * sizeof(float) % kBufferAlignment == 0);
        CHECK(a.offset + a.floats <= total);
        for (const ArenaBuffer& b : buffers) {
            const bool together = a.first_step <= b.last_step && b.first_step <= a.last_step;
            const bool apart = a.offset + a.floats <= b.offset || b.offset + b.floats <= a.offset;
            CHECK((&a == &b || !together || apart));
        }
    }
}
