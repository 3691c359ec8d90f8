// SPDX-License-Identifier: MIT
#include "eval/batching/batch_queue.h"

#include <algorithm>
#include <utility>

namespace katago {

void WaitingRow::end_wait(End end, std::exception_ptr failure) {
    // The waiting thread may destroy the row as soon as it holds the lock, so this one tells it while it has it.
    const std::lock_guard lock(mutex_);
    has_ended_ = true;
    end_ = end;
    failure_ = std::move(failure);
    ended_.notify_one();
}

void WaitingRow::finish(End end) {
    end_wait(end, nullptr);
}

void WaitingRow::fail(std::exception_ptr failure) {
    end_wait(End::Computed, std::move(failure));
}

WaitingRow::End WaitingRow::wait() {
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [this] { return has_ended_; });
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
    return end_;
}

void BatchQueue::add(WaitingRow& row) {
    std::exception_ptr closed;
    {
        const std::lock_guard lock(mutex_);
        closed = closed_;
        if (!closed) rows_.push_back(&row);
    }
    if (closed)
        row.fail(closed);
    else
        changed_.notify_one();
}

bool BatchQueue::take(int most, std::vector<WaitingRow*>& rows) {
    rows.clear();
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !rows_.empty() || closed_; });
    if (closed_) return false;
    const BoardShape board = rows_.front()->board;
    const auto left = std::remove_if(rows_.begin(), rows_.end(), [&](WaitingRow* row) {
        if (row->board != board || rows.size() == static_cast<size_t>(most)) return false;
        rows.push_back(row);
        return true;
    });
    rows_.erase(left, rows_.end());
    return true;
}

void BatchQueue::close(std::exception_ptr reason) {
    std::deque<WaitingRow*> left;
    {
        const std::lock_guard lock(mutex_);
        closed_ = reason;
        left.swap(rows_);
    }
    changed_.notify_all();
    for (WaitingRow* row : left) row->fail(reason);
}

}  // namespace katago
