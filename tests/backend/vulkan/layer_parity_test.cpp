// SPDX-License-Identifier: MIT
// Networks of each kind of layer on a Vulkan device, in FP32 and FP16.
#include <doctest/doctest.h>

#include <algorithm>

#include "backend/layer_nets.h"
#include "backend/parity.h"
#include "backend/registry.h"
#include "backend/vulkan/op_bench.h"
#include "backend/vulkan/test_device.h"
#include "backend/vulkan/test_model.h"
#include "backend/vulkan/vulkan_model.h"

using namespace test_parity;
using test_nets::LayerNet;

namespace {

// Of the largest value of a tensor: weights and inputs of a product are rounded by up to 2^-11 = 5e-4 of themselves
// each, in half a dozen layers in a row.
constexpr double kFp16Parity = 5e-3;

struct Size {
    BoardShape board;
    std::vector<int> batches;
};
const std::vector<Size> kSizes = {
    {{2, 2}, {1, 16}}, {{3, 7}, {3, 16, 1}}, {{9, 9}, {3}}, {{13, 13}, {1}}, {{19, 19}, {2, 1}}};

void check_nets(const std::vector<LayerNet>& nets) {
    const auto device = test_vulkan::shared_device();
    if (!device) return;
    for (const LayerNet& net : nets) {
        CAPTURE(net.name);
        const auto reference = find_backend("reference").load(net.graph);
        std::vector<std::shared_ptr<const LoadedModel>> models;  // FP32, FP16
        for (const bool fp16 : {false, true})
            if (!fp16 || device->capabilities().fp16_storage)
                models.push_back(test_vulkan::model_of(device, net.graph, fp16));
        for (const auto& [board, batches] : kSizes) {
            CAPTURE(board.height);
            const int most = *std::max_element(batches.begin(), batches.end());
            const Inputs inputs(net.graph, board, most);
            Outputs wanted(net.graph, board, most);
            reference->compile(board, most)->run(most, inputs.pointers(), wanted.pointers());
            for (size_t i = 0; i < models.size(); ++i) {
                const auto plan = models[i]->compile(board, most);
                for (const int batch : batches) {
                    CAPTURE(batch);
                    CAPTURE(models[i]->description());
                    Outputs found(net.graph, board, batch);
                    plan->run(batch, inputs.pointers(), found.pointers());
                    check_outputs(found, wanted, 0, wanted.rows.size(), i == 0 ? kParity : kFp16Parity);
                }
            }
        }
    }
}

}  // namespace

TEST_CASE("vulkan: convolutions equal the reference") {
    check_nets(test_nets::convolution_nets());
    check_nets(test_nets::first_convolution_nets());
}

TEST_CASE("vulkan: norms and activations, fused or alone, equal the reference") {
    check_nets(test_nets::norm_nets());
    check_nets(test_nets::rms_norm_nets());
}

TEST_CASE("vulkan: residual and pooling blocks equal the reference") {
    check_nets(test_nets::residual_nets());
    check_nets(test_nets::pooling_nets());
}

TEST_CASE("vulkan: values with several readers and operands in every place equal the reference") {
    check_nets(test_nets::operand_nets());
    check_nets(test_nets::plane_nets());
}

TEST_CASE("vulkan: attention of every kind of heads, in front of every layer, equals the reference") {
    check_nets(test_nets::attention_nets());
    check_nets(test_nets::normed_attention_nets());
}
