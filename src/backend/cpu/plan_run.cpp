// SPDX-License-Identifier: MIT
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <string>

#include "backend/cpu/pack.h"
#include "backend/cpu/plan.h"
#include "core/error.h"
#include "core/fp16.h"

namespace katago::cpu {

namespace {

// [rows, channels] -> blocks, with zeros in the lanes left over.
void to_blocks(const float* in, size_t rows, int channels, int width, float* out) {
    for (int block = 0; block < vectors_of(channels, width); ++block) {
        const int first = block * width, count = std::min(width, channels - first);
        for (size_t row = 0; row < rows; ++row, out += width) {
            std::fill(std::copy_n(in + row * static_cast<size_t>(channels) + first, count, out), out + width, 0.0f);
        }
    }
}

// Blocks -> [rows, channels].
void from_blocks(const float* in, size_t rows, int channels, int width, float* out) {
    for (int block = 0; block < vectors_of(channels, width); ++block) {
        const int first = block * width, count = std::min(width, channels - first);
        for (size_t row = 0; row < rows; ++row, in += width) {
            std::copy_n(in, count, out + row * static_cast<size_t>(channels) + first);
        }
    }
}

// Halves in units of eight channels -> [rows, channels].
void from_halves(const int16_t* in, size_t rows, int channels, float* out) {
    constexpr int kUnit = 8;
    for (int c = 0; c < channels; ++c) {
        const int16_t* from = in + static_cast<size_t>(c / kUnit) * rows * kUnit + c % kUnit;
        for (size_t row = 0; row < rows; ++row, from += kUnit) {
            out[row * static_cast<size_t>(channels) + static_cast<size_t>(c)] =
                float_of_fp16(static_cast<uint16_t>(*from));
        }
    }
}

}  // namespace

// One evaluation: calls the kernel of each step.
struct CpuPlan::Run {
    CpuPlan& plan;
    size_t batch;
    const PlanInputs& inputs;
    const Kernels& kernels;
    size_t index = 0;  // of the step

    const Step& step() const { return plan.program_.steps[index]; }
    int vectors() const { return vectors_of(step().type.channels, kernels.width); }
    float* value(NodeId id) const { return id == kNone ? nullptr : plan.values_[static_cast<size_t>(id)]; }
    bool is_half(NodeId id) const { return id != kNone && plan.program_.in_halves[static_cast<size_t>(id)]; }
    const TensorType& type(NodeId id) const { return plan.program_.types[static_cast<size_t>(id)]; }

    EpilogueCall epilogue(const Epilogue& from) const {
        EpilogueCall call;
        call.multiplier = value(from.multiplier), call.vector = value(from.vector);
        call.residual = value(from.residual);
        call.raw = value(from.raw);
        if (is_half(from.activated)) {
            call.halves = reinterpret_cast<int16_t*>(value(from.activated));
        } else {
            call.activated = value(from.activated);
        }
        call.scale = from.scale.data(), call.shift = from.shift.data(), call.kind = from.kind;
        call.batch = batch, call.points = plan.points_of(step().type.kind);
        return call;
    }

    // Of products whose operands are rounded to 16 bits or fewer.
    static EpilogueCall rounded(EpilogueCall call) {
        call.rough = true;
        return call;
    }

    void operator()(const InputStep& input) const {
        const float* from = input.source == InputStep::Source::Spatial  ? inputs.spatial
                            : input.source == InputStep::Source::Global ? inputs.global
                                                                        : inputs.meta;
        if (from == nullptr) throw BackendError("eigen: the network takes an input that was not given");
        to_blocks(from, batch * plan.points_of(input.out), type(input.out).channels, kernels.width, value(input.out));
    }

    void operator()(const DenseStep& layer) const {
        DenseCall call;
        call.in = value(layer.in), call.weights = layer.weights.data();
        call.depth = layer.depth, call.vectors = vectors();
        call.out = epilogue(layer.epilogue);
        call.rows = static_cast<int>(batch * call.out.points);
        kernels.dense(call);
    }

    void operator()(const WinogradStep& layer) const {
        WinogradCall call;
        call.in = value(layer.in), call.weights = layer.weights.data();
        call.weights_transformed = layer.weights_transformed, call.input_transformed = layer.input_transformed;
        call.height = plan.board_.height, call.width = plan.board_.width;
        call.in_channels = layer.in_channels, call.out_vectors = vectors();
        call.tiles_in = plan.winograd_input_.data(), call.scratch = plan.scratch_.data();
        call.out = epilogue(layer.epilogue);
        kernels.winograd(call);
    }

    void operator()(const IntegerDenseStep& layer) const {
        IntegerDenseCall call;
        call.in = value(layer.in), call.weights = layer.weights.pointers(), call.input_quantized = layer.input_ready;
        call.depth = layer.depth, call.vectors = vectors();
        call.quantized = plan.integer_input_.data();
        if (is_half(layer.in)) {
            call.quantized = reinterpret_cast<int16_t*>(value(layer.in)), call.input_quantized = true;
        }
        call.row_scales = plan.integer_scales_.data();
        call.long_chains = plan.program_.long_chains;
        call.out = rounded(epilogue(layer.epilogue));
        call.rows = static_cast<int>(batch * call.out.points);
        (layer.halves ? kernels.half_dense : kernels.integer_dense)(call);
    }

    void operator()(const IntegerWinogradStep& layer) const {
        IntegerWinogradCall call;
        call.in = value(layer.in), call.weights = layer.weights.pointers(), call.input_transformed = layer.input_ready;
        call.weights_in_lines = layer.weights_in_lines;
        call.height = plan.board_.height, call.width = plan.board_.width;
        call.in_channels = layer.in_channels, call.out_vectors = vectors();
        call.tiles_in = plan.integer_input_.data(), call.tile_scales = plan.integer_scales_.data();
        call.scratch = plan.scratch_.data();
        call.out = rounded(epilogue(layer.epilogue));
        (layer.halves ? kernels.half_winograd : kernels.integer_winograd)(call);
    }

    // Where the bytes of a step's input lie.
    template <class Call>
    void place_bytes(Call& call, const Int8Call& reader, int channels, int group, bool gated) const {
        const size_t scales = kernels.int8_input_entries(reader) * static_cast<size_t>(groups_of(channels, group));
        call.quantized = reinterpret_cast<uint8_t*>((gated ? plan.gated_input_ : plan.integer_input_).data());
        call.scales = (gated ? plan.gated_scales_ : plan.integer_scales_).data();
        call.zeros = reinterpret_cast<int32_t*>(call.scales + scales);
    }
    void operator()(const Int8Step& layer) const {
        Int8Call call;
        call.weights = layer.weights.pointers();
        call.input_ready = layer.input_ready || layer.input_gated;
        if (!layer.input_gated) call.in = value(layer.in);
        call.taps = layer.taps, call.height = plan.board_.height, call.width = plan.board_.width;
        call.in_channels = layer.in_channels, call.out_vectors = vectors();
        call.out = rounded(epilogue(layer.epilogue));
        place_bytes(call, call, layer.in_channels, layer.weights.group, layer.input_gated);
        kernels.int8_product(call);
    }
    void operator()(const Int8GatedStep& layer) const {
        Int8GatedCall call;
        call.linear.in = value(layer.in), call.linear.input_ready = layer.input_ready;
        call.linear.weights = layer.linear.pointers(), call.gate = layer.gate.pointers();
        call.linear.in_channels = layer.in_channels, call.linear.out_vectors = vectors();
        call.linear.out.scale = layer.scale.data(), call.linear.out.shift = layer.shift.data();
        call.linear.out.kind = layer.kind;
        call.linear.out.batch = batch, call.linear.out.points = plan.points_of(step().type.kind);
        call.gamma = layer.gamma.empty() ? nullptr : layer.gamma.data(), call.epsilon = layer.epsilon;
        call.scratch = plan.scratch_.data();
        call.out_group = layer.out_group, call.out_turned = layer.out_turned;
        place_bytes(call.linear, call.linear, layer.in_channels, layer.linear.group, false);
        place_bytes(call, call.linear, step().type.channels, layer.out_group, true);
        kernels.int8_gated(call);
    }

    // Copies, for each tap and block, the point that the tap sees from each point.
    void copy_taps(const Im2colStep& layer, float* out) const {
        const ConvGeometry& g = layer.geometry;
        const int height = plan.board_.height, columns = plan.board_.width, width = kernels.width;
        const auto lanes = static_cast<size_t>(width);
        for (int tap = 0; tap < g.kernel_y * g.kernel_x; ++tap) {
            const int dy = (tap / g.kernel_x - g.kernel_y / 2) * g.dilation_y;
            const int dx = (tap % g.kernel_x - g.kernel_x / 2) * g.dilation_x;
            const float* board = value(layer.in);
            const size_t boards = static_cast<size_t>(vectors_of(g.in_channels, width)) * batch;
            for (size_t b = 0; b < boards; ++b, board += static_cast<size_t>(plan.board_.area()) * lanes) {
                for (int y = 0; y < height; ++y) {
                    for (int x = 0; x < columns; ++x, out += width) {
                        const int from_y = y + dy, from_x = x + dx;
                        if (from_y < 0 || from_y >= height || from_x < 0 || from_x >= columns) {
                            std::fill_n(out, width, 0.0f);
                        } else {
                            std::copy_n(board + static_cast<size_t>(from_y * columns + from_x) * lanes, width, out);
                        }
                    }
                }
            }
        }
    }

    void operator()(const Im2colStep& layer) const {
        const ConvGeometry& g = layer.geometry;
        copy_taps(layer, plan.scratch_.data());
        DenseCall call;
        call.in = plan.scratch_.data(), call.weights = layer.weights.data();
        call.depth = g.kernel_y * g.kernel_x * vectors_of(g.in_channels, kernels.width) * kernels.width;
        call.vectors = vectors();
        call.out = epilogue(layer.epilogue);
        call.rows = static_cast<int>(batch * call.out.points);
        kernels.dense(call);
    }

    void operator()(const SparseConvStep& layer) const {
        const ConvGeometry& g = layer.geometry;
        const size_t most = static_cast<size_t>(plan.board_.area()) * static_cast<size_t>(g.in_channels);
        SparseConvCall call;
        call.in = inputs.spatial, call.weights = layer.weights.data();
        call.height = plan.board_.height, call.width = plan.board_.width;
        call.in_channels = g.in_channels, call.out_vectors = vectors();
        call.kernel_y = g.kernel_y, call.kernel_x = g.kernel_x;
        call.dilation_y = g.dilation_y, call.dilation_x = g.dilation_x;
        call.values = plan.scratch_.data();
        call.channels = reinterpret_cast<uint32_t*>(plan.scratch_.data() + most);
        call.first_entry = reinterpret_cast<uint32_t*>(plan.scratch_.data() + 2 * most);
        call.out = epilogue(layer.epilogue);
        kernels.sparse_conv(call);
    }

    void operator()(const ElementwiseStep& layer) const {
        kernels.elementwise({value(layer.in), vectors(), epilogue(layer.epilogue)});
    }

    void operator()(const RmsNormStep& layer) const {
        RmsNormCall call;
        call.in = value(layer.in), call.out = value(layer.out);
        call.gamma = layer.gamma.data(), call.beta = layer.beta.data();
        call.epsilon = layer.epsilon, call.over_board = layer.over_board, call.kind = layer.kind;
        call.channels = step().type.channels;
        call.batch = batch, call.points = plan.points_of(step().type.kind);
        kernels.rms_norm(call);
    }

    void operator()(const PoolStep& layer) const {
        const int channels = type(layer.in).channels, width = kernels.width;
        const size_t padded = static_cast<size_t>(vectors_of(channels, width) * width);
        PoolCall call;
        call.in = value(layer.in), call.vectors = vectors_of(channels, width);
        call.sums = plan.scratch_.data(), call.maxima = plan.scratch_.data() + batch * padded;
        call.batch = batch, call.points = plan.points_of(layer.in);
        kernels.pool(call);

        const double area = static_cast<double>(call.points), edge = std::sqrt(area) - 14;
        const auto by_size = static_cast<float>(edge / 10), by_square = static_cast<float>(edge * edge / 100 - 0.1);
        float* out = value(layer.out);
        std::fill_n(out, static_cast<size_t>(vectors() * width) * batch, 0.0f);
        const auto set = [&](size_t sample, int channel, float x) {
            out[(static_cast<size_t>(channel / width) * batch + sample) * static_cast<size_t>(width) +
                static_cast<size_t>(channel % width)] = x;
        };
        for (size_t sample = 0; sample < batch; ++sample) {
            for (int c = 0; c < channels; ++c) {
                const size_t at = sample * padded + static_cast<size_t>(c);
                const auto mean = static_cast<float>(static_cast<double>(call.sums[at]) / area);
                const bool value_head = layer.kind == GlobalPool::Kind::Value;
                set(sample, c, mean);
                set(sample, channels + c, mean * by_size);
                set(sample, 2 * channels + c, value_head ? mean * by_square : std::max(call.maxima[at], -1.0f));
            }
        }
    }

    void operator()(const AttentionStep& layer) const {
        AttentionCall call;
        call.q = value(layer.q), call.k = value(layer.k), call.v = value(layer.v), call.out = value(layer.out);
        call.heads = layer.layer.heads, call.kv_heads = layer.layer.kv_heads;
        call.qk_channels = layer.layer.qk_channels, call.v_channels = layer.layer.v_channels;
        call.height = plan.board_.height, call.width = plan.board_.width, call.batch = batch;
        call.rope = plan.rope_tables_[index].data();
        call.scratch = plan.scratch_.data();
        call.long_chains = plan.program_.long_chains;
        const auto kernel = layer.halves     ? kernels.half_attention
                            : layer.integers ? kernels.integer_attention
                                             : kernels.attention;
        kernel(call);
    }
};

void CpuPlan::run(int batch, const PlanInputs& inputs, const PlanOutputs& outputs) {
    run_groups(batch, inputs, outputs, {});
}

std::vector<StepTime> CpuPlan::profile(int batch, const PlanInputs& inputs, const PlanOutputs& outputs) {
    std::vector<StepTime> times;
    for (const Step& step : program_.steps) times.push_back({step.node, kernel_name(step.operation), 0});
    run_groups(batch, inputs, outputs, {.times = &times});
    return times;
}

void CpuPlan::observe(int batch, const PlanInputs& inputs, const PlanOutputs& outputs, const PlanObserver& observer) {
    run_groups(batch, inputs, outputs, {.observer = &observer});
}

void CpuPlan::show_values(const Step& step, size_t boards, const PlanObserver& observer) const {
    std::vector<float> plain;
    for (const NodeId id : step.out) {
        const int channels = program_.types[static_cast<size_t>(id)].channels;
        const size_t points = points_of(id);
        plain.resize(boards * points * static_cast<size_t>(channels));
        const float* const value = values_[static_cast<size_t>(id)];
        if (program_.in_halves[static_cast<size_t>(id)]) {
            from_halves(reinterpret_cast<const int16_t*>(value), boards * points, channels, plain.data());
        } else {
            from_blocks(value, boards * points, channels, program_.kernels->width, plain.data());
        }
        observer({id, step.node, static_cast<int>(boards), static_cast<int>(points), channels, plain});
    }
}

void CpuPlan::run_groups(int batch, const PlanInputs& inputs, const PlanOutputs& outputs, const Watch& watch) {
    if (batch < 1 || static_cast<size_t>(batch) > max_batch_) {
        throw BackendError("eigen: a batch of " + std::to_string(batch) + ", the plan is for 1 to " +
                           std::to_string(max_batch_));
    }
    const size_t boards = static_cast<size_t>(batch), groups = (boards + group_ - 1) / group_;
    const auto row = [&](const float* rows, size_t board, int channels, size_t points) {
        return rows == nullptr ? nullptr : rows + board * points * static_cast<size_t>(channels);
    };
    const auto out_row = [&](float* rows, size_t board, NodeId id) {
        return rows + board * points_of(id) * static_cast<size_t>(program_.types[static_cast<size_t>(id)].channels);
    };
    const GraphOutputs& ids = program_.outputs;
    for (size_t group = 0; group < groups; ++group) {
        const size_t first = group * boards / groups;
        const PlanInputs in{row(inputs.spatial, first, program_.spatial_channels, points_of(TensorKind::Spatial)),
                            row(inputs.global, first, program_.global_channels, 1),
                            row(inputs.meta, first, program_.meta_channels, 1)};
        const PlanOutputs out{out_row(outputs.policy, first, ids.policy), out_row(outputs.pass, first, ids.pass),
                              out_row(outputs.value, first, ids.value), out_row(outputs.score, first, ids.score),
                              out_row(outputs.ownership, first, ids.ownership)};
        run_group((group + 1) * boards / groups - first, in, out, watch);
    }
}

void CpuPlan::run_group(size_t boards, const PlanInputs& inputs, const PlanOutputs& outputs, const Watch& watch) {
    Run run{*this, boards, inputs, *program_.kernels};
    for (; run.index < program_.steps.size(); ++run.index) {
        const Step& step = program_.steps[run.index];
        if (watch.times == nullptr) {
            std::visit(run, step.operation);
        } else {
            const auto begin = std::chrono::steady_clock::now();
            std::visit(run, step.operation);
            const auto end = std::chrono::steady_clock::now();
            (*watch.times)[run.index].seconds += std::chrono::duration<double>(end - begin).count();
        }
        if (watch.observer != nullptr) show_values(step, boards, *watch.observer);
    }

    const auto copy_out = [&](NodeId id, float* rows) {
        from_blocks(run.value(id), run.batch * points_of(id), run.type(id).channels, program_.kernels->width, rows);
    };
    copy_out(program_.outputs.policy, outputs.policy);
    copy_out(program_.outputs.pass, outputs.pass);
    copy_out(program_.outputs.value, outputs.value);
    copy_out(program_.outputs.score, outputs.score);
    copy_out(program_.outputs.ownership, outputs.ownership);
}

}  // namespace katago::cpu
