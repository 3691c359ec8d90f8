// SPDX-License-Identifier: MIT
#include "backend/vulkan/tune/linear_trial.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <utility>

#include "backend/vulkan/plan/recorder.h"

namespace katago::vulkan {

namespace {

constexpr NodeId kIn = 0, kOut = 1;

}  // namespace

LinearTrial::LinearTrial(std::shared_ptr<const Device> device, const LinearShape& shape, bool few, bool fp16)
    : device_(std::move(device)), shape_(shape) {
    const BoardShape board{.height = 19, .width = 19};
    const uint64_t points = few ? LinearChoices::kFewPoints : LinearChoices::kManyPoints;
    context_.board = board;
    context_.boards = static_cast<uint32_t>(points / static_cast<uint64_t>(board.area()));
    context_.fp16 = fp16;
    context_.capabilities = &device_->capabilities();
    for (const NodeId id : {kIn, kOut}) {
        const uint32_t channels = id == kIn ? shape.in_channels : shape.out_channels;
        const size_t i = static_cast<size_t>(id);
        values_[i] = {{TensorKind::Spatial, static_cast<int>(channels)}, fp16};
        buffers_[i] = zeros(values_[i].bytes(board, context_.boards));
        ranges_[i] = {buffers_[i].handle(), 0, buffers_[i].bytes()};
    }
    context_.values = values_;
    context_.ranges = ranges_;
    const uint64_t weights = uint64_t{shape.matrices} * shape.taps * shape.in_channels * shape.out_channels;
    weight_range_ = {0, weights * (fp16 ? 2 : 4)};
    weights_ = zeros(weight_range_.bytes);
    context_.weights = weights_.handle();
    epilogue_.activated = kOut, epilogue_.kind = ActivationKind::Mish;
    if (shape.matrices == 1) return;
    const uint64_t scratch = WinogradOp{kIn, weight_range_, epilogue_}.scratch_bytes(context_);
    scratch_ = zeros(scratch);
    context_.scratch = {scratch_.handle(), 0, scratch};
}

Buffer LinearTrial::zeros(uint64_t bytes) const {
    Buffer buffer(device_, bytes, Memory::Device);
    device_->upload(buffer, std::vector<std::byte>(bytes));
    return buffer;
}

std::vector<Dispatch> LinearTrial::dispatches() const {
    if (shape_.matrices > 1) return WinogradOp{kIn, weight_range_, epilogue_}.dispatches(context_);
    const int taps = static_cast<int>(shape_.taps), edge = static_cast<int>(std::lround(std::sqrt(taps)));
    const bool is_square = edge * edge == taps;
    return LinearOp{kIn, is_square ? edge : taps, is_square ? edge : 1, 1, 1, weight_range_, epilogue_}.dispatches(
        context_);
}

double LinearTrial::seconds_of_list(const std::vector<Dispatch>& dispatches, int repeated) const {
    size_t bindings = 0;
    for (const Dispatch& dispatch : dispatches) bindings += dispatch.operands.size();
    DescriptorSets sets(device_, static_cast<uint32_t>(dispatches.size()), static_cast<uint32_t>(bindings));
    CommandList commands(device_);
    std::optional<Timestamps> times;
    if (device_->capabilities().timestamp_ns > 0) times.emplace(device_, 2);
    commands.begin();
    if (times) times->reset(commands), times->write(commands, 0);
    Recorder recorder(device_, sets, commands);
    for (int i = 0; i < repeated; ++i)
        for (const Dispatch& dispatch : dispatches) recorder.add(dispatch);
    if (times) times->write(commands, 1);
    commands.end();
    constexpr int kRuns = 3;
    double best = std::numeric_limits<double>::infinity();
    for (int run = 0; run < kRuns; ++run) {
        const auto begin = std::chrono::steady_clock::now();
        commands.run();
        const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begin;
        best = std::min(best, times ? times->read().back() : passed.count());
    }
    return best / repeated;
}

double LinearTrial::seconds(const LinearKernel& kernel) {
    // So long that starting a run counts for little.
    constexpr double kLongEnough_s = 2e-3;
    constexpr double kMostRepeated = 50;
    const LinearChoices only({kernel});
    context_.linear = &only;
    const std::vector<Dispatch> recorded = dispatches();
    context_.linear = nullptr;
    const double once = seconds_of_list(recorded, 1);
    if (once >= kLongEnough_s) return once;
    return seconds_of_list(recorded, static_cast<int>(std::min(kMostRepeated, std::ceil(kLongEnough_s / once))));
}

}  // namespace katago::vulkan
