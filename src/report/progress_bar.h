// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <ostream>
#include <string>

#include "report/progress_line.h"

namespace katago {

// "Comparing [#####...............] 312 of 900, 1:20 left" on stderr, a few times a second; nothing where stderr
// is not a terminal. One thread at a time.
class ProgressBar {
  public:
    ProgressBar(std::ostream& err, std::string what) : line_(err), what_(std::move(what)) {}

    void show(size_t done, size_t all);

  private:
    using Clock = std::chrono::steady_clock;

    ProgressLine line_;
    std::string what_;
    Clock::time_point begin_ = Clock::now(), shown_{};
};

// The line that it shows; `seconds`: since the beginning. Says nothing of the time left before it can be told.
std::string progress_bar_text(const std::string& what, size_t done, size_t all, double seconds);
// "1:02:03", "12:34".
std::string duration_text(double seconds);

}  // namespace katago
