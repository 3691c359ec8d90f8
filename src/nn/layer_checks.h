// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "nn/layers.h"
#include "nn/tensor.h"

namespace katago {

// "Spatial[96]", for messages.
std::string to_string(const TensorType& type);

// How many weights the layer's dimensions ask for. Throws ModelError("<name>: ...") unless kernels are positive and
// odd, channels and dilations positive, and the product within reason: nothing is allocated by an unchecked number.
size_t weight_count(const std::string& name, const Conv2d& conv);
size_t weight_count(const std::string& name, const MatMul& matmul);

// Throws ModelError("<name>: <what> is <found>, must be positive") if it is not, or if it is beyond any network.
void check_channels(const std::string& name, std::string_view what, int found);

// The type of what `layer` makes of `inputs`. Throws ModelError("<name>: ...") where the number or the types of the
// inputs, the layer's dimensions or the sizes of its weights do not fit together.
TensorType infer_type(const std::string& name, const Layer& layer, std::span<const TensorType> inputs);

}  // namespace katago
