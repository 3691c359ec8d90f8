// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>

#include "nn/graph.h"

namespace katago {

// The weights of a product in INT8, a scale for each (tap, block of input channels, output channel).
// Each weight's rounding error is made up for by the weights that are not rounded yet, so that the product's result
// changes least over the inputs seen (GPTQ; Frantar and others, 2022, after optimal brain surgery).
//   moments   mean of x x^T over the product's inputs x, [tap][in]; lower triangle; is used up. Empty: plain rounding
ProductWeights round_to_int8(const Node& product, Eigen::MatrixXf moments, int block);

// The fewest blocks of at most `most` channels, of equal size as far as kernels take such.
int block_size(int channels, int most);

}  // namespace katago
