// SPDX-License-Identifier: MIT
#pragma once

#include <xnnpack.h>

#include <memory>
#include <string>

namespace katago::cpu {

// XNNPACK as a library that is opened when the first layer is to run on it, so that an engine which never does has
// neither its memory nor its start. Built in (KATAGO_XNNPACK_STATIC), its functions are there from the start.
//
// Two interfaces are known, and which one the header has is found when the engine is built:
//   of February 2022   operators are set up for a batch and its buffers in one call; each packs its own weights
//   of November 2024   they are reshaped and then set up (KATAGO_XNNPACK_RESHAPES); packed weights can be shared, and
//                      there are operators with INT8 weights and dynamic quantization, and products of batches

#if defined(KATAGO_XNNPACK_RESHAPES)
#define KATAGO_XNN_FUNCTIONS(F)                \
    F(initialize)                              \
    F(run_operator)                            \
    F(delete_operator)                         \
    F(create_convolution2d_nhwc_f32)           \
    F(reshape_convolution2d_nhwc_f32)          \
    F(setup_convolution2d_nhwc_f32)            \
    F(create_convolution2d_nhwc_f16)           \
    F(reshape_convolution2d_nhwc_f16)          \
    F(setup_convolution2d_nhwc_f16)            \
    F(create_fully_connected_nc_f32)           \
    F(reshape_fully_connected_nc_f32)          \
    F(setup_fully_connected_nc_f32)            \
    F(create_fully_connected_nc_f16)           \
    F(reshape_fully_connected_nc_f16)          \
    F(setup_fully_connected_nc_f16)            \
    F(create_fully_connected_nc_qd8_f32_qc8w)  \
    F(reshape_fully_connected_nc_qd8_f32_qc8w) \
    F(setup_fully_connected_nc_qd8_f32_qc8w)   \
    F(create_batch_matrix_multiply_nc_f32)     \
    F(reshape_batch_matrix_multiply_nc_f32)    \
    F(setup_batch_matrix_multiply_nc_f32)
#else
#define KATAGO_XNN_FUNCTIONS(F)      \
    F(initialize)                    \
    F(run_operator)                  \
    F(delete_operator)               \
    F(create_convolution2d_nhwc_f32) \
    F(setup_convolution2d_nhwc_f32)  \
    F(create_convolution2d_nhwc_f16) \
    F(setup_convolution2d_nhwc_f16)  \
    F(create_fully_connected_nc_f32) \
    F(setup_fully_connected_nc_f32)  \
    F(create_fully_connected_nc_f16) \
    F(setup_fully_connected_nc_f16)
#endif

// Its functions, without "xnn_" before their names. Immutable; initialised.
struct XnnLibrary {
#define KATAGO_XNN_MEMBER(name) decltype(&xnn_##name) name = nullptr;
    KATAGO_XNN_FUNCTIONS(KATAGO_XNN_MEMBER)
#undef KATAGO_XNN_MEMBER
};

// The library, opened by the first call. Throws BackendError: it is not installed, or its processor is unknown to it.
const XnnLibrary& xnn_library();

// Throws BackendError, which says `what` the library was to do and why it did not, unless it did.
void check(xnn_status status, const char* what);

// An operator that is deleted with its owner.
struct DeleteOperator {
    void operator()(xnn_operator_t made) const { xnn_library().delete_operator(made); }
};
using OwnedOperator = std::unique_ptr<xnn_operator, DeleteOperator>;

}  // namespace katago::cpu
