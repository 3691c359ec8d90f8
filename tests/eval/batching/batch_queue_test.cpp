// SPDX-License-Identifier: MIT
#include "eval/batching/batch_queue.h"

#include <doctest/doctest.h>

#include <memory>
#include <vector>

#include "core/error.h"

using namespace katago;

namespace {

std::unique_ptr<WaitingRow> row_of(int length) {
    return std::make_unique<WaitingRow>(BoardShape{length, length}, PlanInputs{}, PlanOutputs{});
}

}  // namespace

TEST_CASE("batch_queue: hands out rows of the oldest one's board, oldest first, and leaves the others in their order") {
    BatchQueue queue;
    std::vector<std::unique_ptr<WaitingRow>> rows;
    for (const int length : {9, 19, 9, 13, 9, 9, 19}) {
        rows.push_back(row_of(length));
        queue.add(*rows.back());
    }
    const auto taken = [&](int most) {
        std::vector<WaitingRow*> found;
        REQUIRE(queue.take(most, found));
        std::vector<size_t> places;
        for (const WaitingRow* row : found)
            for (size_t i = 0; i < rows.size(); ++i)
                if (rows[i].get() == row) places.push_back(i);
        return places;
    };
    CHECK(taken(3) == std::vector<size_t>{0, 2, 4});
    CHECK(taken(3) == std::vector<size_t>{1, 6});
    CHECK(taken(3) == std::vector<size_t>{3});
    CHECK(taken(3) == std::vector<size_t>{5});
}

TEST_CASE("batch_queue: a waiting thread learns how its row ended") {
    BatchQueue queue;
    const auto computed = row_of(9), left = row_of(9), failed = row_of(9);
    for (WaitingRow* row : {computed.get(), left.get(), failed.get()}) queue.add(*row);
    Thread device([&] {
        std::vector<WaitingRow*> rows;
        queue.take(3, rows);
        rows[0]->finish(WaitingRow::End::Computed);
        rows[1]->finish(WaitingRow::End::DeviceFailed);
        rows[2]->fail(std::make_exception_ptr(BackendError("broken")));
    });
    CHECK(computed->wait() == WaitingRow::End::Computed);
    CHECK(left->wait() == WaitingRow::End::DeviceFailed);
    CHECK_THROWS_WITH_AS(failed->wait(), "broken", BackendError);
}

TEST_CASE("batch_queue: once closed, it fails the rows that wait and all that come, and lets device threads go") {
    BatchQueue queue;
    const auto before = row_of(9), after = row_of(9);
    queue.add(*before);
    queue.close(std::make_exception_ptr(BackendError("ended")));
    queue.add(*after);
    CHECK_THROWS_WITH_AS(before->wait(), "ended", BackendError);
    CHECK_THROWS_WITH_AS(after->wait(), "ended", BackendError);
    std::vector<WaitingRow*> rows;
    CHECK_FALSE(queue.take(1, rows));

    BatchQueue empty;
    Thread device([&] { CHECK_FALSE(empty.take(1, rows)); });
    empty.close(std::make_exception_ptr(BackendError("ended")));
    device.join();
}
