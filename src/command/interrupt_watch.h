// SPDX-License-Identifier: MIT
#pragma once

#include <csignal>
#include <ctime>

namespace katago {

// Takes interrupts away from the process while it lives, and tells of them when asked: threads made meanwhile are not
// disturbed, and nothing is lost half-written. Made and destroyed by one thread, asked by any.
class InterruptWatch {
  public:
    InterruptWatch() {
        sigemptyset(&signals_);
        sigaddset(&signals_, SIGINT);
        sigaddset(&signals_, SIGTERM);
        pthread_sigmask(SIG_BLOCK, &signals_, &before_);
    }
    ~InterruptWatch() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    InterruptWatch(const InterruptWatch&) = delete;
    InterruptWatch& operator=(const InterruptWatch&) = delete;

    // Waits a moment; whether there was an interrupt.
    bool wait() const { return wait_for(50'000'000); }
    // Does not wait.
    bool poll() const { return wait_for(0); }

  private:
    bool wait_for(long nanoseconds) const {
        const timespec moment{.tv_sec = 0, .tv_nsec = nanoseconds};
        return sigtimedwait(&signals_, nullptr, &moment) > 0;
    }

    sigset_t signals_{};
    sigset_t before_{};
};

}  // namespace katago
