// SPDX-License-Identifier: MIT
#include "backend/vulkan/ops/linear_kernel.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/ensure.h"

namespace katago::vulkan {

namespace {

std::string tile_name(const char* kind, uint32_t rows, uint32_t channels, uint32_t depth, uint32_t buffers) {
    return std::string(kind) + "_" + std::to_string(rows) + "x" + std::to_string(channels) + "x" +
           std::to_string(depth) + "_b" + std::to_string(buffers);
}

// Adds a kernel once with one and once with two buffers in shared memory, as far as they fit; the first counts as the
// better one where nothing was measured.
template <class Make>
void add_with_buffers(std::vector<LinearKernel>& kernels, std::initializer_list<uint32_t> buffers, const Make& make) {
    for (const uint32_t count : buffers)
        if (std::optional<LinearKernel> kernel = make(count)) kernels.push_back(*std::move(kernel));
}

// The tile of an invocation in linear_simt.comp, and how many lanes work side by side.
struct SimtTile {
    uint32_t lanes, lanes_down, thread_rows, thread_quads, depth;
};
constexpr SimtTile kSimtTiles[] = {
    {16, 16, 8, 2, 16}, {16, 16, 8, 1, 16}, {8, 8, 8, 2, 32}, {16, 8, 8, 1, 16}, {16, 8, 4, 1, 16}, {8, 8, 4, 1, 16},
};

std::optional<LinearKernel> simt_kernel(const Capabilities& device, std::string_view shader, const SimtTile& tile,
                                        uint32_t buffers, uint32_t operand_bytes) {
    LinearKernel kernel;
    kernel.shader = shader;
    kernel.tile_rows = tile.lanes_down * tile.thread_rows;
    kernel.tile_channels = tile.lanes * tile.thread_quads * 4;
    kernel.constants = {tile.lanes, tile.lanes_down, tile.thread_rows, tile.thread_quads, tile.depth, buffers};
    kernel.name = tile_name("simt", kernel.tile_rows, kernel.tile_channels, tile.depth, buffers);
    const uint32_t operands = kernel.tile_rows * (tile.depth + 4) + tile.depth * kernel.tile_channels;
    if (buffers * operands * operand_bytes > device.shared_memory_bytes) return std::nullopt;
    if (tile.lanes * tile.lanes_down > device.workgroup_invocations) return std::nullopt;
    return kernel;
}

// The tile of a work group in linear_coopmat.comp and that of a subgroup.
struct CoopmatTile {
    uint32_t rows, channels, subgroup_rows, subgroup_channels, depth;
};
constexpr CoopmatTile kCoopmatTiles[] = {
    {128, 128, 64, 64, 32}, {128, 64, 64, 32, 32}, {64, 64, 32, 32, 32}, {32, 64, 16, 32, 32}, {32, 32, 16, 32, 32},
};

std::optional<LinearKernel> coopmat_kernel(const Capabilities& device, const MatrixTile& unit, const CoopmatTile& tile,
                                           uint32_t buffers) {
    if (tile.subgroup_rows % unit.m != 0 || tile.subgroup_channels % unit.n != 0 || tile.depth % unit.k != 0) return {};
    const uint32_t down = tile.rows / tile.subgroup_rows, across = tile.channels / tile.subgroup_channels;
    const uint32_t threads = down * across * device.subgroup_size;
    constexpr uint32_t kOctet = 8;  // channels of a load
    if (tile.rows * tile.depth / kOctet % threads != 0 || tile.depth * tile.channels / kOctet % threads != 0) return {};
    LinearKernel kernel;
    kernel.shader = "linear_coopmat";
    kernel.has_matrix_unit = true;
    kernel.tile_rows = tile.rows, kernel.tile_channels = tile.channels;
    kernel.subgroup_size = device.subgroup_size;
    kernel.constants = {threads,
                        device.subgroup_size,
                        unit.m,
                        unit.n,
                        unit.k,
                        down,
                        across,
                        tile.subgroup_rows / unit.m,
                        tile.subgroup_channels / unit.n,
                        tile.depth,
                        buffers};
    kernel.name = tile_name("coopmat", tile.rows, tile.channels, tile.depth, buffers);
    constexpr uint32_t kHalfBytes = 2, kFloatBytes = 4;
    const uint32_t operands = tile.rows * (tile.depth + kOctet) + tile.depth * (tile.channels + kOctet);
    const uint32_t bytes = buffers * operands * kHalfBytes + down * across * unit.m * unit.n * kFloatBytes;
    if (bytes > device.shared_memory_bytes || threads > device.workgroup_invocations) return {};
    return kernel;
}

// The matrix unit's biggest product whose matrices are made of octets of channels.
std::optional<MatrixTile> best_unit(const std::vector<MatrixTile>& units) {
    std::optional<MatrixTile> best;
    for (const MatrixTile& unit : units) {
        if (unit.m % 8 != 0 || unit.n % 8 != 0 || unit.k % 8 != 0 || unit.m > 16 || unit.n > 32 || unit.k > 32)
            continue;
        if (!best || unit.m * unit.n * unit.k > best->m * best->n * best->k) best = unit;
    }
    return best;
}

// How long a product takes, in units of its own: work groups, or as many as keep a device busy, times the operations
// and the loads of each.
double cost(const LinearKernel& kernel, const LinearShape& shape, uint64_t points, double enough_groups) {
    constexpr uint64_t kTileOfWinograd = 16;
    // Loading an operand takes as long as so many multiplications.
    const double load = kernel.has_matrix_unit ? 64 : 16;
    const uint64_t rows = points / (shape.matrices > 1 ? kTileOfWinograd : 1);
    const uint32_t down = kernel.groups_down(static_cast<uint32_t>(rows)),
                   across = kernel.groups_across(shape.out_channels);
    const double groups = static_cast<double>(down) * across * shape.matrices;
    const double m = kernel.tile_rows, n = kernel.tile_channels;
    return std::max(groups, enough_groups) * (m * n + load * (m + n));
}

// On a software device, Mesa's, lanes are those of the processor's vectors, shared memory is its cache, and numbers of
// 16 bits cost conversions: two tiles are the fastest ones, the smaller one where there are few rows.
std::vector<LinearKernel> software_kernels(Capabilities device, bool fp16) {
    device.fp16_arithmetic = false;
    device.matrix_tiles.clear();
    std::vector<LinearKernel> kernels = linear_kernels(device, fp16);
    std::erase_if(kernels, [](const LinearKernel& kernel) {
        return kernel.name != "simt_64x64x32_b1" && kernel.name != "simt_32x64x16_b1";
    });
    return kernels;
}

}  // namespace

std::vector<LinearKernel> linear_kernels(const Capabilities& device, bool fp16) {
    std::vector<LinearKernel> kernels;
    if (const std::optional<MatrixTile> unit = best_unit(device.matrix_tiles); unit && fp16)
        for (const CoopmatTile& tile : kCoopmatTiles)
            add_with_buffers(kernels, {2, 1}, [&](uint32_t n) { return coopmat_kernel(device, *unit, tile, n); });
    const bool in_halves = fp16 && device.fp16_arithmetic;
    const std::string_view shader = !fp16 ? "linear_simt_f32" : in_halves ? "linear_simt_f16a" : "linear_simt_f16";
    for (const SimtTile& tile : kSimtTiles)
        add_with_buffers(kernels, {1, 2},
                         [&](uint32_t n) { return simt_kernel(device, shader, tile, n, in_halves ? 2 : 4); });
    return kernels;
}

LinearChoices::LinearChoices(std::vector<LinearKernel> kernels)
    : kernels_(std::move(kernels)), winograd_(!has_matrix_unit()) {
    ENSURE(!kernels_.empty());
}

LinearChoices::LinearChoices(const PhysicalDevice& device, bool fp16)
    : LinearChoices(device.is_software ? software_kernels(device.capabilities, fp16)
                                       : linear_kernels(device.capabilities, fp16)) {
    if (device.is_software) enough_groups_ = 1;
}

bool LinearChoices::has_matrix_unit() const {
    return std::any_of(kernels_.begin(), kernels_.end(), [](const LinearKernel& k) { return k.has_matrix_unit; });
}

const LinearKernel* LinearChoices::find(std::string_view name) const {
    const auto found =
        std::find_if(kernels_.begin(), kernels_.end(), [&](const LinearKernel& kernel) { return kernel.name == name; });
    return found == kernels_.end() ? nullptr : &*found;
}

std::vector<const LinearKernel*> LinearChoices::likely(const LinearShape& shape, uint64_t points, size_t count) const {
    const bool unit = has_matrix_unit() && shape.matrices == 1;
    std::vector<const LinearKernel*> found;
    for (const LinearKernel& kernel : kernels_)
        if (kernel.has_matrix_unit == unit) found.push_back(&kernel);
    std::stable_sort(found.begin(), found.end(), [&](const LinearKernel* a, const LinearKernel* b) {
        return cost(*a, shape, points, enough_groups_) < cost(*b, shape, points, enough_groups_);
    });
    found.resize(std::min(found.size(), count));
    return found;
}

const LinearKernel& LinearChoices::kernel(const LinearShape& shape, uint64_t points) const {
    const auto found = chosen_.find({shape, is_few(points)});
    if (found != chosen_.end()) return kernels_[found->second];
    return *likely(shape, is_few(points) ? kFewPoints : kManyPoints, 1).front();
}

bool LinearChoices::is_winograd(uint32_t in_channels, uint32_t out_channels) const {
    const auto found = winograds_.find({in_channels, out_channels});
    // The transforms of a few channels cost as much as their products.
    constexpr uint32_t kEnoughChannels = 32;
    if (found == winograds_.end()) return winograd_ && std::min(in_channels, out_channels) >= kEnoughChannels;
    return found->second;
}

void LinearChoices::set(const LinearShape& shape, bool few, const LinearKernel& kernel) {
    ENSURE(&kernel >= kernels_.data() && &kernel < kernels_.data() + kernels_.size());
    chosen_[{shape, few}] = static_cast<size_t>(&kernel - kernels_.data());
}

void LinearChoices::set_winograd(uint32_t in_channels, uint32_t out_channels, bool winograd) {
    winograds_[{in_channels, out_channels}] = winograd;
}

}  // namespace katago::vulkan
