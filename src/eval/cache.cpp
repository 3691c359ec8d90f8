// SPDX-License-Identifier: MIT
#include "eval/cache.h"

#include <utility>

#include "core/ensure.h"

namespace katago {

EvalCache::EvalCache(int size_power_of_two) {
    ENSURE(size_power_of_two >= 0 && size_power_of_two < 48);
    mask_ = (size_t{1} << size_power_of_two) - 1;
}

std::shared_ptr<const Evaluation> EvalCache::find(const Hash128& key) const {
    const size_t slot = slot_of(key);
    const Stripe& stripe = stripes_[slot % kStripes];
    const std::lock_guard lock(stripe.mutex);
    if (stripe.slots.empty()) return nullptr;
    const auto& entry = stripe.slots[slot / kStripes];
    return entry && entry->key == key ? entry : nullptr;
}

void EvalCache::store(std::shared_ptr<const Evaluation> evaluation) {
    const size_t slot = slot_of(evaluation->key);
    Stripe& stripe = stripes_[slot % kStripes];
    const std::lock_guard lock(stripe.mutex);
    if (stripe.slots.empty()) stripe.slots.resize(mask_ / kStripes + 1);
    // What was there is freed by the argument's destructor, after the lock.
    std::swap(stripe.slots[slot / kStripes], evaluation);
}

void EvalCache::clear() {
    for (Stripe& stripe : stripes_) {
        std::vector<std::shared_ptr<const Evaluation>> freed_after_the_lock;
        const std::lock_guard lock(stripe.mutex);
        freed_after_the_lock.swap(stripe.slots);
    }
}

}  // namespace katago
