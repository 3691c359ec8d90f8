// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace katago::cpu {

// A product of row-major matrices of floats: out[rows][columns] = a[rows][depth] * b[depth][columns]. A value.
struct EigenProduct {
    const float* a = nullptr;
    size_t a_stride = 0;  // floats from one row of `a` to the next; the other matrices have no gaps
    const float* b = nullptr;
    bool b_transposed = false;  // b is [columns][depth]
    float* out = nullptr;
    int rows = 0, depth = 0, columns = 0;
};

// Eigen as compiled for one instruction set: KATAGO_EIGEN_NAMESPACE is "Eigen_avx2" and the like. Its templates take as
// much memory to compile as all our own kernels of a set together, so they are units of their own, with the set's
// flags: eigen_product.cpp.in.
namespace KATAGO_EIGEN_NAMESPACE {
void multiply(const EigenProduct& product);
}

}  // namespace katago::cpu
