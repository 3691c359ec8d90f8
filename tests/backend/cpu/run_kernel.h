// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <utility>

#include "backend/arena.h"
#include "backend/backend.h"
#include "backend/cpu/ops/layout.h"
#include "backend/cpu/ops/linear.h"
#include "backend/cpu/tested_sets.h"
#include "nn/random_net.h"

// Runs single kernels on values in the layout of ops/layout.h, with buffers of the sizes that each kernel asks for.
namespace test_kernels {

using namespace katago;
using namespace katago::cpu;

// A value, [blocks][rows][width].
struct Blocks {
    Blocks(int channel_count, int row_count, int vector_width)
        : channels(channel_count), rows(row_count), width(vector_width), floats(static_cast<size_t>(padded() * rows)) {}
    int padded() const { return vectors_of(channels, width) * width; }
    size_t place(int row, int channel) const {
        return static_cast<size_t>((channel / width * rows + row) * width + channel % width);
    }
    float& at(int row, int channel) { return floats[place(row, channel)]; }
    float at(int row, int channel) const { return floats[place(row, channel)]; }
    template <class Next>
    void fill(const Next& next) {
        for (int row = 0; row < rows; ++row) {
            for (int c = 0; c < channels; ++c) at(row, c) = next();
        }
    }
    void fill(test_nets::Numbers& numbers) {
        fill([&] { return numbers.next(); });
    }
    int channels, rows, width;
    AlignedFloats floats;
};

// Boards side by side in the rows of a value. A gemm has one of any shape.
struct Boards {
    BoardShape shape;
    int count = 1;
    int rows() const { return count * shape.area(); }
};
inline Boards one_row_of(int points) {
    return {{1, points}, 1};
}

// A call with the sizes of a layer, which reads nothing yet.
inline LinearCall call_of(const PackedWeights& weights, const LayerSize& size, const Boards& boards, int width) {
    LinearCall call;
    call.weights = weights.view();
    call.rows = boards.rows(), call.height = boards.shape.height, call.width = boards.shape.width;
    call.taps = size.taps, call.depth = size.in, call.vectors = vectors_of(size.out, width);
    call.out.batch = static_cast<size_t>(boards.count), call.out.points = static_cast<size_t>(boards.shape.area());
    return call;
}

// The memory that a kernel asks for.
class LinearBuffers {
  public:
    LinearBuffers(const LinearKernel& kernel, const LinearCall& call)
        : input_(kernel.input_room(call).bytes),
          input_scales_(kernel.input_room(call).scales),
          scratch_(kernel.scratch_floats(call)) {}
    void* input() { return input_.data(); }
    float* input_scales() { return input_scales_.data(); }
    void lend_to(LinearCall& call) {
        call.input = input(), call.input_scales = input_scales(), call.scratch = scratch_.data();
    }

  private:
    AlignedArray<int8_t> input_;
    AlignedFloats input_scales_, scratch_;
};

// One layer on one input. Every run but the first takes what the kernel made of the input before.
class LinearRuns {
  public:
    LinearRuns(const LinearKernel& kernel, const PackedWeights& weights, const LayerSize& size, const Blocks& in,
               const Boards& boards)
        : kernel_(kernel),
          out_channels_(size.out),
          width_(in.width),
          call_(call_of(weights, size, boards, in.width)),
          buffers_(kernel, call_),
          state_(kernel.make_state == nullptr ? nullptr : kernel.make_state(call_, in.width)) {
        call_.in = in.floats.data();
        call_.state = state_.get();
        buffers_.lend_to(call_);
    }
    void set_accumulation_depth(int products) { call_.accumulation_depth = products; }
    void set_near_cache(size_t bytes) { call_.near_cache_bytes = bytes; }
    void set_norm(const float* gamma, float epsilon) { call_.gamma = gamma, call_.epsilon = epsilon; }

    Blocks next(const Blocks* residual = nullptr) {
        Blocks out(out_channels_, call_.rows, width_);
        call_.out.raw = out.floats.data();
        call_.out.residual = residual == nullptr ? nullptr : residual->floats.data();
        kernel_.run(call_);
        call_.input_ready = true;
        return out;
    }
    // Both values that an epilogue stores: the results y, and `kind` of 2 y + 1/4.
    std::array<Blocks, 2> next_activated(ActivationKind kind) {
        Blocks raw(out_channels_, call_.rows, width_), activated(out_channels_, call_.rows, width_);
        Blocks scale(out_channels_, 1, width_), shift(out_channels_, 1, width_);
        std::fill_n(scale.floats.data(), scale.floats.size(), 2.0f);
        std::fill_n(shift.floats.data(), shift.floats.size(), 0.25f);
        LinearCall call = call_;
        call.out.raw = raw.floats.data(), call.out.activated = activated.floats.data(), call.out.residual = nullptr;
        call.out.scale = scale.floats.data(), call.out.shift = shift.floats.data(), call.out.kind = kind;
        kernel_.run(call);
        return {std::move(raw), std::move(activated)};
    }

  private:
    const LinearKernel& kernel_;
    int out_channels_, width_;
    LinearCall call_;
    LinearBuffers buffers_;
    std::unique_ptr<KernelState> state_;
};

template <class Test>
void for_each_set(const Test& test) {
    for (const InstructionSet& set : tested_instruction_sets()) {
        CAPTURE(std::string(name_of(set)));
        test(kernels_for(set));
    }
}

// Calls test(kernels, kernel) for each set that has a kernel for such layers in such arithmetic.
template <class Test>
void for_each_kernel(LinearLayer layer, Arithmetic arithmetic, const Test& test) {
    for_each_set([&](const KernelSet& kernels) {
        if (const LinearKernel* kernel = find_linear(kernels, layer, arithmetic)) test(kernels, *kernel);
    });
}

}  // namespace test_kernels
