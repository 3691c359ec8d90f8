// SPDX-License-Identifier: MIT
#include "eval/cache.h"

#include <utility>

#include "core/ensure.h"

namespace katago {

EvalCache::EvalCache(int size_power_of_two) {
    ENSURE(size_power_of_two >= 0 && size_power_of_two < 48);
    const size_t size = size_t{1} << size_power_of_two;
    slots_.resize(size);
    mask_ = size - 1;
}

std::shared_ptr<const Evaluation> EvalCache::find(const Hash128& key) const {
    const size_t slot = slot_of(key);
    const std::lock_guard lock(mutexes_[slot % kStripes]);
    const auto& entry = slots_[slot];
    return entry && entry->key == key ? entry : nullptr;
}

void EvalCache::store(std::shared_ptr<const Evaluation> evaluation) {
    const size_t slot = slot_of(evaluation->key);
    const std::lock_guard lock(mutexes_[slot % kStripes]);
    // What was there is freed by the argument's destructor, after the lock.
    std::swap(slots_[slot], evaluation);
}

void EvalCache::clear() {
    for (size_t slot = 0; slot < slots_.size(); ++slot) {
        std::shared_ptr<const Evaluation> freed_after_the_lock;
        const std::lock_guard lock(mutexes_[slot % kStripes]);
        freed_after_the_lock.swap(slots_[slot]);
    }
}

}  // namespace katago
