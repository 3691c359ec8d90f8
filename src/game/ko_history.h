// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <bitset>
#include <cstddef>
#include <vector>

#include "core/hash.h"

namespace katago {

// The states that a move may not bring back, in the order in which they were, by what repetition is judged by. Whether
// a state was there is asked for many points after every move that a search makes, and the answer is no, as a rule: a
// filter tells most of these without a look at the states. A value.
class KoHistory {
  public:
    void clear() { hashes_.clear(), filter_.reset(); }
    void add(const Hash128& hash) { hashes_.push_back(hash), filter_.set(place_of(hash)); }

    bool contains(const Hash128& hash) const {
        return filter_[place_of(hash)] && std::find(hashes_.begin(), hashes_.end(), hash) != hashes_.end();
    }
    // How often the last state was there, itself included; 0 where there is none.
    size_t times_of_last() const {
        return hashes_.empty() ? 0 : static_cast<size_t>(std::count(hashes_.begin(), hashes_.end(), hashes_.back()));
    }

  private:
    static constexpr size_t kPlaces = 4096;  // of a game of 300 moves a fourteenth is taken
    static size_t place_of(const Hash128& hash) { return hash.h0 % kPlaces; }

    std::vector<Hash128> hashes_;
    std::bitset<kPlaces> filter_;
};

}  // namespace katago
