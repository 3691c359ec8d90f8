// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "backend/kernel_provider.h"

namespace katago::cpu {

// What this build computes with besides our own kernels: "Eigen 3.4.0, XNNPACK (libXNNPACK.so.0, interface of February
// 2022)". Opens nothing.
std::string library_versions();

// Why a provider has no kernels on this machine, for a person.
std::string why_not_available(KernelProvider provider);

}  // namespace katago::cpu
