// SPDX-License-Identifier: MIT
#include "backend/cpu/tune/trial.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <limits>

#include "backend/arena.h"
#include "backend/cpu/ops/layout.h"

namespace katago::cpu {

namespace {

constexpr int kEdge = 19, kArea = kEdge * kEdge;
constexpr double kSecondsPerCandidate = 0.008;
constexpr int kLeastRuns = 3;

// The shortest of a few runs: other processes only ever make one longer.
double shortest(const std::function<void()>& run) {
    using Clock = std::chrono::steady_clock;
    run();
    double best = std::numeric_limits<double>::max(), sum = 0;
    for (int runs = 0; runs < kLeastRuns || sum < kSecondsPerCandidate; ++runs) {
        const auto begin = Clock::now();
        run();
        const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
        best = std::min(best, seconds);
        sum += seconds;
    }
    return best;
}

PackedWeights packed_weights(const LayerSize& size, const ShapeCandidates& layers, const LinearKernel& kernel,
                             int width) {
    if (layers.stored != nullptr)
        return kernel.pack(kernel,
                           {.weights = *layers.stored, .size = size, .width = width, .whole_rows = layers.whole_rows});
    const PackedSize room = kernel.packed_size(size, width);
    PackedWeights zeros;
    zeros.values = AlignedArray<int8_t>(room.bytes), zeros.scales = AlignedFloats(room.scales);
    zeros.input_limit = 1;
    return zeros;
}

}  // namespace

double seconds_of_trial(const LayerShape& shape, const ShapeCandidates& layers, const LinearKernel& kernel, int width) {
    if (!is_available(kernel)) return std::numeric_limits<double>::infinity();
    const LayerSize size{shape.layer == LinearLayer::Conv3x3 ? 9 : 1, shape.in, shape.out};
    const PackedWeights weights = packed_weights(size, layers, kernel, width);
    constexpr int kChannelMultiple = 64;  // whole channel blocks of any kernel
    const AlignedFloats in(
        static_cast<size_t>(kArea * ((shape.in + kChannelMultiple - 1) / kChannelMultiple * kChannelMultiple)));
    AlignedFloats out(static_cast<size_t>(kArea * vectors_of(shape.out, width) * width));

    LinearCall call;
    call.in = in.data();
    call.weights = weights.view();
    call.rows = kArea, call.height = call.width = kEdge, call.taps = size.taps;
    call.depth = shape.in, call.vectors = vectors_of(shape.out, width);
    call.out.raw = out.data(), call.out.points = kArea;
    const std::unique_ptr<KernelState> state = kernel.make_state == nullptr ? nullptr : kernel.make_state(call, width);
    call.state = state.get();
    const InputRoom room = kernel.input_room(call);
    AlignedArray<int8_t> input(room.bytes);
    AlignedFloats input_scales(room.scales), scratch(kernel.scratch_floats(call));
    call.input = input.data(), call.input_scales = input_scales.data(), call.scratch = scratch.data();
    return shortest([&] { kernel.run(call); });
}

}  // namespace katago::cpu
