// SPDX-License-Identifier: MIT
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <mutex>
#include <vector>

#include "backend/backend.h"
#include "core/thread.h"

namespace katago {

// A row that a thread has handed in and waits for, and how it ended. Its inputs and outputs are the waiting thread's.
// One thread waits, another ends the wait, once.
class WaitingRow {
  public:
    enum class End : uint8_t {
        Computed,      // its outputs are there
        DeviceFailed,  // they are to be had from the fallback
    };

    WaitingRow(BoardShape row_board, const PlanInputs& row_inputs, const PlanOutputs& row_outputs)
        : board(row_board), inputs(row_inputs), outputs(row_outputs) {}

    void finish(End end);
    void fail(std::exception_ptr failure);
    // Throws what it failed with.
    End wait();

    const BoardShape board;
    const PlanInputs inputs;
    const PlanOutputs outputs;

  private:
    void end_wait(End end, std::exception_ptr failure);

    std::mutex mutex_;
    std::condition_variable ended_;
    bool has_ended_ GUARDED_BY(mutex_) = false;
    End end_ GUARDED_BY(mutex_) = End::Computed;
    std::exception_ptr failure_ GUARDED_BY(mutex_);
};

// The rows that wait for a device thread, in the order in which they came. Thread-safe.
class BatchQueue {
  public:
    // The row lives until its wait ends.
    void add(WaitingRow& row);
    // Waits until there is a row, then fills `rows` with those of the oldest one's board shape, oldest first, at most
    // so many: others wait for the next call, where the oldest of them comes first, so that no shape is left out for
    // ever. False: the queue is closed.
    bool take(int most, std::vector<WaitingRow*>& rows);
    // From now on nothing is taken: rows that wait, and all that come, fail with `reason`.
    void close(std::exception_ptr reason);

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<WaitingRow*> rows_ GUARDED_BY(mutex_);
    std::exception_ptr closed_ GUARDED_BY(mutex_);  // null: it is open
};

}  // namespace katago
