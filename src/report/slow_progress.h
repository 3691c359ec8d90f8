// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <ostream>
#include <string>

#include "core/seconds_clock.h"
#include "report/progress_line.h"

namespace katago {

// Tells a person how far something is that seldom takes long: at once on a terminal, as a line that is written over
// again; elsewhere, as in the console of a desktop program, as lines of their own, the first after a second and then
// one now and then. One thread at a time.
class SlowProgress {
  public:
    explicit SlowProgress(std::ostream& err, SecondsClock clock = steady_seconds);

    // "Measuring kernels [####................] 2 of 10", with the time that is left once the pace tells it.
    void show(const std::string& what, size_t done, size_t all);
    void clear() { line_.clear(); }

  private:
    std::ostream& err_;
    ProgressLine line_;
    SecondsClock clock_;
    double next_line_;  // when one may be written elsewhere than on a terminal
    std::string what_;
    double what_begin_ = 0;
};

}  // namespace katago
