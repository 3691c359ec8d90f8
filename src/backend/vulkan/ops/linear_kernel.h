// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "backend/vulkan/device/instance.h"

namespace katago::vulkan {

// The product of a layer at every point of a board.
struct LinearShape {
    uint32_t taps = 1, in_channels = 0, out_channels = 0;  // channels are padded
    uint32_t matrices = 1;  // products side by side: the positions of a Winograd convolution

    auto operator<=>(const LinearShape&) const = default;
};

// A shader for products, with its constants. A value.
struct LinearKernel {
    std::string name;  // "coopmat_128x64x32_b2": the tile, its depth and its buffers; measurements are kept by it
    std::string_view shader;
    std::vector<uint32_t> constants;
    uint32_t tile_rows = 0, tile_channels = 0;  // of a work group
    uint32_t subgroup_size = 0;                 // that it needs; 0: any
    bool has_matrix_unit = false;

    uint32_t groups_down(uint32_t rows) const { return (rows + tile_rows - 1) / tile_rows; }
    uint32_t groups_across(uint32_t channels) const { return (channels + tile_channels - 1) / tile_channels; }
};

// All those that the device can run in this precision, those of its matrix unit first.
std::vector<LinearKernel> linear_kernels(const Capabilities& device, bool fp16);

// Which kernel computes which product: what was measured, else a guess. Immutable but for set...(), which come before
// plans are made.
class LinearChoices {
  public:
    LinearChoices(const PhysicalDevice& device, bool fp16);
    // With these kernels to choose from, at least one.
    explicit LinearChoices(std::vector<LinearKernel> kernels);

    bool has_matrix_unit() const;
    // By its name; null: there is none.
    const LinearKernel* find(std::string_view name) const;
    // `points`: of all boards of a batch.
    const LinearKernel& kernel(const LinearShape& shape, uint64_t points) const;
    // Whether a 3x3 convolution without dilation is computed by Winograd's transform.
    bool is_winograd(uint32_t in_channels, uint32_t out_channels) const;

    // The kernels that look the fastest, best first, no more than `count`; for a shape that the matrix unit computes,
    // its own.
    std::vector<const LinearKernel*> likely(const LinearShape& shape, uint64_t points, size_t count) const;
    void set(const LinearShape& shape, bool few, const LinearKernel& kernel);
    void set_winograd(uint32_t in_channels, uint32_t out_channels, bool winograd);

    // Batches are told apart by whether they have few points, no more: so a plan meets two kernels a layer. Guesses and
    // measurements are for one board of 19x19 and for sixteen.
    static bool is_few(uint64_t points) { return points < 4 * kFewPoints; }
    static constexpr uint64_t kFewPoints = 361, kManyPoints = 16 * 361;

  private:
    using Key = std::pair<LinearShape, bool>;

    std::vector<LinearKernel> kernels_;
    double enough_groups_ = 32;                                // work groups that keep a device busy
    bool winograd_;                                            // where it was not measured
    std::map<Key, size_t> chosen_;                             // an index of kernels_
    std::map<std::pair<uint32_t, uint32_t>, bool> winograds_;  // by channels
};

}  // namespace katago::vulkan
