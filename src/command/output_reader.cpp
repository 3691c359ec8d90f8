// SPDX-License-Identifier: MIT
#include "command/output_reader.h"

#include <utility>

#include "core/error.h"

namespace katago {

void OutputReader::leave(const std::string& reason) {
    const std::lock_guard lock(mutex_);
    if (!reason_.empty()) return;
    reason_ = reason;
    for (const std::function<void()>& action : actions_) action();
}

bool OutputReader::gone() const {
    const std::lock_guard lock(mutex_);
    return !reason_.empty();
}

void OutputReader::expect() const {
    const std::lock_guard lock(mutex_);
    if (!reason_.empty()) throw IoError(reason_);
}

OutputReader::Notice::Notice(OutputReader& reader, std::function<void()> action) : reader_(reader) {
    const std::lock_guard lock(reader_.mutex_);
    place_ = reader_.actions_.insert(reader_.actions_.end(), std::move(action));
    if (!reader_.reason_.empty()) (*place_)();
}

OutputReader::Notice::~Notice() {
    const std::lock_guard lock(reader_.mutex_);
    reader_.actions_.erase(place_);
}

}  // namespace katago
