// SPDX-License-Identifier: MIT
#pragma once

#include <exception>
#include <functional>
#include <thread>
#include <utility>

// States, for the reader, which mutex must be held to touch a member. Compilers see nothing: the standard library's
// mutexes carry no annotations that they could check against.
#define GUARDED_BY(mutex)

namespace katago {

// A thread that is joined when it goes out of scope and keeps the exception its function ended with for whoever joins.
// Owned and joined by one thread. The function must end by itself: ask it to stop before joining.
class Thread {
  public:
    explicit Thread(std::function<void()> function)
        : thread_([this, run = std::move(function)] {
              try {
                  run();
              } catch (...) {
                  failure_ = std::current_exception();
              }
          }) {}
    // Drops the exception: somebody who wants it calls join().
    ~Thread() {
        if (thread_.joinable()) thread_.join();
    }
    Thread(const Thread&) = delete;
    Thread& operator=(const Thread&) = delete;

    // Waits for the function's end and throws what it threw, once.
    void join() {
        if (thread_.joinable()) thread_.join();
        if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
    }

  private:
    std::exception_ptr failure_;  // before thread_, which writes it
    std::thread thread_;
};

}  // namespace katago
