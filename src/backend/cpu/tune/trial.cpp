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
// One run that is as long as this tells enough: what disturbs it is short beside it.
constexpr double kLongEnough_s = 0.05;

// The shortest of a few runs, behind one that fetches everything into the caches: other processes only ever make one
// longer.
double shortest(const std::function<void()>& run) {
    using Clock = std::chrono::steady_clock;
    run();
    double best = std::numeric_limits<double>::max(), sum = 0;
    for (int runs = 0; sum < kLongEnough_s && (runs < kLeastRuns || sum < kSecondsPerCandidate); ++runs) {
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
    if (layers.spares_memory && kernel.provider == KernelProvider::Own && kernel.arithmetic == Arithmetic::Fp32) {
        const LinearWeights weights =
            make_weights(std::vector<float>(static_cast<size_t>(size.taps * size.in) * static_cast<size_t>(size.out)));
        return kernel.pack(kernel, {.weights = weights, .size = size, .width = width, .spares_memory = true});
    }
    const PackedSize room = kernel.packed_size(size, width);
    PackedWeights zeros;
    zeros.values = AlignedArray<int8_t>(room.bytes), zeros.scales = AlignedFloats(room.scales);
    zeros.input_limit = 1;
    return zeros;
}

// The floats of so many channels of a position, in whole channel blocks of any kernel.
size_t padded_floats(int channels) {
    constexpr int kChannelMultiple = 64;
    return static_cast<size_t>(kArea) * static_cast<size_t>(vectors_of(channels, kChannelMultiple) * kChannelMultiple);
}

}  // namespace

double seconds_of_trial(const LayerShape& shape, const ShapeCandidates& layers, const LinearKernel& kernel, int width) {
    if (!is_available(kernel)) return std::numeric_limits<double>::infinity();
    const LayerSize size{shape.layer == LinearLayer::Conv3x3 ? 9 : 1, shape.in, shape.out};
    const PackedWeights weights = packed_weights(size, layers, kernel, width);
    const AlignedFloats in(padded_floats(shape.in));
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

double seconds_of_trial(const AttentionShape& shape, const AttentionKernel& kernel, int width) {
    if (!is_available(kernel)) return std::numeric_limits<double>::infinity();
    const AlignedFloats q(padded_floats(shape.heads * shape.qk_channels));
    const AlignedFloats k(padded_floats(shape.kv_heads * shape.qk_channels));
    const AlignedFloats v(padded_floats(shape.kv_heads * shape.v_channels));
    AlignedFloats out(padded_floats(shape.heads * shape.v_channels));
    AttentionCall call;
    call.q = q.data(), call.k = k.data(), call.v = v.data(), call.out = out.data();
    call.heads = shape.heads, call.kv_heads = shape.kv_heads;
    call.qk_channels = shape.qk_channels, call.v_channels = shape.v_channels;
    call.height = call.width = kEdge;
    const std::unique_ptr<KernelState> state = kernel.make_state == nullptr ? nullptr : kernel.make_state(call, width);
    call.state = state.get();
    AlignedFloats scratch(kernel.scratch_floats(call));
    call.scratch = scratch.data();
    return shortest([&] { kernel.run(call); });
}

}  // namespace katago::cpu
