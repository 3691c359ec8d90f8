// SPDX-License-Identifier: MIT
#include "backend/vulkan/op_bench.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "backend/vulkan/plan/recorder.h"
#include "core/fp16.h"
#include "nn/random_net.h"

namespace test_ops {

using namespace vulkan;

OpBench::OpBench(std::shared_ptr<const Device> device, const BenchShape& shape)
    : capabilities(device->capabilities()), device_(std::move(device)), shape_(shape) {
    context_.board = shape.board;
    context_.boards = static_cast<uint32_t>(shape.boards);
    context_.fp16 = shape.fp16;
    context_.capabilities = &capabilities;
}

NodeId OpBench::add_result(TensorType type, bool is_half) {
    const auto id = static_cast<NodeId>(values_.size());
    values_.push_back({type, is_half && shape_.fp16});
    const uint64_t bytes = values_.back().bytes(shape_.board, static_cast<uint64_t>(shape_.boards));
    buffers_.emplace_back(device_, bytes, Memory::ToHost);
    std::memset(buffers_.back().mapped(), 0xff, bytes);  // what is not written is no number
    ranges_.push_back({buffers_.back().handle(), 0, bytes});
    context_.values = values_;
    context_.ranges = ranges_;
    return id;
}

NodeId OpBench::add_value(TensorType type, bool is_half, const std::vector<float>& rows) {
    const NodeId id = add_result(type, is_half);
    const size_t stride = context_.value(id).stride(), channels = static_cast<size_t>(type.channels);
    std::vector<float> padded(rows.size() / channels * stride);
    for (size_t i = 0; i < rows.size(); ++i) padded[i / channels * stride + i % channels] = rows[i];
    void* const to = buffers_.back().mapped();
    if (context_.value(id).is_half) {
        std::vector<uint16_t> rounded(padded.size());
        std::transform(padded.begin(), padded.end(), rounded.begin(), fp16_of_float);
        std::memcpy(to, rounded.data(), rounded.size() * sizeof(uint16_t));
    } else {
        std::memcpy(to, padded.data(), padded.size() * sizeof(float));
    }
    return id;
}

NodeId OpBench::add_random(TensorType type, bool is_half) {
    const size_t points = type.kind == TensorKind::Vector ? 1 : static_cast<size_t>(shape_.board.area());
    test_nets::Numbers numbers(seed_++);
    return add_value(type, is_half,
                     numbers.row(static_cast<size_t>(shape_.boards) * points * static_cast<size_t>(type.channels)));
}

Buffer OpBench::buffer_of(const std::vector<float>& values) const {
    Buffer buffer(device_, values.size() * sizeof(float), Memory::ToHost);
    std::copy(values.begin(), values.end(), static_cast<float*>(buffer.mapped()));
    return buffer;
}

void OpBench::set_host(const std::vector<float>& rows) {
    host_ = buffer_of(rows);
    context_.host = {host_.handle(), 0, host_.bytes()};
}

void OpBench::set_table(const std::vector<float>& table) {
    table_ = buffer_of(table);
    context_.table = {table_.handle(), 0, table_.bytes()};
}

void OpBench::upload_weights() {
    const std::vector<std::byte> bytes = weights.take();
    weights_ = Buffer(device_, bytes.size(), Memory::ToHost);
    std::copy(bytes.begin(), bytes.end(), static_cast<std::byte*>(weights_.mapped()));
    context_.weights = weights_.handle();
}

void OpBench::set_scratch(uint64_t bytes) {
    scratch_ = Buffer(device_, bytes, Memory::Device);
    context_.scratch = {scratch_.handle(), 0, bytes};
}

void OpBench::dispatch(const std::vector<Dispatch>& dispatches) {
    size_t bindings = 0;
    for (const Dispatch& one : dispatches) bindings += one.operands.size();
    DescriptorSets sets(device_, static_cast<uint32_t>(dispatches.size()), static_cast<uint32_t>(bindings));
    CommandList commands(device_);
    commands.begin();
    Recorder recorder(device_, sets, commands);
    for (const Dispatch& one : dispatches) recorder.add(one);
    commands.end();
    commands.run();
}

Doubles OpBench::rows(NodeId id) const {
    const DeviceValue& value = context_.value(id);
    const void* const from = buffers_[static_cast<size_t>(id)].mapped();
    const size_t stride = value.stride(), channels = static_cast<size_t>(value.type.channels);
    Doubles found;
    size_t dirty = 0;
    for (size_t i = 0; i < context_.rows(id) * stride; ++i) {
        const float x =
            value.is_half ? float_of_fp16(static_cast<const uint16_t*>(from)[i]) : static_cast<const float*>(from)[i];
        if (i % stride < channels)
            found.push_back(x);
        else
            dirty += x != 0;
    }
    CHECK(dirty == 0);
    return found;
}

Doubles OpBench::host() const {
    const auto* from = static_cast<const float*>(host_.mapped());
    return Doubles(from, from + host_.bytes() / sizeof(float));
}

void check_close(const Doubles& found, const Doubles& wanted, double bound) {
    double largest = 1e-3, error = 0;
    REQUIRE(found.size() == wanted.size());
    for (const double x : wanted) largest = std::max(largest, std::abs(x));
    for (size_t i = 0; i < found.size(); ++i)
        error = std::max(error, std::isfinite(found[i]) ? std::abs(found[i] - wanted[i]) : 1e30);
    CHECK(error / largest <= bound);
}

}  // namespace test_ops
