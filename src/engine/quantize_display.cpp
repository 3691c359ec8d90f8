// SPDX-License-Identifier: MIT
#include "engine/quantize_display.h"

#include <utility>

namespace katago {

QuantizeDisplay::QuantizeDisplay(std::ostream& err, std::function<bool()> interrupted)
    : err_(err), interrupted_(std::move(interrupted)) {}

void QuantizeDisplay::check() {
    const std::scoped_lock lock(mutex_);
    if (interrupted_ && interrupted_()) stopped_ = true;  // told once, but every thread is to end
    if (stopped_) throw QuantizeInterrupted("Interrupted: nothing was written.");
}

void QuantizeDisplay::show(const char* stage, size_t done, size_t all) {
    check();
    if (stage == nullptr) return;
    const std::scoped_lock lock(mutex_);
    if (!bar_ || stage_ != stage) {
        stage_ = stage;
        bar_.reset();  // takes its line away before the next one begins
        bar_ = std::make_unique<ProgressBar>(err_, "Quantizing: " + stage_);
    }
    bar_->show(done, all);
}

void QuantizeDisplay::clear() {
    const std::scoped_lock lock(mutex_);
    bar_.reset();
}

}  // namespace katago
