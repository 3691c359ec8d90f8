// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <utility>

#include "backend/cpu/int8_layer.h"
#include "backend/cpu/ops/int8.h"
#include "backend/cpu/ops/pack/pack.h"
#include "nn/random_net.h"
#include "nn/rotation.h"

using namespace test_kernels;
using test_nets::Numbers;

namespace {

struct GluShape {
    int in, hidden, rows;
    bool normed, rotated;
};

// The three layers of a GLU, the first two in one kernel or each with floats as its result.
class Glu {
  public:
    Glu(const KernelSet& kernels, const LinearKernel& gemm, const GluShape& shape, ActivationKind kind)
        : kernels_(kernels), gemm_(gemm), shape_(shape), kind_(kind), numbers_(11) {
        const auto weights = [&](const LayerSize& size, bool whole_rows) {
            const int together = !shape.rotated ? 0 : whole_rows ? widest_rotation(size.in) : rotation_block(size.in);
            const int block = shape.rotated ? 192 : 64;
            return pack_int8(gemm, random_int8(numbers_, 1, size.in, size.out, block, together), size, kernels.width,
                             whole_rows);
        };
        linear_ = weights(first_size(), true), gate_ = weights(first_size(), true);
        last_ = weights(last_size(), false);
        in_ = random_layer(numbers_, {1, shape.in, kOut}, boards()).blocks(kernels.width).floats;
        const auto some = [&](int channels, double middle) {
            return pad_channels(numbers_.row(static_cast<size_t>(channels), 0.5, middle), kernels.width);
        };
        scale_ = some(shape.hidden, 1), shift_ = some(shape.hidden, 0), gamma_ = some(shape.in, 1);
    }

    Blocks together() {
        GluCall call;
        call.linear = first_call(linear_, in_.data());
        call.linear.out.scale = scale_.data(), call.linear.out.shift = shift_.data(), call.linear.out.kind = kind_;
        call.gate = gate_.view(), call.out_group = last_.group, call.out_rotated = last_.rotated;
        if (shape_.normed) call.gamma = gamma_.data(), call.epsilon = kEpsilon;
        const GluKernel& kernel = kernels_.glu.front();
        LinearBuffers reads(gemm_, call.linear), made(gemm_, last_call(nullptr));
        AlignedFloats scratch(kernel.scratch_floats(call));
        reads.lend_to(call.linear);
        call.linear.scratch = scratch.data();
        call.out = made.input(), call.out_scales = made.input_scales();
        kernel.run(call);
        return last(nullptr, made);
    }

    Blocks apart() {
        const Blocks hidden = hidden_values();
        LinearBuffers made(gemm_, last_call(nullptr));
        return last(hidden.floats.data(), made);
    }

  private:
    static constexpr int kOut = 37;
    static constexpr float kEpsilon = 1e-6f;

    Boards boards() const { return one_row_of(shape_.rows); }
    LayerSize first_size() const { return {1, shape_.in, shape_.hidden}; }
    LayerSize last_size() const { return {1, shape_.hidden, kOut}; }
    LinearCall first_call(const PackedWeights& weights, const float* in) const {
        LinearCall call = call_of(weights, first_size(), boards(), kernels_.width);
        call.in = in;
        return call;
    }
    LinearCall last_call(const float* in) const {
        LinearCall call = call_of(last_, last_size(), boards(), kernels_.width);
        call.in = in;
        return call;
    }
    Blocks blocks(int channels) const { return {channels, shape_.rows, kernels_.width}; }

    // What the last layer reads.
    Blocks hidden_values() {
        Blocks normed = blocks(shape_.in), active = blocks(shape_.hidden), hidden = blocks(shape_.hidden);
        if (shape_.normed) {
            RmsNormCall norm;
            norm.in = in_.data(), norm.gamma = gamma_.data(), norm.out = normed.floats.data();
            norm.epsilon = kEpsilon, norm.channels = shape_.in, norm.points = static_cast<size_t>(shape_.rows);
            kernels_.pointwise.rms_norm(norm);
        }
        const float* in = shape_.normed ? normed.floats.data() : in_.data();
        LinearCall linear = first_call(linear_, in), gate = first_call(gate_, in);
        linear.out.activated = active.floats.data(), linear.out.kind = kind_, linear.out.approximate = true;
        linear.out.scale = scale_.data(), linear.out.shift = shift_.data();
        gate.out.multiplier = active.floats.data(), gate.out.raw = hidden.floats.data();
        LinearBuffers buffers(gemm_, linear);
        buffers.lend_to(linear), buffers.lend_to(gate);
        gemm_.run(linear), gemm_.run(gate);
        return hidden;
    }
    // `in` null: `buffers` hold the input.
    Blocks last(const float* in, LinearBuffers& buffers) const {
        Blocks out = blocks(kOut);
        LinearCall call = last_call(in);
        call.input_ready = in == nullptr, call.out.raw = out.floats.data();
        buffers.lend_to(call);
        gemm_.run(call);
        return out;
    }

    const KernelSet& kernels_;
    const LinearKernel& gemm_;
    GluShape shape_;
    ActivationKind kind_;
    Numbers numbers_;
    PackedWeights linear_, gate_, last_;
    AlignedFloats in_, scale_, shift_, gamma_;
};

}  // namespace

TEST_CASE("int8: GLUs hand over what their two layers would store") {
    for_each_int8_gemm([](const KernelSet& kernels, const LinearKernel& gemm) {
        REQUIRE(kernels.glu.size() == 1);
        for (const auto kind : {ActivationKind::Silu, ActivationKind::Relu, ActivationKind::Mish}) {
            for (int rows = 1; rows <= 33; rows += 4) {
                for (const auto& [normed, rotated] : {std::pair{false, false}, {true, false}, {true, true}}) {
                    const int in = rotated ? 64 + 8 * (rows - 1) : 40 + 3 * rows;
                    Glu glu(kernels, gemm, {in, 64 + 16 * rows, rows, normed, rotated}, kind);
                    const AlignedFloats together = glu.together().floats, apart = glu.apart().floats;
                    CAPTURE(rows);
                    CAPTURE(normed);
                    CAPTURE(rotated);
                    REQUIRE(std::any_of(apart.data(), apart.data() + apart.size(), [](float x) { return x != 0; }));
                    CHECK(std::equal(apart.data(), apart.data() + apart.size(), together.data()));
                }
            }
        }
    });
}
