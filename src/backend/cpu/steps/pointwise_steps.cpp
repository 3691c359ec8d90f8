// SPDX-License-Identifier: MIT
#include "backend/cpu/steps/pointwise_steps.h"

#include <algorithm>
#include <cmath>

#include "backend/cpu/ops/layout.h"
#include "core/error.h"
#include "core/fp16.h"

namespace katago::cpu {

void to_blocks(const float* in, size_t rows, int channels, int width, float* out) {
    for (int block = 0; block < vectors_of(channels, width); ++block) {
        const int first = block * width, count = std::min(width, channels - first);
        for (size_t row = 0; row < rows; ++row, out += width) {
            std::fill(std::copy_n(in + row * static_cast<size_t>(channels) + first, count, out), out + width, 0.0f);
        }
    }
}

void from_blocks(const float* in, size_t rows, int channels, int width, float* out) {
    for (int block = 0; block < vectors_of(channels, width); ++block) {
        const int first = block * width, count = std::min(width, channels - first);
        for (size_t row = 0; row < rows; ++row, in += width) {
            std::copy_n(in, count, out + row * static_cast<size_t>(channels) + first);
        }
    }
}

void from_fp16_blocks(const int16_t* in, size_t rows, int channels, float* out) {
    for (int c = 0; c < channels; ++c) {
        const int16_t* from = in + static_cast<size_t>(c / kFp16Block) * rows * kFp16Block + c % kFp16Block;
        for (size_t row = 0; row < rows; ++row, from += kFp16Block) {
            out[row * static_cast<size_t>(channels) + static_cast<size_t>(c)] =
                float_of_fp16(static_cast<uint16_t>(*from));
        }
    }
}

void InputStep::run(const RunContext& context, const TensorType& result) const {
    const float* from = source == Source::Spatial  ? context.inputs.spatial
                        : source == Source::Global ? context.inputs.global
                                                   : context.inputs.meta;
    if (from == nullptr) throw BackendError("cpu: the network takes an input that was not given");
    to_blocks(from, context.shape.batch * context.shape.points(result.kind), result.channels, context.shape.width,
              context.value(out));
}

void ElementwiseStep::run(const RunContext& context, const TensorType& result) const {
    kernels->elementwise(
        {context.value(in), vectors_of(result.channels, context.shape.width), context.epilogue(epilogue, result)});
}

void RmsNormStep::run(const RunContext& context, const TensorType& result) const {
    RmsNormCall call;
    call.in = context.value(in), call.out = context.value(out);
    call.gamma = gamma.data(), call.beta = beta.data();
    call.epsilon = epsilon, call.over_board = over_board, call.kind = kind;
    call.channels = result.channels;
    call.batch = context.shape.batch, call.points = context.shape.points(result.kind);
    kernels->rms_norm(call);
}

size_t PoolStep::scratch_floats(const PlanShape& shape, const TensorType&) const {
    return 2 * shape.batch * static_cast<size_t>(vectors_of(in_channels, shape.width) * shape.width);
}

void PoolStep::run(const RunContext& context, const TensorType& result) const {
    const int width = context.shape.width;
    const size_t batch = context.shape.batch;
    const size_t padded = static_cast<size_t>(vectors_of(in_channels, width) * width);
    PoolCall call;
    call.in = context.value(in), call.vectors = vectors_of(in_channels, width);
    call.sums = context.scratch, call.maxima = context.scratch + batch * padded;
    call.batch = batch, call.points = context.shape.points(context.type(in).kind);
    kernels->pool(call);

    const double area = static_cast<double>(call.points), edge = std::sqrt(area) - 14;
    const auto by_size = static_cast<float>(edge / 10), by_square = static_cast<float>(edge * edge / 100 - 0.1);
    float* to = context.value(out);
    std::fill_n(to, static_cast<size_t>(vectors_of(result.channels, width) * width) * batch, 0.0f);
    const auto set = [&](size_t sample, int channel, float x) {
        to[(static_cast<size_t>(channel / width) * batch + sample) * static_cast<size_t>(width) +
           static_cast<size_t>(channel % width)] = x;
    };
    for (size_t sample = 0; sample < batch; ++sample) {
        for (int c = 0; c < in_channels; ++c) {
            const size_t at = sample * padded + static_cast<size_t>(c);
            const auto mean = static_cast<float>(static_cast<double>(call.sums[at]) / area);
            const bool value_head = kind == GlobalPool::Kind::Value;
            set(sample, c, mean);
            set(sample, in_channels + c, mean * by_size);
            set(sample, 2 * in_channels + c, value_head ? mean * by_square : std::max(call.maxima[at], -1.0f));
        }
    }
}

}  // namespace katago::cpu
