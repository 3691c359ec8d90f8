// SPDX-License-Identifier: MIT
#include "search/tree/value_bias.h"

#include "search/tree/pattern.h"

namespace katago {

namespace {

constexpr double kLeastWeight = 0.001;

// Compilers of 2021 lack fetch_add for it.
void add(std::atomic<double>& sum, double value) {
    double old = sum.load(std::memory_order_relaxed);
    while (!sum.compare_exchange_weak(old, old + value, std::memory_order_relaxed)) {
    }
}

// The pattern: who played where, after which move, and what stood within two points.
Hash128 pattern_of(const BoardHistory& history) {
    const Board& before = history.board_ago(1);
    const Move last = history.move_ago(1);
    Mixer mixer;
    mixer.add(static_cast<uint64_t>(last.player));
    mixer.add(static_cast<uint64_t>(last.point));
    mixer.add(static_cast<uint64_t>(history.move_ago(2).point));
    mixer.add(static_cast<uint64_t>(before.ko_point()));
    add_neighborhood(before, last.point, 2, false, mixer);
    return mixer.hash();
}

}  // namespace

double ValueBiasEntry::update(double old_delta, double old_weight, double new_delta, double new_weight) {
    add(delta_, new_delta - old_delta);
    add(weight_, new_weight - old_weight);
    return mean();
}

double ValueBiasEntry::mean() const {
    const double weight = weight_.load(std::memory_order_relaxed);
    return weight > kLeastWeight ? delta_.load(std::memory_order_relaxed) / weight : 0;
}

void ValueBiasShare::release(double proportion) {
    if (!entry) return;
    entry->update(delta * proportion, weight * proportion, 0, 0);
    entry->users.fetch_sub(1);
    *this = {};
}

ValueBiasEntry* ValueBiasTable::enter(const BoardHistory& history) {
    if (history.moves().size() < 2 || history.move_ago(1).point == kPass) return nullptr;
    const Hash128 key = pattern_of(history);
    Shard& shard = shards_[static_cast<size_t>(key.h1) % shards_.size()];
    const std::lock_guard lock(shard.mutex);
    ValueBiasEntry* const entry = shard.entries.try_emplace(key).first;
    entry->users.fetch_add(1);
    return entry;
}

void ValueBiasTable::drop_unused() {
    for (Shard& shard : shards_) {
        const std::lock_guard lock(shard.mutex);
        shard.entries.erase_if([](const ValueBiasEntry& entry) { return entry.users.load() == 0; });
    }
}

void ValueBiasTable::clear() {
    for (Shard& shard : shards_) {
        const std::lock_guard lock(shard.mutex);
        shard.entries.clear();
    }
}

}  // namespace katago
