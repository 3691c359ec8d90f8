// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>

#include "nn/layers.h"
#include "nn/tensor.h"

namespace katago {

// "Spatial[96]", for messages.
std::string to_string(const TensorType& type);

// The type of what `layer` makes of `inputs`. Throws ModelError("<name>: ...") where the number or the types of the
// inputs, the layer's dimensions or the sizes of its weights do not fit together.
TensorType infer_type(const std::string& name, const Layer& layer, std::span<const TensorType> inputs);

}  // namespace katago
