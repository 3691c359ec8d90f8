// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <memory>
#include <span>
#include <vector>

#include "backend/arena.h"
#include "backend/backend.h"
#include "backend/cpu/ops/epilogue.h"
#include "backend/cpu/ops/linear.h"
#include "nn/graph.h"

namespace katago::cpu {

// Steps: what a plan runs, each doing the work of several nodes of the graph. A value is named by the node that makes
// it. Values inside a step are never stored.
//
// A kind of step is a struct with the members of StepDefaults and name() and run(); all about it stands in its file.

// EpilogueCall, with values for pointers.
struct Epilogue {
    NodeId multiplier = kNoNode, vector = kNoNode, residual = kNoNode;
    NodeId raw = kNoNode, activated = kNoNode;
    AlignedFloats scale, shift;  // empty where nothing is activated
    ActivationKind kind = ActivationKind::Identity;
};

// What a plan is for.
struct PlanShape {
    BoardShape board;
    size_t batch = 1;  // boards that go through the network together
    int width = 0;     // floats of a vector

    size_t points(TensorKind kind) const { return kind == TensorKind::Spatial ? static_cast<size_t>(board.area()) : 1; }
};

// Buffers in which what a kernel made of its input waits for other layers that read the same: FP32 tiles, what is
// rounded to fewer bits, and what a GLU hands over.
enum class InputBuffer : uint8_t { Tiles, Rounded, Glu };
inline constexpr size_t kInputBuffers = 3;

// What a step asks of its plan.
struct InputRooms {
    InputBuffer buffer = InputBuffer::Rounded;
    InputRoom room;  // for what the step reads
    InputRoom glu;   // for what it hands over
};

// Where the operands of a running plan's steps lie. One thread at a time.
struct RunContext {
    PlanShape shape;  // of this run: shape.batch boards
    const PlanInputs& inputs;
    std::span<float* const> values;           // by node; null where none is stored
    std::span<const TensorType> types;        // by node
    const std::vector<bool>& stored_as_fp16;  // by node: its value has the form that gemm_f16 takes
    struct Buffer {
        void* bytes = nullptr;
        float* scales = nullptr;
    };
    std::array<Buffer, kInputBuffers> buffers;
    float* scratch = nullptr;
    int accumulation_depth = 8;  // this and the next: see LinearCall
    size_t near_cache_bytes = 0;
    const float* board_table = nullptr;  // these two are the step's, see StepDefaults
    KernelState* state = nullptr;

    float* value(NodeId id) const { return id == kNoNode ? nullptr : values[static_cast<size_t>(id)]; }
    bool is_fp16(NodeId id) const { return id != kNoNode && stored_as_fp16[static_cast<size_t>(id)]; }
    const TensorType& type(NodeId id) const { return types[static_cast<size_t>(id)]; }
    const Buffer& buffer(InputBuffer which) const { return buffers[static_cast<size_t>(which)]; }
    // Of a step with results of this type.
    EpilogueCall epilogue(const Epilogue& from, const TensorType& result) const;
};

// Layers by what their kernels multiply and whose these are, for reports.
struct LayerCount {
    Arithmetic arithmetic = Arithmetic::Fp32;
    int layers = 0;
    KernelProvider provider = KernelProvider::Own;
};

// What a kind of step says of itself, where it does not say otherwise. `result`: the type of its result.
struct StepDefaults {
    // Floats of working memory.
    size_t scratch_floats(const PlanShape&, const TensorType& /* result */) const { return 0; }
    InputRooms input_rooms(const PlanShape&, const TensorType& /* result */) const { return {}; }
    // The linear layers that it computes.
    LayerCount linear_layers() const { return {}; }
    // Constants that depend on the board, made once for a plan.
    AlignedFloats board_table(const PlanShape&) const { return {}; }
    // What its kernel keeps for one plan. Throws BackendError.
    std::unique_ptr<KernelState> make_state(const PlanShape&, const TensorType& /* result */) const { return nullptr; }
};

}  // namespace katago::cpu
