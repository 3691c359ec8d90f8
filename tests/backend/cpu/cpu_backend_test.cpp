// SPDX-License-Identifier: MIT
#include "backend/cpu/cpu_backend.h"

#include <doctest/doctest.h>

#include <string>

#include "backend/cpu/check_parity.h"
#include "core/error.h"
#include "nn/format/model_file.h"
#include "nn/format/net_writer.h"
#include "nn/random_net.h"

using namespace test_parity;
using test_nets::RandomNet;

TEST_CASE("cpu: whole networks equal the reference") {
    for (const test_nets::NetWriter& writer : {test_nets::net_a(), test_nets::net_b()}) {
        const Model model =
            read_model(*ByteSource::from_memory(std::string(writer.bytes), "test.bin"), WeightForm::Binary);
        check_parity(*model.graph);
    }
}

TEST_CASE("cpu: batches of up to 16 equal the reference, however they are grouped") {
    RandomNet net(14);
    const NodeId in = net.activation(net.norm(stem(net, 12)), ActivationKind::Relu);
    const NodeId regular = net.conv(in, 9, 3);
    const NodeId sum = net.add(AddBroadcast{}, {regular, net.matmul(net.pool(net.conv(in, 7, 1)), 9)});
    const NodeId attended = attention(net, sum, {2, 1, 6, 5, {}}, true);
    check_parity(net.build(net.add(Add{}, {sum, net.matmul(attended, 9)})), {{2, 3}, {9, 9}, {19, 19}},
                 {16, 3, 8, 1, 11});
}

TEST_CASE("cpu: a plan refuses a batch it is not made for") {
    RandomNet net(13);
    const Graph graph = net.build(stem(net, 4));
    const BoardShape board{3, 3};
    const auto plan = CpuBackend().load(graph)->compile(board, 2);
    const Inputs inputs(graph, board, 3);
    Outputs outputs(graph, board, 3);
    CHECK_THROWS_AS(plan->run(3, inputs.pointers(), outputs.pointers()), BackendError);
    CHECK_THROWS_AS(plan->run(0, inputs.pointers(), outputs.pointers()), BackendError);
}
