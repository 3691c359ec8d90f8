// SPDX-License-Identifier: MIT
#include "report/progress_line.h"

#include <unistd.h>

#include <iostream>

namespace katago {

namespace {

// To the first column, and delete what stands there.
constexpr std::string_view kBeginAgain = "\r\033[K";

}  // namespace

ProgressLine::ProgressLine(std::ostream& err) : err_(err), terminal_(&err == &std::cerr && isatty(STDERR_FILENO)) {}

void ProgressLine::show(std::string_view text) {
    if (!terminal_) return;
    err_ << kBeginAgain << text << std::flush;
    shown_ = true;
}

void ProgressLine::clear() {
    if (!shown_) return;
    err_ << kBeginAgain << std::flush;
    shown_ = false;
}

}  // namespace katago
