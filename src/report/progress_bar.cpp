// SPDX-License-Identifier: MIT
#include "report/progress_bar.h"

#include <cmath>

namespace katago {

namespace {

constexpr size_t kBarLength = 20;
constexpr double kSecondsBetween = 0.1;
constexpr double kSecondsToJudge = 2;  // before the pace says how long the rest takes

}  // namespace

std::string duration_text(double seconds) {
    const auto whole = static_cast<int64_t>(std::llround(seconds));
    const auto two_digits = [](int64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); };
    const std::string tail = two_digits(whole % 60);
    if (whole < 3600) return std::to_string(whole / 60) + ":" + tail;
    return std::to_string(whole / 3600) + ":" + two_digits(whole / 60 % 60) + ":" + tail;
}

std::string progress_bar_text(const std::string& what, size_t done, size_t all, double seconds) {
    const size_t filled = all == 0 ? 0 : kBarLength * done / all;
    std::string text = what + " [" + std::string(filled, '#') + std::string(kBarLength - filled, '.') + "] " +
                       std::to_string(done) + " of " + std::to_string(all);
    if (done > 0 && seconds >= kSecondsToJudge)
        text += ", " + duration_text(seconds / static_cast<double>(done) * static_cast<double>(all - done)) + " left";
    return text;
}

void ProgressBar::show(size_t done, size_t all) {
    const Clock::time_point now = Clock::now();
    if (done < all && std::chrono::duration<double>(now - shown_).count() < kSecondsBetween) return;
    shown_ = now;
    line_.show(progress_bar_text(what_, done, all, std::chrono::duration<double>(now - begin_).count()));
}

}  // namespace katago
