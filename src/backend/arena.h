// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace katago {

// Every buffer starts at a multiple of this: a cache line, and the widest vector of any instruction set in use.
inline constexpr size_t kBufferAlignment = 64;

// Owns numbers aligned to kBufferAlignment, zero at first. Movable. Large ones lie in huge pages.
template <class T>
class AlignedArray {
  public:
    AlignedArray() = default;
    explicit AlignedArray(size_t count);

    T* data() { return data_.get(); }
    const T* data() const { return data_.get(); }
    size_t size() const { return count_; }
    bool empty() const { return count_ == 0; }
    T& operator[](size_t i) { return data_[i]; }
    T operator[](size_t i) const { return data_[i]; }

  private:
    struct Free {
        size_t bytes = 0;
        void operator()(T* data) const;
    };
    std::unique_ptr<T[], Free> data_;
    size_t count_ = 0;
};
using AlignedFloats = AlignedArray<float>;

// A buffer of an evaluation: alive from the step that writes it to the last that reads it, both included.
struct ArenaBuffer {
    size_t floats = 0;
    int first_step = 0, last_step = 0;
    size_t offset = 0;  // in floats, set by place_buffers; a multiple of kBufferAlignment bytes
};

// Gives buffers whose lives do not meet the same memory. Returns the floats needed in all.
size_t place_buffers(std::span<ArenaBuffer> buffers);

}  // namespace katago
