// SPDX-License-Identifier: MIT
#include "backend/measuring_time.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/text.h"

namespace katago {

MeasuringTime::MeasuringTime(double seconds, SecondsClock clock) : seconds_(seconds), clock_(std::move(clock)) {}

std::shared_ptr<MeasuringTime> MeasuringTime::unbounded() {
    return std::make_shared<MeasuringTime>(std::numeric_limits<double>::infinity());
}

double MeasuringTime::seconds_spent() {
    const double now = clock_();
    if (!begin_) begin_ = now;
    return now - *begin_;
}

bool MeasuringTime::goes_on(double share) {
    poll();
    return seconds_spent() < share * seconds_;
}

double MeasuringTime::seconds_left() {
    return std::max(0.0, seconds_ - seconds_spent());
}

void MeasuringTime::poll() const {
    if (stopped_) throw MeasuringStopped();
}

void MeasuringTime::leave(const std::string& what) {
    if (std::find(left_.begin(), left_.end(), what) == left_.end()) left_.push_back(what);
}

std::optional<std::string> MeasuringTime::report() {
    if (measured_ == 0 && left_.empty()) return std::nullopt;
    std::string text = std::to_string(measured_) + " measurements of this machine, which took " +
                       fixed_number(seconds_spent(), 1) + " s with what was loaded between them";
    if (!left_.empty())
        text += "; left to the next start, or to katago tune, which takes as long as it needs: " + join(left_, ", ");
    measured_ = 0;
    left_.clear();
    return text;
}

}  // namespace katago
