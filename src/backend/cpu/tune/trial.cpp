// SPDX-License-Identifier: MIT
#include "backend/cpu/tune/trial.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <list>
#include <vector>

#include "backend/arena.h"
#include "backend/cpu/ops/layout.h"
#include "core/machine.h"
#include "core/seconds_clock.h"
#include "core/thread.h"

namespace katago::cpu {

namespace {

constexpr int kEdge = 19, kArea = kEdge * kEdge;
constexpr double kSecondsPerCandidate = 0.008;
constexpr int kLeastRuns = 3;
// One run that is as long as this tells enough: what disturbs it is short beside it.
constexpr double kLongEnough_s = 0.05;

// Weights that together are twice the last cache leave nothing in it that the next run could use. What machines do not
// tell is guessed, and what the biggest ones have is too much to fill.
constexpr double kUnknownCacheBytes = 2 << 20, kMostCacheBytes = 64 << 20;

using Run = std::function<void()>;

// The time of runs[0], repeated while the other runs are repeated in threads of their own, behind one that fetches what
// stays in the caches. Other processes only ever make a run longer, so the quickest quarter counts.
double seconds_of(const std::vector<Run>& runs) {
    std::atomic<size_t> running = 0;
    std::atomic<bool> ended = false;
    std::list<Thread> others;
    struct AtEnd {  // also where a run, or a thread's start, throws: the threads are joined next
        std::atomic<bool>& ended;
        ~AtEnd() { ended = true; }
    } const at_end{ended};
    for (size_t i = 1; i < runs.size(); ++i) {
        others.emplace_back([&, i] {
            for (++running; !ended;) runs[i]();
        });
    }
    do runs[0]();
    while (running + 1 < runs.size());
    std::vector<double> times;
    double sum = 0;
    while (sum < kLongEnough_s && (times.size() < kLeastRuns || sum < kSecondsPerCandidate)) {
        const double begin = steady_seconds();
        runs[0]();
        times.push_back(steady_seconds() - begin);
        sum += times.back();
    }
    ended = true;
    for (Thread& other : others) other.join();
    const auto quarter = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 4);
    std::nth_element(times.begin(), quarter, times.end());
    return *quarter;
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

template <class T>
AlignedArray<T> copy_of(const AlignedArray<T>& array) {
    AlignedArray<T> copy(array.size());
    if (!array.empty()) std::memcpy(copy.data(), array.data(), array.size() * sizeof(T));
    return copy;
}

// The weights of a layer as often as it takes for them to be in the caches as little as those of a whole network. A
// library's own, which cannot be copied, once.
std::vector<PackedWeights> weights_of_layers(PackedWeights&& packed, double layers) {
    const double bytes = static_cast<double>(packed.values.size());
    const auto cache = static_cast<double>(last_level_cache_bytes());
    const double most = 2 * (cache > 0 ? std::min(cache, kMostCacheBytes) : kUnknownCacheBytes);
    std::vector<PackedWeights> weights;
    if (packed.library == nullptr && bytes > 0) {
        const double wanted = std::min(layers, std::ceil(most / bytes));
        while (static_cast<double>(weights.size()) + 1 < wanted) {
            PackedWeights copy;
            copy.values = copy_of(packed.values), copy.scales = copy_of(packed.scales),
            copy.sums = copy_of(packed.sums);
            copy.input_limit = packed.input_limit, copy.transform = packed.transform;
            copy.group = packed.group, copy.rotated = packed.rotated;
            weights.push_back(std::move(copy));
        }
    }
    weights.push_back(std::move(packed));
    return weights;
}

// The floats of so many channels of a position, in whole channel blocks of any kernel.
size_t padded_floats(int channels) {
    constexpr int kChannelMultiple = 64;
    return static_cast<size_t>(kArea) * static_cast<size_t>(vectors_of(channels, kChannelMultiple) * kChannelMultiple);
}

// A layer that a thread computes, each time with the next weights.
class LinearTrial {
  public:
    LinearTrial(const LayerShape& shape, const LinearKernel& kernel, int width,
                const std::vector<PackedWeights>& weights, size_t first)
        : kernel_(kernel),
          weights_(weights),
          next_(first),
          in_(padded_floats(shape.in)),
          out_(static_cast<size_t>(kArea * vectors_of(shape.out, width) * width)) {
        call_.in = in_.data();
        call_.weights = weights_[next_].view();
        call_.rows = kArea, call_.height = call_.width = kEdge;
        call_.taps = shape.layer == LinearLayer::Conv3x3 ? 9 : 1;
        call_.depth = shape.in, call_.vectors = vectors_of(shape.out, width);
        call_.near_cache_bytes = near_cache_bytes();
        call_.out.raw = out_.data(), call_.out.points = kArea;
        if (kernel.make_state != nullptr) state_ = kernel.make_state(call_, width);
        const InputRoom room = kernel.input_room(call_);
        input_ = AlignedArray<int8_t>(room.bytes), input_scales_ = AlignedFloats(room.scales);
        scratch_ = AlignedFloats(kernel.scratch_floats(call_));
        call_.state = state_.get();
        call_.input = input_.data(), call_.input_scales = input_scales_.data(), call_.scratch = scratch_.data();
    }

    void run() {
        call_.weights = weights_[next_].view();
        next_ = (next_ + 1) % weights_.size();
        kernel_.run(call_);
    }

  private:
    const LinearKernel& kernel_;
    const std::vector<PackedWeights>& weights_;
    size_t next_;
    AlignedFloats in_, out_;
    AlignedArray<int8_t> input_;
    AlignedFloats input_scales_, scratch_;
    std::unique_ptr<KernelState> state_;
    LinearCall call_;
};

class AttentionTrial {
  public:
    AttentionTrial(const AttentionShape& shape, const AttentionKernel& kernel, int width)
        : kernel_(kernel),
          q_(padded_floats(shape.heads * shape.qk_channels)),
          k_(padded_floats(shape.kv_heads * shape.qk_channels)),
          v_(padded_floats(shape.kv_heads * shape.v_channels)),
          out_(padded_floats(shape.heads * shape.v_channels)) {
        call_.q = q_.data(), call_.k = k_.data(), call_.v = v_.data(), call_.out = out_.data();
        call_.heads = shape.heads, call_.kv_heads = shape.kv_heads;
        call_.qk_channels = shape.qk_channels, call_.v_channels = shape.v_channels;
        call_.height = call_.width = kEdge;
        if (kernel.make_state != nullptr) state_ = kernel.make_state(call_, width);
        scratch_ = AlignedFloats(kernel.scratch_floats(call_));
        call_.state = state_.get(), call_.scratch = scratch_.data();
    }

    void run() { kernel_.run(call_); }

  private:
    const AttentionKernel& kernel_;
    AlignedFloats q_, k_, v_, out_, scratch_;
    std::unique_ptr<KernelState> state_;
    AttentionCall call_;
};

template <class Trial>
double seconds_of(std::list<Trial>& trials) {
    std::vector<Run> runs;
    for (Trial& trial : trials) runs.push_back([&trial] { trial.run(); });
    return seconds_of(runs);
}

}  // namespace

double seconds_of_trial(const LayerShape& shape, const ShapeCandidates& layers, const LinearKernel& kernel, int width,
                        int threads) {
    if (!is_available(kernel)) return std::numeric_limits<double>::infinity();
    const LayerSize size{shape.layer == LinearLayer::Conv3x3 ? 9 : 1, shape.in, shape.out};
    const std::vector<PackedWeights> weights =
        weights_of_layers(packed_weights(size, layers, kernel, width), layers.as_many_layers);
    std::list<LinearTrial> trials;
    for (int i = 0; i < threads; ++i)
        trials.emplace_back(shape, kernel, width, weights,
                            static_cast<size_t>(i) * weights.size() / static_cast<size_t>(threads));
    return seconds_of(trials);
}

double seconds_of_trial(const AttentionShape& shape, const AttentionKernel& kernel, int width, int threads) {
    if (!is_available(kernel)) return std::numeric_limits<double>::infinity();
    std::list<AttentionTrial> trials;
    for (int i = 0; i < threads; ++i) trials.emplace_back(shape, kernel, width);
    return seconds_of(trials);
}

}  // namespace katago::cpu
