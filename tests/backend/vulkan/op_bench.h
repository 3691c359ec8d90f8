// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <vector>

#include "backend/vulkan/ops/dispatch.h"
#include "backend/vulkan/program/weight_store.h"

namespace test_ops {

using namespace katago;
using Doubles = std::vector<double>;

// The size of the values that an operation is tried on, and the numbers it computes with.
struct BenchShape {
    BoardShape board;
    int boards = 1;
    bool fp16 = false;
};

// Operands of one operation on a device, the operation run as a plan runs it, and its results.
class OpBench {
  public:
    OpBench(std::shared_ptr<const vulkan::Device> device, const BenchShape& shape);

    // A value of such rows, [boards, points, channels]; 16-bit numbers where `is_half` and the shape is FP16.
    NodeId add_value(TensorType type, bool is_half, const std::vector<float>& rows);
    // The same of generated numbers in [-1, 1).
    NodeId add_random(TensorType type, bool is_half);
    // A value that the operation makes.
    NodeId add_result(TensorType type, bool is_half);
    void set_host(const std::vector<float>& rows);
    void set_table(const std::vector<float>& table);
    // How products are computed; it must live as long as the bench.
    void set_linear(const vulkan::LinearChoices& linear) { context_.linear = &linear; }

    vulkan::WeightStore weights;
    vulkan::Capabilities capabilities;  // the device's, for operations to choose by

    template <class Op>
    void run(const Op& op) {
        upload_weights();
        if constexpr (requires { op.scratch_bytes(context_); }) set_scratch(op.scratch_bytes(context_));
        dispatch(op.dispatches(context_));
    }

    // What lies on the device, [boards, points, channels]; checks that padding is zero.
    Doubles rows(NodeId id) const;
    Doubles host() const;
    size_t points(NodeId id) const { return context_.rows_of_board(id); }
    const BenchShape& shape() const { return shape_; }

  private:
    void upload_weights();
    void set_scratch(uint64_t bytes);
    void dispatch(const std::vector<vulkan::Dispatch>& dispatches);
    vulkan::Buffer buffer_of(const std::vector<float>& values) const;

    std::shared_ptr<const vulkan::Device> device_;
    BenchShape shape_;
    std::vector<vulkan::DeviceValue> values_;
    std::vector<vulkan::Buffer> buffers_;
    std::vector<vulkan::BufferRange> ranges_;
    vulkan::Buffer weights_, host_, table_, scratch_;
    vulkan::RecordContext context_;
    uint32_t seed_ = 1;
};

// Of the largest value: 1e-5 are sums of a thousand products in floats, the other a result rounded to FP16.
constexpr double kFloatError = 1e-5, kHalfError = 1e-3;

// Checks two rows, errors as parts of the largest value.
void check_close(const Doubles& found, const Doubles& wanted, double bound);

}  // namespace test_ops
