// SPDX-License-Identifier: MIT
#include "report/slow_progress.h"

#include <utility>

#include "report/progress_bar.h"

namespace katago {

namespace {

constexpr double kSecondsToFirst = 1, kSecondsBetween = 5;

}  // namespace

SlowProgress::SlowProgress(std::ostream& err, SecondsClock clock)
    : err_(err), line_(err), clock_(std::move(clock)), next_line_(clock_() + kSecondsToFirst) {}

void SlowProgress::show(const std::string& what, size_t done, size_t all) {
    const double now = clock_();
    if (what != what_) what_ = what, what_begin_ = now;
    const std::string text = progress_bar_text(what, done, all, now - what_begin_);
    if (line_.is_on_terminal()) return line_.show(text);
    if (now < next_line_) return;
    next_line_ = now + kSecondsBetween;
    err_ << text << std::endl;
}

}  // namespace katago
