// SPDX-License-Identifier: MIT
#include "nn/passes/find_glus.h"

namespace katago {

namespace {

bool has_operands(const FusedEpilogue& e) {
    return e.multiplier != kNoNode || e.vector != kNoNode || e.residual != kNoNode;
}

class GluFinder {
  public:
    explicit GluFinder(const FusedGraph& fused) : fused_(fused) {}

    // The GLU whose activated layer is the fused node `linear`; `last` stays -1 where there is none.
    Glu find(int linear) const {
        Glu glu;
        const FusedEpilogue& activated = node(linear).epilogue;
        if (!is_gemm(linear) || has_operands(activated) || activated.raw != kNoNode) return glu;
        const int gate = only_reader(activated.activated);
        if (gate == -1 || !gates(gate, linear)) return glu;
        const NodeId product = node(gate).epilogue.raw;
        const int last = only_reader(product);
        if (last == -1 || !is_gemm(last) || input(last) != product) return glu;
        return {norm_before(linear), linear, gate, last};
    }

  private:
    const FusedNode& node(int index) const { return fused_.nodes()[static_cast<size_t>(index)]; }
    NodeId input(int index) const { return node(index).reads[0]; }

    bool is_gemm(int index) const {
        const Layer& layer = fused_.layer(node(index));
        const auto* conv = std::get_if<Conv2d>(&layer);
        return conv != nullptr ? is_pointwise(*conv) : std::holds_alternative<MatMul>(layer);
    }

    int only_reader(NodeId value) const {
        const std::vector<int>& readers = fused_.readers(value);
        return readers.size() == 1 && !fused_.graph().is_output(value) ? readers[0] : -1;
    }

    // Whether `gate` multiplies what `linear` activates with its own result, of the same input, and does no more.
    bool gates(int gate, int linear) const {
        const FusedEpilogue& e = node(gate).epilogue;
        return is_gemm(gate) && input(gate) == input(linear) && e.multiplier == node(linear).epilogue.activated &&
               e.vector == kNoNode && e.residual == kNoNode && e.activated == kNoNode;
    }

    // The RMS norm that only the two layers of a GLU read; else -1.
    int norm_before(int linear) const {
        const NodeId value = input(linear);
        const int writer = fused_.writer(value);
        if (fused_.readers(value).size() != 2 || fused_.graph().is_output(value)) return -1;
        const auto* norm = std::get_if<RmsNorm>(&fused_.layer(node(writer)));
        const bool plain = norm != nullptr && !norm->over_board && !norm->beta &&
                           node(writer).epilogue.kind == ActivationKind::Identity;
        return plain ? writer : -1;
    }

    const FusedGraph& fused_;
};

}  // namespace

std::vector<Glu> find_glus(const FusedGraph& fused) {
    const GluFinder finder(fused);
    std::vector<Glu> glus;
    for (int index = 0; index < static_cast<int>(fused.nodes().size()); ++index) {
        const Glu glu = finder.find(index);
        if (glu.last != -1) glus.push_back(glu);
    }
    return glus;
}

}  // namespace katago
