// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "backend/cpu/instruction_set.h"
#include "nn/layers.h"

namespace katago::cpu {

// How values lie in memory. A value of C channels is
//   [ceil(C / width)][rows][width]
// with `width` the floats of one vector and rows = batch * points (points = the board's area, or 1 for a vector). So a
// kernel that multiplies a few rows by weights finds the same channel of the next row at a constant distance, and never
// meets a fraction of a vector: the lanes beyond C hold zeros. A "block" below is one [rows][width] slice.
//
// Weights of a dense layer of `depth` inputs are packed in panels of kPanelVectors vectors of outputs,
//   [panel][depth][kPanelVectors * width]
// where the last panel has one vector when their number is odd. The vector v, even, thus starts at v * depth * width.
inline constexpr int kPanelVectors = 2;

// What happens to each result y of a step before it is stored:
//   y = y * multiplier + vector + residual;  raw = y;  activated = kind(y * scale + shift)
// All but the accumulator may be absent (null). multiplier, residual, raw and activated have the rows of the step;
// vector has one row for each of the batch; scale and shift are per channel, padded to whole vectors.
struct EpilogueCall {
    const float* multiplier = nullptr;
    const float* vector = nullptr;
    const float* residual = nullptr;
    const float* scale = nullptr;
    const float* shift = nullptr;
    float* raw = nullptr;
    float* activated = nullptr;
    int16_t* halves = nullptr;  // in place of `activated`, where half_dense exists: as it takes them
    ActivationKind kind = ActivationKind::Identity;
    bool rough = false;            // mish and SiLU may err by 2e-4, relative: what they are given is no more exact
    size_t batch = 1, points = 1;  // rows = batch * points
};

// out[rows, vectors * width] = in[rows, depth] * weights
struct DenseCall {
    const float* in = nullptr;
    const float* weights = nullptr;
    int rows = 0, depth = 0, vectors = 0;
    EpilogueCall out;
};

// A 3x3 convolution by F(4x4, 3x3): 36 products of [tiles, in_channels] and [in_channels, out_channels].
// weights: transformed: for each panel, 36 packed panels; else, for each panel, [in_channels][9][panel width], to be
// transformed in every evaluation (for networks whose transformed weights would not fit in caches or memory).
struct WinogradCall {
    const float* in = nullptr;
    const float* weights = nullptr;
    bool weights_transformed = true;
    bool input_transformed = false;  // `tiles_in` still holds this input
    int height = 0, width = 0, in_channels = 0, out_vectors = 0;
    float* tiles_in = nullptr;  // winograd_input_floats()
    float* scratch = nullptr;   // winograd_scratch_floats()
    EpilogueCall out;
};
inline constexpr int kWinogradPositions = 36;
inline constexpr int kWinogradTile = 4;
// Its points are 0, +-A, +-B and infinity.
inline constexpr float kWinogradPointA = 0.625f, kWinogradPointB = 1.5f;

// Integer products. Each row of floats is divided by a scale of its own, so that its largest value becomes the limit of
// the layer, and rounded to 16 bits; each column of weights (an output channel; for Winograd, of one tile position) has
// a scale too, the finest with which 32-bit sums cannot overflow. Sums times both scales are floats again.
// Integer inputs lie in units of two blocks, [units][rows][2 * width], in the order that packing two vectors gives:
// four channels of the first block, four of the second, and so on. Weights are packed in panels as floats are, but two
// inputs that are neighbours in that order lie beside each other:
//   [panel][units * width][kPanelVectors * width][2]
struct IntegerWeights {
    const int16_t* values = nullptr;
    const float* scales = nullptr;  // of each column; for Winograd [panel][position][panel width]
    float input_limit = 0;          // the largest integer of an input row
};
constexpr int units_of(int channels, int width) {
    return (channels + 2 * width - 1) / (2 * width);
}
// With Kernels::mixed_columns the weights of some columns stay floats, which meet the floats of the inputs: those of
// the last block of each panel, which here has three blocks, or the one or two that are left. Of each input a panel has
// the integers of its other blocks, then the floats of this one, each in the place of two integers:
//   [panel][depth, up to whole vectors][(kMixedPanelVectors + 1) * width]
// Inputs are rounded anew in every call, a few rows at a time: of prepared ones only the scales are kept.
inline constexpr int kMixedPanelVectors = 3;
// So many numbers of 16 bits each input takes of `vectors` blocks of columns.
constexpr size_t mixed_numbers(int vectors, int width) {
    const int panels = (vectors + kMixedPanelVectors - 1) / kMixedPanelVectors;
    return static_cast<size_t>((vectors + panels) * width);
}

struct IntegerDenseCall {
    const float* in = nullptr;
    IntegerWeights weights;
    bool input_quantized = false;  // `quantized` and `row_scales` still hold this input
    int rows = 0, depth = 0, vectors = 0;
    int16_t* quantized = nullptr;  // [units][rows][2 * width]
    float* row_scales = nullptr;   // [rows]
    bool long_chains = false;      // of halves: sums that are less exact, and faster
    EpilogueCall out;
};

struct IntegerWinogradCall {
    const float* in = nullptr;
    IntegerWeights weights;          // per panel, 36 packed panels
    bool weights_in_lines = false;   // of halves: see Kernels::half_lines
    bool input_transformed = false;  // `tiles_in` and `tile_scales` still hold this input
    int height = 0, width = 0, in_channels = 0, out_vectors = 0;
    int16_t* tiles_in = nullptr;   // winograd_input_floats() integers, for an even number of blocks
    float* tile_scales = nullptr;  // [position][tiles]
    float* scratch = nullptr;      // integer_winograd_scratch_floats()
    EpilogueCall out;
};

// Products with 8-bit weights: a dense layer (one tap) or a 3x3 convolution without transforms (nine). The input
// channels form groups, and each group of each row has a scale of its own, each group of each tap of each column too:
// sums over one group and tap are made floats with both and added up as floats. Weights are packed in panels,
//   [panel][tap][steps][panel width][int8_inputs_together]
// where a step multiplies that many neighbouring channels; missing ones, up to a whole int8_channel_unit, are zero.
// Inputs of turned weights (rotation.h) are turned as they are quantized.
inline constexpr int kInt8Line = 64;          // channels of a row that lie beside each other
inline constexpr int kInt8TurnedGroup = 256;  // the most channels of a group
// A group is a multiple of 16 of up to a line, or several whole lines, or all channels.
struct Int8Weights {
    const int8_t* values = nullptr;
    const float* scales = nullptr;  // [panel][tap][group][panel width]
    const int32_t* sums = nullptr;  // of the weights that share a scale, in their order: what a zero point of 1 adds
    int group = kInt8Line;          // channels
    int rotated = 0;                // channels that are turned together
};
constexpr int groups_of(int channels, int group) {
    return (channels + group - 1) / group;
}
constexpr int lines_of_group(int group) {
    return (group + kInt8Line - 1) / kInt8Line;
}
struct Int8Call {
    const float* in = nullptr;
    Int8Weights weights;
    bool input_ready = false;  // `quantized`, `scales` and `zeros` still hold this input
    int taps = 1;
    int height = 0, width = 0;  // of a convolution's board
    int in_channels = 0, out_vectors = 0;
    // [group][line][entry][int8_line_bytes]; an entry is a row, or a point of a border
    uint8_t* quantized = nullptr;
    float* scales = nullptr;   // [group][int8_input_entries()]
    int32_t* zeros = nullptr;  // likewise; the kernel's own, four bytes each
    EpilogueCall out;
};

// The first two products of a gated layer, which read the same input: what comes of activating the one, times the
// other, is quantized for the third without being stored as floats.
struct Int8GatedCall {
    Int8Call linear;               // of its `out` only what the activation needs
    const float* gamma = nullptr;  // of the RMS norm, over channels, that its input goes through first; null: none
    float epsilon = 0;             // likewise
    float* scratch = nullptr;      // of width rows, for that norm
    Int8Weights gate;              // in groups like those of `linear`
    int out_group = kInt8Line;     // of the third's weights: at most a line, of whole panels, or all channels
    int out_turned = 0;            // likewise
    uint8_t* quantized = nullptr;  // these three as the third's Int8Call takes them
    float* scales = nullptr;
    int32_t* zeros = nullptr;
};

// A convolution of the planes of the position, which are nearly all zero: only other values are multiplied.
//   in       [batch, height, width, in_channels], plain
//   weights  [kernel_y, kernel_x, in_channels, out_vectors * width]
struct SparseConvCall {
    const float* in = nullptr;
    const float* weights = nullptr;
    int height = 0, width = 0, in_channels = 0, out_vectors = 0;
    int kernel_y = 1, kernel_x = 1, dilation_y = 1, dilation_x = 1;
    uint32_t* first_entry = nullptr;  // [points + 1]
    uint32_t* channels = nullptr;     // [points * in_channels]
    float* values = nullptr;          // [points * in_channels]
    EpilogueCall out;
};

struct ElementwiseCall {
    const float* in = nullptr;
    int vectors = 0;
    EpilogueCall out;
};

struct RmsNormCall {
    const float* in = nullptr;
    const float* gamma = nullptr;
    const float* beta = nullptr;  // may be null
    float* out = nullptr;
    float epsilon = 0;
    bool over_board = false;
    ActivationKind kind = ActivationKind::Identity;  // applied last
    int channels = 0;
    size_t batch = 1, points = 1;
};

// Per channel, the sum and the maximum over the points. sums, maxima: [batch][vectors * width]
struct PoolCall {
    const float* in = nullptr;
    float* sums = nullptr;
    float* maxima = nullptr;
    int vectors = 0;
    size_t batch = 1, points = 1;
};

struct AttentionCall {
    const float *q = nullptr, *k = nullptr, *v = nullptr;
    float* out = nullptr;
    int heads = 0, kv_heads = 0, qk_channels = 0, v_channels = 0;
    int height = 0, width = 0;
    size_t batch = 1;
    // Null, or per kv head, for each column then each row of the board: cosines, then sines, of qk_channels (padded to
    // whole vectors); each pair's value stands twice, the sine first with its sign changed.
    const float* rope = nullptr;
    float* scratch = nullptr;  // attention_scratch_floats(), or integer_attention_scratch_floats()
    bool long_chains = false;  // as in IntegerDenseCall
};

// The kernels of one instruction set. Pure functions of their calls; thread-safe.
struct Kernels {
    InstructionSet set = InstructionSet::Portable;
    int width = 0;  // floats of a vector
    void (*dense)(const DenseCall&) = nullptr;
    void (*winograd)(const WinogradCall&) = nullptr;
    void (*integer_dense)(const IntegerDenseCall&) = nullptr;        // null: none for this set
    void (*integer_winograd)(const IntegerWinogradCall&) = nullptr;  // null: none for this set
    void (*integer_attention)(const AttentionCall&) = nullptr;       // null: none for this set
    bool mixed_columns = false;                                      // of integer_dense: some are of floats
    void (*int8_product)(const Int8Call&) = nullptr;                 // null: none for this set
    void (*int8_gated)(const Int8GatedCall&) = nullptr;              // likewise
    // The same in halves; of cores without FP16 arithmetic there is the convolution alone, whose halves are stored but
    // multiplied as floats. Units are two blocks of four channels in order; weights are packed in
    // panels of [units * 8][8]; there are no scales. Those of Winograd lie as [line][panel][6], of the six positions of
    // a line of tile positions, which are not divided by the norms along the line; or as [line][panel][3], see
    // half_lines.
    void (*half_dense)(const IntegerDenseCall&) = nullptr;
    void (*half_winograd)(const IntegerWinogradCall&) = nullptr;
    bool half_lines = false;  // half_winograd takes weights that are transformed along one axis only
    void (*half_attention)(const AttentionCall&) = nullptr;
    void (*sparse_conv)(const SparseConvCall&) = nullptr;
    void (*elementwise)(const ElementwiseCall&) = nullptr;
    void (*rms_norm)(const RmsNormCall&) = nullptr;
    void (*pool)(const PoolCall&) = nullptr;
    void (*attention)(const AttentionCall&) = nullptr;
    size_t (*winograd_input_floats)(int height, int width, size_t batch, int in_channels) = nullptr;
    size_t (*winograd_scratch_floats)(int height, int width, size_t batch) = nullptr;
    size_t (*integer_winograd_scratch_floats)(int height, int width, size_t batch, int in_channels) = nullptr;
    size_t (*integer_attention_scratch_floats)(const AttentionCall&) = nullptr;
    size_t (*half_winograd_scratch_floats)(int height, int width, size_t batch, int in_channels,
                                           int out_channels) = nullptr;
    size_t (*half_attention_scratch_floats)(const AttentionCall&) = nullptr;
    size_t (*attention_scratch_floats)(const AttentionCall&) = nullptr;
    size_t (*int8_input_entries)(const Int8Call&) = nullptr;
    int int8_inputs_together = 0, int8_channel_unit = 0, int8_line_bytes = 0;
};

// The table of an instruction set, which must be available.
const Kernels& kernels_for(InstructionSet set);

}  // namespace katago::cpu
