// SPDX-License-Identifier: MIT
#pragma once

#include "nn/random_net.h"

namespace test_nets {

// A trunk with one 3x3 convolution and one gemm that there is more than one kernel for.
inline Graph small_net() {
    RandomNet net(1);
    const NodeId in = net.conv(net.planes, 24, 3);
    return net.build(net.conv(net.conv(in, 40, 3), 24, 1));
}

}  // namespace test_nets
