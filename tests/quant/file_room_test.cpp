// SPDX-License-Identifier: MIT
#include "quant/file_room.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "core/file.h"
#include "nn/format/model_file.h"
#include "nn/format/net_writer.h"
#include "nn/format/network_file.h"
#include "nn/int8_layers.h"
#include "quant/block_rounding.h"
#include "quant/stored_weights.h"

using namespace katago;

namespace {

namespace fs = std::filesystem;

// tiny_net(14) with an inner block of so many channels.
Model wide_net(int channels) {
    const fs::path file = fs::temp_directory_path() / "katago-file-room-test.bin";
    test_nets::NetWriter net(14, "MISH");
    net.tokens("wide 14 22 19 20 20 20 20 40 0.25 150 t 2 8 6 4 2 2");
    net.conv(3, 22, 8);
    net.matmul(19, 8);
    net.ordinary(8, 6);
    net.begin_nested(1, 8, channels);
    net.ordinary(channels, channels);
    net.end_nested(8, channels);
    net.norm_activation(8);
    net.heads(2);
    write_file(file, net.bytes);
    Model model = read_model(file);
    fs::remove(file);
    return model;
}

double share_of_file(const Model& source, const std::vector<NodeId>& fp16, int block) {
    const std::vector<NodeId> candidates = int8_candidates(*source.graph);
    Model model = source;
    model.graph =
        std::make_shared<const Graph>(with_weights(*source.graph, [&](NodeId id, const LinearWeights& weights) {
            const auto among = [&](const std::vector<NodeId>& ids) {
                return std::find(ids.begin(), ids.end(), id) != ids.end();
            };
            if (among(candidates) && !among(fp16)) return round_to_int8(source.graph->node(id), {}, {block});
            return *as_fp16(weights);
        }));
    const fs::path file = fs::temp_directory_path() / "katago-file-room-test.safetensors";
    write_network(file, model);
    const auto bytes = static_cast<double>(fs::file_size(file));
    fs::remove(file);
    return bytes / static_cast<double>(bytes_in_fp32(*source.graph));
}

}  // namespace

TEST_CASE("file room: finer scales where the file has room for them") {
    CHECK(block_in_room(*wide_net(256).graph) == 32);
    CHECK(block_in_room(*wide_net(64).graph) == 64);  // its header is too large a part
}

TEST_CASE("file room: what is put into FP16 leaves the file a quarter, and hardly less") {
    const Model model = wide_net(256);
    const std::vector<NodeId> candidates = int8_candidates(*model.graph);
    const std::vector<NodeId> fp16 = fp16_in_room(*model.graph, 32, candidates);
    CHECK(!fp16.empty());
    CHECK(fp16.size() < candidates.size());
    const double share = share_of_file(model, fp16, 32);
    CHECK(share <= 0.28);
    CHECK(share > share_of_file(model, {}, 32));
}

TEST_CASE("file room: what comes first is taken first, and without room nothing is") {
    const Model model = wide_net(256);
    const std::vector<NodeId> fp16 = fp16_in_room(*model.graph, 32, int8_candidates(*model.graph));
    REQUIRE(fp16.size() > 1);
    CHECK(fp16_in_room(*model.graph, 32, std::vector{fp16.back()}) == std::vector{fp16.back()});
    CHECK(fp16_in_room(*wide_net(64).graph, 64, int8_candidates(*wide_net(64).graph)).empty());
}
