// SPDX-License-Identifier: MIT
#include <algorithm>
#include <optional>
#include <utility>

#include "backend/cpu/pack.h"
#include "backend/cpu/program.h"
#include "core/fp16.h"
#include "nn/int8_layers.h"
#include "nn/passes/join_glus.h"

namespace katago::cpu {

namespace {

// Transformed weights of all 3x3 layers together may take this much; networks beyond keep the plain ones and transform
// them in every evaluation, which costs a tenth of the arithmetic but a quarter of the memory and of its traffic.
constexpr size_t kMostTransformedBytes = size_t{64} << 20;

size_t transformed_bytes(const Graph& graph) {
    size_t bytes = 0;
    for (const Node& node : graph.nodes()) {
        const auto* conv = std::get_if<Conv2d>(&node.layer);
        if (conv == nullptr || !is_winograd(*conv)) continue;
        bytes += sizeof(float) * kWinogradPositions * static_cast<size_t>(conv->in_channels) *
                 static_cast<size_t>(conv->out_channels);
    }
    return bytes;
}

ConvGeometry geometry_of(const Conv2d& conv) {
    return {conv.kernel_y, conv.kernel_x, conv.dilation_y, conv.dilation_x, conv.in_channels};
}

// Makes the steps, one for each fused node of the graph.
class Lowering {
  public:
    Lowering(const Graph& graph, const Kernels& kernels, const PlanChoices& choices)
        : graph_(graph),
          choices_(choices),
          is_trunk_(graph.trunk()),
          takes_int8_(int8_layers(graph)),
          fused_(fuse_epilogues(graph)),
          width_(kernels.width),
          transform_weights_(transformed_bytes(graph) <= kMostTransformedBytes) {
        program_.kernels = &kernels;
        // Attention goes with the layers around it.
        const auto chooses = [&](ProductKernel kernel) {
            return std::any_of(choices.kernels.begin(), choices.kernels.end(),
                               [&](const auto& c) { return c.second == kernel; });
        };
        integers_ = kernels.integer_attention != nullptr && chooses(ProductKernel::GemmS16);
        halves_ = kernels.half_attention != nullptr && chooses(ProductKernel::GemmF16);
        program_.half_weights = choices.half_weights;
        program_.long_chains = choices.int8;
        program_.outputs = graph.outputs();
        program_.spatial_channels = graph.spatial_channels();
        program_.global_channels = graph.global_channels();
        program_.meta_channels = graph.meta_channels();
        for (const Node& node : graph.nodes()) program_.types.push_back(node.type);
        program_.in_halves.resize(program_.types.size(), false);
    }

    Program run() {
        for (const FusedNode& node : fused_.nodes()) {
            node_ = &node;
            std::visit(*this, fused_.layer(node));
        }
        join_int8_glus();
        hand_over_halves();
        mark_prepared_inputs();
        return std::move(program_);
    }

    void operator()(const InputSpatial&) {
        // Convolutions read the plan's input as it is.
        const std::vector<NodeId> readers = graph_.readers()[static_cast<size_t>(id())];
        const bool only_convs = std::all_of(readers.begin(), readers.end(), [&](NodeId reader) {
            return std::holds_alternative<Conv2d>(graph_.node(reader).layer);
        });
        if (!only_convs || graph_.is_output(id())) add_input(InputStep::Source::Spatial);
    }
    void operator()(const InputGlobal&) { add_input(InputStep::Source::Global); }
    void operator()(const InputMeta&) { add_input(InputStep::Source::Meta); }

    void operator()(const Conv2d& layer) {
        if (is_pointwise(layer) && !reads_planes()) {
            add_dense(layer.weights, layer.in_channels, layer.out_channels);
            return;
        }
        if (is_winograd(layer) && computes_int8(layer.weights)) {
            add_int8(layer.weights, {9, layer.in_channels, layer.out_channels});
            return;
        }
        Conv2d conv = layer;
        conv.weights = weights_of(layer.weights);
        if (reads_planes()) {
            add(SparseConvStep{geometry_of(conv), pack_sparse(conv, width_), epilogue()});
            program_.steps.back().in.erase(program_.steps.back().in.begin());  // the plan's own input
        } else if (is_winograd(conv) && chosen() == ProductKernel::WinogradS16) {
            add(IntegerWinogradStep{in(0), conv.in_channels, false, pack_integer_winograd(conv, width_), epilogue()});
        } else if (is_winograd(conv) && chosen() == ProductKernel::WinogradF16) {
            const bool in_lines = half_weights_in_lines(conv);
            add(IntegerWinogradStep{in(0), conv.in_channels, false, pack_half_winograd(conv, in_lines), epilogue(),
                                    true, in_lines});
        } else if (is_winograd(conv)) {
            add(WinogradStep{in(0), conv.in_channels, transform_weights_, false,
                             pack_winograd(conv, width_, transform_weights_), epilogue()});
        } else {
            add(Im2colStep{in(0), geometry_of(conv), pack_im2col(conv, width_), epilogue()});
        }
    }
    void operator()(const MatMul& layer) { add_dense(layer.weights, layer.in_channels, layer.out_channels); }

    void operator()(const Bias&) { add_elementwise(); }
    void operator()(const BatchNorm&) { add_elementwise(); }
    void operator()(const Activation&) { add_elementwise(); }
    void operator()(const Add&) { add_elementwise(); }
    void operator()(const Multiply&) { add_elementwise(); }
    void operator()(const AddBroadcast&) { add_elementwise(); }

    void operator()(const RmsNorm& layer) {
        RmsNormStep step{in(0), node_->writes[0], layer.epsilon, layer.over_board, {}, {}, node_->epilogue.kind};
        step.gamma = pad_channels(*layer.gamma, width_);
        if (layer.beta) step.beta = pad_channels(*layer.beta, width_);
        add(std::move(step));
    }
    void operator()(const GlobalPool& layer) { add(PoolStep{in(0), id(), layer.kind}); }
    void operator()(const Attention& layer) {
        add(AttentionStep{in(0), in(1), in(2), id(), layer, integers_, halves_});
    }

  private:
    NodeId id() const { return node_->first; }
    NodeId in(size_t i) const { return node_->reads[i]; }

    Epilogue epilogue() const {
        const FusedEpilogue& fused = node_->epilogue;
        Epilogue out;
        out.multiplier = fused.multiplier, out.vector = fused.vector, out.residual = fused.residual;
        out.raw = fused.raw, out.activated = fused.activated, out.kind = fused.kind;
        out.scale = pad_channels(fused.affine.scale, width_), out.shift = pad_channels(fused.affine.shift, width_);
        return out;
    }

    void add(Operation operation) {
        program_.steps.push_back({id(), graph_.node(id()).type, node_->reads, node_->writes, std::move(operation)});
    }

    // Making weights anew in every evaluation costs a twelfth of the products and half a unit in the last place; that
    // is worth it where they are too large for a core's caches.
    bool half_weights_in_lines(const Conv2d& conv) const {
        constexpr size_t kLargeBytes = size_t{1} << 20;
        const size_t bytes = size_t{2} * kWinogradPositions * static_cast<size_t>(conv.in_channels) *
                             static_cast<size_t>(conv.out_channels);
        return program_.kernels->half_lines && bytes > kLargeBytes;
    }
    // What a gated layer multiplied is quantized a line at a time: see Int8GatedCall.
    bool long_groups() const { return !std::holds_alternative<Multiply>(graph_.node(in(0)).layer); }
    bool reads_planes() const { return std::holds_alternative<InputSpatial>(graph_.node(in(0)).layer); }
    // Weights as the layer computes with them, in floats.
    Weights weights_of(const LinearWeights& stored) const {
        Weights floats = stored.floats();
        if (!choices_.half_weights || stored.dtype() == DType::Float16) return floats;
        std::vector<float> rounded(*floats);
        for (float& x : rounded) x = float_of_fp16(fp16_of_float(x));
        return make_weights(std::move(rounded));
    }
    bool computes_int8(const LinearWeights& weights) const {
        return choices_.int8 && program_.kernels->int8_product != nullptr &&
               std::binary_search(takes_int8_.begin(), takes_int8_.end(), id()) && !reads_planes() &&
               fits_int8_groups(weights, long_groups());
    }
    void add_int8(const LinearWeights& weights, const ProductSize& size) {
        add(Int8Step{in(0), size.taps, size.in, false, false,
                     pack_int8(weights, size, *program_.kernels, long_groups()), epilogue()});
    }

    void add_input(InputStep::Source source) { add(InputStep{source, id()}); }
    // The kernel that was chosen for the present node, if any.
    std::optional<ProductKernel> chosen() const {
        const std::optional<ProductShape> shape = product_shape(graph_.node(id()));
        if (!shape || !is_trunk_[static_cast<size_t>(id())]) return std::nullopt;
        const auto choice = choices_.kernels.find(*shape);
        return choice == choices_.kernels.end() ? std::nullopt : std::optional(choice->second);
    }
    void add_dense(const LinearWeights& stored, int depth, int out) {
        if (computes_int8(stored)) {
            add_int8(stored, {1, depth, out});
            return;
        }
        const Weights weights = weights_of(stored);
        if (chosen() == ProductKernel::GemmS16) {
            add(IntegerDenseStep{in(0), depth, false, pack_integer_dense(*weights, depth, out, *program_.kernels),
                                 epilogue()});
            return;
        }
        if (chosen() == ProductKernel::GemmF16) {
            add(IntegerDenseStep{in(0), depth, false, pack_half_dense(*weights, depth, out), epilogue(), true});
            return;
        }
        add(DenseStep{in(0), depth, pack_dense(*weights, depth, out, width_), epilogue()});
    }
    void add_elementwise() { add(ElementwiseStep{in(0), epilogue()}); }

    // A GLU in INT8 becomes two steps, where the groups of its weights allow it: the first, with the RMS norm, hands
    // bytes over to the second.
    void join_int8_glus() {
        for (const Glu& glu : join_glus(fused_)) {
            auto* linear = int8_step(glu.linear);
            auto* gate = int8_step(glu.gate);
            auto* last = int8_step(glu.last);
            if (linear == nullptr || gate == nullptr || last == nullptr) continue;
            if (linear->weights.group != gate->weights.group || linear->weights.rotated != gate->weights.rotated)
                continue;
            const bool whole_panels = last->weights.group % (kPanelVectors * width_) == 0;
            if (!whole_panels && last->weights.group < last->in_channels) continue;
            Int8GatedStep gated;
            gated.in = linear->in, gated.in_channels = linear->in_channels, gated.out_group = last->weights.group;
            gated.out_turned = last->weights.rotated;
            gated.linear = std::move(linear->weights), gated.gate = std::move(gate->weights);
            gated.scale = std::move(linear->epilogue.scale), gated.shift = std::move(linear->epilogue.shift);
            gated.kind = linear->epilogue.kind;
            last->input_gated = true;
            std::erase(step_of(glu.last).in, last->in);
            if (glu.norm != -1) {
                auto& norm = std::get<RmsNormStep>(step_of(glu.norm).operation);
                gated.gamma = std::move(norm.gamma), gated.epsilon = norm.epsilon, gated.in = norm.in;
                remove_step(glu.norm);
            }
            Step& step = step_of(glu.gate);
            step.in = {gated.in}, step.out = {};
            step.operation = std::move(gated);
            remove_step(glu.linear);
        }
    }
    // The step of a fused node, by its index.
    std::vector<Step>::iterator find_step(int index) {
        const NodeId first = fused_.nodes()[static_cast<size_t>(index)].first;
        return std::find_if(program_.steps.begin(), program_.steps.end(),
                            [&](const Step& step) { return step.node == first; });
    }
    Step& step_of(int index) { return *find_step(index); }
    void remove_step(int index) { program_.steps.erase(find_step(index)); }
    // Null where the node is computed otherwise.
    Int8Step* int8_step(int index) { return std::get_if<Int8Step>(&step_of(index).operation); }

    // How many steps read the value of each node; the outputs are read once more.
    std::vector<int> readers_of_values() const {
        std::vector<int> readers(program_.types.size(), 0);
        for (NodeId id = 0; int& count : readers) count = graph_.is_output(id++) ? 1 : 0;
        for (const Step& step : program_.steps) {
            for (const NodeId id : step.in) ++readers[static_cast<size_t>(id)];
        }
        return readers;
    }

    // What products in halves activate for nothing but dense products in halves is rounded as it is stored: half as
    // much goes to memory.
    void hand_over_halves() {
        constexpr int kUnit = 8;  // channels
        std::vector<int> others = readers_of_values();
        for (const Step& step : program_.steps) {
            const auto* dense = std::get_if<IntegerDenseStep>(&step.operation);
            if (dense != nullptr && dense->halves) --others[static_cast<size_t>(dense->in)];
        }
        const auto hand_over = [&](const Step& step, const auto& product) {
            const NodeId out = product.epilogue.activated;
            const bool whole_units = vectors_of(step.type.channels, width_) * width_ % kUnit == 0;
            if (product.halves && out != kNone && whole_units && others[static_cast<size_t>(out)] == 0) {
                program_.in_halves[static_cast<size_t>(out)] = true;
            }
        };
        for (const Step& step : program_.steps) {
            if (const auto* dense = std::get_if<IntegerDenseStep>(&step.operation)) hand_over(step, *dense);
            if (const auto* conv = std::get_if<IntegerWinogradStep>(&step.operation)) hand_over(step, *conv);
        }
    }

    // Float tiles have a buffer of their own; what is made for integers or halves shares one.
    void mark_prepared_inputs() {
        NodeId transformed = kNone, tiles = kNone, rows = kNone;
        struct Bytes {
            NodeId in = kNone;
            int taps = 0, group = 0, rotated = 0;
            bool operator==(const Bytes&) const = default;
        } bytes;
        const auto takes_bytes = [&](const Bytes& wanted) {
            const bool ready = bytes == wanted;
            bytes = wanted, rows = tiles = kNone;
            return ready;
        };
        for (Step& step : program_.steps) {
            if (auto* winograd = std::get_if<WinogradStep>(&step.operation)) {
                winograd->input_transformed = winograd->in == transformed;
                transformed = winograd->in;
            } else if (auto* integer_winograd = std::get_if<IntegerWinogradStep>(&step.operation)) {
                integer_winograd->input_ready = integer_winograd->in == tiles;
                tiles = integer_winograd->in, rows = kNone, bytes = {};
            } else if (auto* dense = std::get_if<IntegerDenseStep>(&step.operation)) {
                if (program_.in_halves[static_cast<size_t>(dense->in)]) continue;
                dense->input_ready = dense->in == rows;
                rows = dense->in, tiles = kNone, bytes = {};
            } else if (auto* gated = std::get_if<Int8GatedStep>(&step.operation)) {
                const bool ready = takes_bytes({gated->in, 1, gated->linear.group, gated->linear.rotated});
                gated->input_ready = ready && gated->gamma.empty();
                if (!gated->gamma.empty()) bytes = {};  // they are of what the norm makes
            } else if (auto* int8 = std::get_if<Int8Step>(&step.operation); int8 != nullptr && !int8->input_gated) {
                int8->input_ready = takes_bytes({int8->in, int8->taps, int8->weights.group, int8->weights.rotated});
            }
        }
    }

    const Graph& graph_;
    const PlanChoices& choices_;
    std::vector<bool> is_trunk_;
    std::vector<NodeId> takes_int8_;
    FusedGraph fused_;
    int width_;
    bool transform_weights_;
    bool integers_ = false, halves_ = false;  // attention in 16-bit integers, or in halves
    Program program_;
    const FusedNode* node_ = nullptr;  // the present one
};

}  // namespace

Program lower(const Graph& graph, const Kernels& kernels, const PlanChoices& choices) {
    return Lowering(graph, kernels, choices).run();
}

}  // namespace katago::cpu
