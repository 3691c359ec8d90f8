// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "core/hash.h"

namespace katago {

// Objects in big pieces of memory: they lie side by side, and none is allocated alone. Those destroyed leave their
// place to others.
template <class T>
class Pool {
  public:
    template <class... Arguments>
    T* make(Arguments&&... arguments) {
        if (free_.empty()) grow();
        T* const made = new (free_.back()) T(std::forward<Arguments>(arguments)...);
        free_.pop_back();
        return made;
    }
    void destroy(T* object) {
        object->~T();
        free_.push_back(object);
    }

  private:
    struct Place {
        alignas(T) std::byte bytes[sizeof(T)];
    };
    static constexpr size_t kMostPlaces = 256;  // of a piece

    void grow() {
        const size_t places = pieces_.empty() ? 4 : std::min(kMostPlaces, 2 * last_);
        pieces_.push_back(std::make_unique_for_overwrite<Place[]>(places));
        last_ = places;
        for (size_t i = places; i-- > 0;) free_.push_back(&pieces_.back()[i]);
    }

    std::vector<std::unique_ptr<Place[]>> pieces_;
    size_t last_ = 0;  // places of the last piece
    std::vector<void*> free_;
};

// A hash table whose values never move. A search makes an entry a playout, each somewhere else in memory, so that what
// counts is how seldom a cache line of it has to be fetched: an unknown key costs one, growing costs none outside the
// slots.
template <class T>
class StableMap {
  public:
    StableMap() = default;
    ~StableMap() { clear(); }
    StableMap(const StableMap&) = delete;
    StableMap& operator=(const StableMap&) = delete;

    size_t size() const { return size_; }

    // The value of this key, made from the arguments where it is missing, and whether it was made.
    template <class... Arguments>
    std::pair<T*, bool> try_emplace(const Hash128& key, Arguments&&... arguments) {
        if (4 * (size_ + 1) > 3 * slots_.size()) resize(slots_.empty() ? 8 : 2 * slots_.size());
        Slot& slot = slot_of(key);
        if (slot.value) return {slot.value, false};
        slot = {key, values_.make(std::forward<Arguments>(arguments)...)};
        ++size_;
        return {slot.value, true};
    }

    template <class Visit>
    void for_each(Visit visit) const {
        for (const Slot& slot : slots_)
            if (slot.value) visit(*slot.value);
    }

    // Destroys the values for which `gone` is true.
    template <class Gone>
    void erase_if(Gone gone) {
        bool erased = false;
        for (Slot& slot : slots_) {
            if (!slot.value || !gone(*slot.value)) continue;
            values_.destroy(slot.value);
            slot.value = nullptr;
            --size_;
            erased = true;
        }
        if (erased) resize(slots_.size());
    }

    void clear() {
        for (const Slot& slot : slots_)
            if (slot.value) values_.destroy(slot.value);
        slots_ = {};
        values_ = {};
        size_ = 0;
    }

  private:
    struct Slot {
        Hash128 key;
        T* value = nullptr;  // null: the slot is free
    };

    // Where the key is, or would be put. There is a free slot.
    Slot& slot_of(const Hash128& key) {
        const size_t mask = slots_.size() - 1;
        size_t at = static_cast<size_t>(key.h0) & mask;
        while (slots_[at].value && !(slots_[at].key == key)) at = (at + 1) & mask;
        return slots_[at];
    }

    void resize(size_t slots) {
        std::vector<Slot> old(slots);
        old.swap(slots_);
        for (const Slot& slot : old)
            if (slot.value) slot_of(slot.key) = slot;
    }

    std::vector<Slot> slots_;  // a power of two, or none
    Pool<T> values_;
    size_t size_ = 0;
};

}  // namespace katago
