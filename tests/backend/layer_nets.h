// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "nn/graph.h"

// Small networks of each kind of layer, fused with its neighbours or alone, on which every backend is compared with the
// reference.
namespace test_nets {

using namespace katago;

struct LayerNet {
    std::string name;
    Graph graph;
};

std::vector<LayerNet> convolution_nets();        // of every kernel, with odd numbers of channels
std::vector<LayerNet> first_convolution_nets();  // alone
std::vector<LayerNet> norm_nets();               // and activations
std::vector<LayerNet> residual_nets();
std::vector<LayerNet> pooling_nets();
std::vector<LayerNet> operand_nets();  // values with several readers, and operands in every place
std::vector<LayerNet> plane_nets();    // layers that read the planes directly
std::vector<LayerNet> rms_norm_nets();
std::vector<LayerNet> attention_nets();         // of every kind of heads
std::vector<LayerNet> normed_attention_nets();  // whose output feeds a norm and a wide kernel

}  // namespace test_nets
