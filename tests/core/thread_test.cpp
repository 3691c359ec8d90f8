// SPDX-License-Identifier: MIT
#include "core/thread.h"

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <vector>

#include "core/error.h"
#include "core/queue.h"

using namespace katago;

TEST_CASE("thread: delivers its exception to whoever joins, once") {
    Thread thread([] { throw IoError("disk gone"); });
    CHECK_THROWS_WITH_AS(thread.join(), "disk gone", IoError);
    CHECK_NOTHROW(thread.join());
}

TEST_CASE("thread: is joined at the end of its scope") {
    std::atomic<bool> ran = false;
    {
        Thread thread([&] { ran = true; });
    }
    CHECK(ran);
}

TEST_CASE("queue: keeps the order, and hands everything over exactly once") {
    constexpr int kItems = 2000;
    Queue<int> queue(3);
    std::vector<std::atomic<int>> taken(kItems);
    auto consume = [&] {
        int last = -1;
        bool ordered = true;
        while (const auto item = queue.pop()) {
            ordered = ordered && *item > last;
            last = *item;
            ++taken[static_cast<size_t>(*item)];
        }
        if (!ordered) throw Error("items out of order");
    };
    Thread first(consume), second(consume);
    for (int i = 0; i < kItems; ++i) CHECK(queue.push(i));
    queue.close();
    CHECK_NOTHROW(first.join());
    CHECK_NOTHROW(second.join());
    for (const auto& count : taken) CHECK(count == 1);
}

TEST_CASE("queue: closing wakes a waiting producer and keeps what is inside") {
    Queue<std::unique_ptr<int>> queue(1);
    CHECK(queue.push(std::make_unique<int>(5)));
    std::atomic<bool> accepted = true;
    Thread producer([&] { accepted = queue.push(std::make_unique<int>(6)); });
    queue.close();
    producer.join();
    CHECK_FALSE(accepted);
    CHECK(**queue.try_pop() == 5);
    CHECK_FALSE(queue.pop().has_value());
}
