// SPDX-License-Identifier: MIT
#include "backend/reference/reference_backend.h"

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "backend/reference/kernels.h"
#include "core/ensure.h"
#include "core/error.h"

namespace katago {

namespace {

using reference::Doubles;

// Which buffer each node's value lives in: one is taken over by a later node once its last reader is done.
struct Buffers {
    std::vector<size_t> of_node;
    std::vector<size_t> sizes;  // in values of one row
};

size_t points_of(const Node& node, BoardShape board) {
    return node.type.kind == TensorKind::Spatial ? static_cast<size_t>(board.area()) : 1;
}

size_t size_of(const Node& node, BoardShape board) {
    return points_of(node, board) * static_cast<size_t>(node.type.channels);
}

Buffers assign_buffers(const Graph& graph, BoardShape board) {
    const auto readers = graph.readers();
    const GraphOutputs& outputs = graph.outputs();
    Buffers buffers;
    std::vector<size_t> free;
    std::vector<size_t> readers_left(graph.nodes().size());
    for (size_t id = 0; id < graph.nodes().size(); id++) readers_left[id] = readers[id].size();
    for (NodeId id : {outputs.policy, outputs.pass, outputs.value, outputs.score, outputs.ownership})
        readers_left[static_cast<size_t>(id)]++;  // read at the very end

    for (size_t id = 0; id < graph.nodes().size(); id++) {
        const Node& node = graph.nodes()[id];
        if (free.empty()) {
            free.push_back(buffers.sizes.size());
            buffers.sizes.push_back(0);
        }
        const size_t buffer = free.back();
        free.pop_back();
        buffers.of_node.push_back(buffer);
        buffers.sizes[buffer] = std::max(buffers.sizes[buffer], size_of(node, board));
        for (NodeId input : node.inputs)
            if (--readers_left[static_cast<size_t>(input)] == 0)
                free.push_back(buffers.of_node[static_cast<size_t>(input)]);
        if (readers_left[id] == 0) free.push_back(buffer);
    }
    return buffers;
}

class ReferencePlan final : public Plan {
  public:
    ReferencePlan(std::shared_ptr<const LoadedModel> owner, const Graph& graph, BoardShape board, int max_batch)
        : owner_(std::move(owner)),
          graph_(graph),
          board_(board),
          max_batch_(max_batch),
          buffers_(assign_buffers(graph, board)) {
        for (size_t size : buffers_.sizes) values_.emplace_back(size);
    }

    void run(int batch, const PlanInputs& inputs, const PlanOutputs& outputs) override {
        evaluate(batch, inputs, outputs, nullptr);
    }

    void observe(int batch, const PlanInputs& inputs, const PlanOutputs& outputs,
                 const PlanObserver& observer) override {
        evaluate(batch, inputs, outputs, &observer);
    }

  private:
    // `observer` may be null.
    void evaluate(int batch, const PlanInputs& inputs, const PlanOutputs& outputs, const PlanObserver* observer) {
        if (batch < 1 || batch > max_batch_)
            throw BackendError("reference: a batch of " + std::to_string(batch) + ", the plan is for 1 to " +
                               std::to_string(max_batch_));
        for (int row = 0; row < batch; row++) {
            for (size_t id = 0; id < graph_.nodes().size(); id++) {
                std::visit(
                    Evaluate{*this, graph_.nodes()[id], static_cast<NodeId>(id), inputs, static_cast<size_t>(row)},
                    graph_.nodes()[id].layer);
                if (observer != nullptr) show_value(static_cast<NodeId>(id), *observer);
            }
            const GraphOutputs& from = graph_.outputs();
            copy_out(from.policy, outputs.policy, row);
            copy_out(from.pass, outputs.pass, row);
            copy_out(from.value, outputs.value, row);
            copy_out(from.score, outputs.score, row);
            copy_out(from.ownership, outputs.ownership, row);
        }
    }

    void show_value(NodeId id, const PlanObserver& observer) {
        const Node& node = graph_.node(id);
        std::vector<float> shown(size_of(node, board_));
        std::transform(value(id).begin(), value(id).begin() + static_cast<std::ptrdiff_t>(shown.size()), shown.begin(),
                       [](double x) { return static_cast<float>(x); });
        observer({id, id, 1, static_cast<int>(points_of(node, board_)), node.type.channels, shown});
    }

    // Computes one node of one row.
    struct Evaluate {
        ReferencePlan& plan;
        const Node& node;
        NodeId id;
        const PlanInputs& inputs;
        size_t row;

        void operator()(const InputSpatial&) { copy_in(inputs.spatial); }
        void operator()(const InputGlobal&) { copy_in(inputs.global); }
        void operator()(const InputMeta&) { copy_in(inputs.meta); }
        void operator()(const Conv2d& layer) { reference::conv(layer, plan.board_, in(0), out(), plan.scratch_); }
        void operator()(const MatMul& layer) { reference::matmul(layer, points(), in(0), out(), plan.scratch_); }
        void operator()(const Bias& layer) { reference::bias(layer, points(), in(0), out()); }
        void operator()(const BatchNorm& layer) { reference::batch_norm(layer, points(), in(0), out()); }
        void operator()(const RmsNorm& layer) { reference::rms_norm(layer, points(), in(0), out()); }
        void operator()(const Activation& layer) {
            std::transform(in(0), in(0) + size(), out(), [&](double x) { return reference::activate(layer.kind, x); });
        }
        void operator()(const GlobalPool& layer) {
            reference::global_pool(layer, plan.board_.area(), node.type.channels / 3, in(0), out());
        }
        void operator()(const Add&) { std::transform(in(0), in(0) + size(), in(1), out(), std::plus<>()); }
        void operator()(const Multiply&) { std::transform(in(0), in(0) + size(), in(1), out(), std::multiplies<>()); }
        void operator()(const AddBroadcast&) {
            const double *values = in(0), *vector = in(1);
            const size_t channels = static_cast<size_t>(node.type.channels);
            for (size_t at = 0; at < size(); at++) out()[at] = values[at] + vector[at % channels];
        }
        void operator()(const Attention& layer) {
            reference::attention(layer, plan.board_, in(0), in(1), in(2), out(), plan.scratch_);
        }

        const double* in(size_t input) const { return plan.value(node.inputs[input]).data(); }
        double* out() { return plan.value(id).data(); }
        size_t size() const { return size_of(node, plan.board_); }
        int points() const { return static_cast<int>(points_of(node, plan.board_)); }
        void copy_in(const float* rows) { std::copy(rows + row * size(), rows + (row + 1) * size(), out()); }
    };

    Doubles& value(NodeId id) { return values_[buffers_.of_node[static_cast<size_t>(id)]]; }

    void copy_out(NodeId id, float* rows, int row) {
        const size_t size = size_of(graph_.node(id), board_);
        std::transform(value(id).begin(), value(id).begin() + static_cast<std::ptrdiff_t>(size),
                       rows + static_cast<size_t>(row) * size, [](double x) { return static_cast<float>(x); });
    }

    std::shared_ptr<const LoadedModel> owner_;  // of the graph
    const Graph& graph_;
    BoardShape board_;
    int max_batch_;
    Buffers buffers_;
    std::vector<Doubles> values_;
    reference::Scratch scratch_;
};

class ReferenceModel final : public LoadedModel {
  public:
    explicit ReferenceModel(const Graph& graph) : graph_(graph) {}

    std::unique_ptr<Plan> compile(BoardShape board, int max_batch) const override {
        ENSURE(board.height > 0 && board.width > 0 && max_batch > 0);
        return std::make_unique<ReferencePlan>(shared_from_this(), graph_, board, max_batch);
    }

  private:
    Graph graph_;  // a copy: nodes only, the weights are shared
};

}  // namespace

std::shared_ptr<const LoadedModel> ReferenceBackend::load(const Graph& graph, const LoadOptions& options) const {
    if (options.precision == Precision::Fp16 || options.precision == Precision::Int8) {
        throw UnsupportedError("the reference backend computes in double precision, not in " +
                               std::string(name_of(options.precision)));
    }
    return std::make_shared<const ReferenceModel>(graph);
}

}  // namespace katago
