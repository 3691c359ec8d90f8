// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "backend/arena.h"
#include "backend/cpu/ops/epilogue.h"
#include "backend/kernel_provider.h"
#include "nn/linear_weights.h"

namespace katago::cpu {

// The interface of kernels for linear layers, that is gemms at every point (1x1 convolutions among them) and 3x3
// convolutions. Each kernel stands in a header of its own, with a descriptor that says all that the rest of the backend
// asks about it, and has a row in isa/kernels.h.

enum class LinearLayer : uint8_t { Gemm, Conv3x3 };

// The numbers that a kernel multiplies.
enum class Arithmetic : uint8_t { Fp32, Int16, Fp16, Int8 };
// "FP32", "16-bit integers", "FP16", "8-bit weights": for a person.
std::string_view name_of(Arithmetic arithmetic);

// The form that a kernel brings its input into before it multiplies. The result is kept for the next layer that reads
// the same value in the same form.
enum class InputForm : uint8_t {
    AsStored,
    Fp32Tiles,
    Int16Rows,
    Int16Tiles,
    Fp16Rows,
    Fp16Tiles,
    Int8Blocks,
    // Rows of channels, as libraries take them, and such rows of a convolution's taps beside each other
    RowsFp32,
    RowsFp16,
    RowsInt8,
    TapsFp32,
    TapsInt8,
};

// The part of the Winograd transform that packed weights have gone through.
enum class WeightTransform : uint8_t {
    Full,     // all of it, or there is none
    OneAxis,  // along one axis; the kernel makes the other anew in every evaluation, reading half as much memory
    None,     // none; the kernel makes all of it anew, reading a quarter
};

struct LayerSize {
    int taps = 1;  // 9: a 3x3 convolution
    int in = 0, out = 0;
};

// Weights that a library has packed, in a form that it keeps to itself. Immutable, thread-safe.
struct LibraryWeights {
    virtual ~LibraryWeights() = default;
};
// What a kernel keeps for one layer of one plan: a library's operator with its working memory. One thread at a time.
struct KernelState {
    virtual ~KernelState() = default;
};

// Weights as a kernel takes them; empty where it has no use for a part.
struct WeightsView {
    const void* values = nullptr;
    const float* scales = nullptr;
    const int32_t* sums = nullptr;  // INT8: of the weights that share a scale
    float input_limit = 0;          // INT16: the largest integer of an input row
    WeightTransform transform = WeightTransform::Full;
    int group = 0;    // INT8: channels that share a scale
    int rotated = 0;  // INT8: channels that are rotated together: see nn/rotation.h
    const LibraryWeights* library = nullptr;
};
struct PackedWeights {
    AlignedArray<int8_t> values;  // of whatever type
    AlignedFloats scales;
    AlignedArray<int32_t> sums;
    float input_limit = 0;
    WeightTransform transform = WeightTransform::Full;
    int group = 0, rotated = 0;
    std::unique_ptr<const LibraryWeights> library;

    WeightsView view() const {
        return {values.data(), scales.data(), sums.data(), input_limit, transform, group, rotated, library.get()};
    }
};
// The memory of packed weights.
struct PackedSize {
    size_t bytes = 0, scales = 0;
};

// The second-level cache of this machine, or of a usual one where it does not tell.
inline constexpr size_t kUsualNearCacheBytes = 512 << 10;
size_t near_cache_bytes();

// One evaluation of a layer. Buffers have the sizes that the kernel asked for.
struct LinearCall {
    const float* in = nullptr;
    WeightsView weights;
    int rows = 0;               // batch * points
    int height = 0, width = 0;  // of a convolution's board
    int taps = 1;
    int depth = 0, vectors = 0;    // input channels, vectors of outputs
    bool input_ready = false;      // `input` and `input_scales` still hold this input
    int accumulation_depth = 8;    // FP16: products that are added up in FP16 before they join a sum; 8, or 16: faster
    const float* gamma = nullptr;  // of an RMS norm of the input, for a kernel that takes_norm; null: none
    float epsilon = 0;             // its own
    size_t near_cache_bytes =
        kUsualNearCacheBytes;  // of the second-level cache, where the rows of an input should stay
    void* input = nullptr;
    float* input_scales = nullptr;
    float* scratch = nullptr;
    KernelState* state = nullptr;  // as make_state() made it
    EpilogueCall out;
};
// The memory of an input in the form that a kernel brings it into.
struct InputRoom {
    size_t bytes = 0, scales = 0;
};

// A layer's weights that are to be packed.
struct PackRequest {
    const LinearWeights& weights;
    LayerSize size;
    int width = 0;               // of a vector
    bool spares_memory = false;  // FP32 Winograd: WeightTransform::None
    bool whole_rows = true;      // INT8: the input is not handed over by a GLU, so scales may be for long groups
};

// The least memory of packed weights, without padding: `bytes` for each `weights`.
struct WeightBytes {
    int bytes = 4, weights = 1;
};

// A layer that a kernel is offered.
struct LayerOffer {
    // What the user asked for. FP32: nothing, so that a kernel must be exact enough for nobody to see.
    Arithmetic asked = Arithmetic::Fp32;
    bool attention = false;                  // the network has some
    bool whole_rows = true;                  // see PackRequest
    const LinearWeights* weights = nullptr;  // where `asked` is INT8
    bool by_name = false;                    // the user asked for kernels of this provider
};

// The layout of INT8 operands, which instruction sets decide: see int8.h.
struct Int8Layout {
    int step_channels = 0;     // that are multiplied together
    int channel_multiple = 0;  // channels are padded to
    int block_bytes = 0;       // of a row's channel block
};

// A kernel for linear layers on one instruction set. Pure functions of their arguments; thread-safe.
struct LinearKernel {
    std::string_view name;  // as `tune` and profiles print it
    KernelProvider provider = KernelProvider::Own;
    LinearLayer layer = LinearLayer::Gemm;
    Arithmetic arithmetic = Arithmetic::Fp32;
    InputForm input = InputForm::AsStored;
    bool (*accepts)(const LayerOffer& offer);
    WeightBytes weight_bytes;
    PackedSize (*packed_size)(const LayerSize& size, int width);
    PackedWeights (*pack)(const LinearKernel& kernel, const PackRequest& request);
    // Both look at a call's sizes alone.
    InputRoom (*input_room)(const LinearCall& call);
    size_t (*scratch_floats)(const LinearCall& call);
    void (*run)(const LinearCall& call);
    Int8Layout int8 = {};
    // Null: always. Whether this machine has what the kernel takes beyond its instruction set. May open a library.
    bool (*available)() = nullptr;
    // Null: no state. For calls of at most these sizes. Throws BackendError.
    std::unique_ptr<KernelState> (*make_state)(const LinearCall& call, int width) = nullptr;
    bool takes_norm = false;     // can normalize its input while it brings it into its form
    bool shares_weights = true;  // between plans; else each state has a copy of what is packed
};

// Whether this machine can run a kernel of any kind.
template <class Kernel>
bool is_available(const Kernel& kernel) {
    return kernel.available == nullptr || kernel.available();
}

// Of kernels that are exact enough for every network.
bool accepts_all(const LayerOffer& offer);
// FP16 gemms of networks with attention are left to those who ask for FP16: they would be off by more than a user who
// has not asked for it should get.
bool accepts_fp16_gemm(const LayerOffer& offer);
// INT8 is a choice for a whole network, and stored weights must have blocks that can be the kernel's groups.
bool accepts_int8(const LayerOffer& offer);
// A library's FP16 is for those who ask for FP16, and in networks with attention, which it puts off by several times as
// much, for those who ask for the provider by name too.
bool accepts_library_fp16(const LayerOffer& offer);
// INT8 weights with one scale for all inputs of an output lose more: a layer that is stored so was found to bear it,
// others are for those who ask for the provider by name.
bool accepts_int8_one_scale(const LayerOffer& offer);
// The members of kernels that take inputs as they are stored, or need no working memory.
InputRoom no_input_room(const LinearCall& call);
size_t no_scratch(const LinearCall& call);

}  // namespace katago::cpu
