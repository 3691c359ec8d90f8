// SPDX-License-Identifier: MIT
#include "nn/format/model_file.h"

#include <doctest/doctest.h>

#include <map>
#include <set>
#include <string>

#include "core/digest.h"
#include "core/error.h"
#include "core/file.h"
#include "golden.h"
#include "nn/format/net_writer.h"
#include "nn/format/network_file.h"
#include "nn/stats.h"

using namespace katago;
using test_nets::NetWriter;

namespace {

Model parse(std::string bytes, WeightForm form = WeightForm::Binary) {
    return read_model(*ByteSource::from_memory(std::move(bytes), "test.bin"), form);
}

}  // namespace

TEST_CASE("model file: the two nets of the format's description are written byte for byte and read") {
    const NetWriter a = test_nets::net_a();
    CHECK(a.floats() == 5254);
    CHECK(a.state() == 1571450883);
    CHECK(a.bytes.size() == 22550);
    const Model model_a = parse(a.bytes);
    CHECK(model_a.info.sha256 == "6777f1e15f9a4b350f03bcb0720888289ac1dd1b0bc8b531cc7cc2ecfe4f8d0a");
    CHECK(model_a.info.name == "goldenA");
    CHECK(model_a.info.version == 14);
    CHECK(model_a.info.input_version == 7);
    CHECK(model_a.info.multipliers.shortterm_score_error == 150);
    CHECK(model_a.info.num_blocks == 3);
    CHECK(model_a.info.trunk_channels == 8);
    CHECK(graph_stats(*model_a.graph, 361).total.parameters == 5084);
    const auto& first = std::get<Conv2d>(model_a.graph->node(2).layer);
    CHECK((*first.weights.floats())[0] == doctest::Approx(0.00295711).epsilon(1e-5));
    CHECK((*first.weights.floats())[3] == doctest::Approx(0.00736265).epsilon(1e-5));

    const NetWriter b = test_nets::net_b();
    CHECK(b.floats() == 5021);
    CHECK(b.state() == 1963503802);
    CHECK(b.bytes.size() == 21519);
    const Model model_b = parse(b.bytes);
    CHECK(model_b.info.sha256 == "e6c484c85318da28944ee3681b89eed6107ef60f87676484b1cec25a064c7f43");
    CHECK(model_b.info.meta_encoder_version == 1);
    CHECK(model_b.graph->meta_channels() == 192);
    CHECK(graph_stats(*model_b.graph, 361).total.parameters == 4943);
}

TEST_CASE("model file: node names are unique") {
    const Model model = parse(test_nets::net_b().bytes);
    std::set<std::string> names;
    for (const Node& node : model.graph->nodes()) CHECK_MESSAGE(names.insert(node.name).second, node.name);
}

TEST_CASE("model file: every version from 3 to 17 has its inputs and outputs") {
    struct Row {
        int version, input_version, spatial, global, policy, score;
    };
    for (const Row& row :
         {Row{3, 3, 22, 14, 1, 1}, Row{4, 3, 22, 14, 1, 2}, Row{5, 4, 22, 14, 1, 2}, Row{6, 5, 13, 12, 1, 2},
          Row{7, 6, 22, 16, 1, 2}, Row{8, 7, 22, 19, 1, 4}, Row{9, 7, 22, 19, 1, 6}, Row{10, 7, 22, 19, 1, 6},
          Row{11, 7, 22, 19, 1, 6}, Row{12, 7, 22, 19, 2, 6}, Row{13, 7, 22, 19, 2, 6}, Row{14, 7, 22, 19, 2, 6},
          Row{15, 7, 22, 19, 2, 6}, Row{16, 7, 22, 19, 4, 6}, Row{17, 7, 22, 19, 4, 6}}) {
        CAPTURE(row.version);
        const Model model = parse(test_nets::tiny_net(row.version).bytes);
        const Graph& graph = *model.graph;
        CHECK(model.info.version == row.version);
        CHECK(model.info.input_version == row.input_version);
        CHECK(graph.spatial_channels() == row.spatial);
        CHECK(graph.global_channels() == row.global);
        CHECK(graph.meta_channels() == 0);
        CHECK(graph.node(graph.outputs().policy).type.channels == row.policy);
        CHECK(graph.node(graph.outputs().pass).type.channels == row.policy);
        CHECK(graph.node(graph.outputs().score).type.channels == row.score);
        CHECK(model.info.multipliers.shortterm_score_error == (row.version >= 13 ? 150 : 30));
        int relus = 0;
        for (const Node& node : graph.nodes())
            if (const auto* activation = std::get_if<Activation>(&node.layer))
                relus += activation->kind == ActivationKind::Relu;
        CHECK((relus > 0) == (row.version < 11));
    }
}

TEST_CASE("model file: the text form gives the same weights as the binary one") {
    const Model binary = parse(test_nets::tiny_net(17).bytes);
    const Model text = parse(test_nets::tiny_net(17, true).bytes, WeightForm::Text);
    REQUIRE(binary.graph->nodes().size() == text.graph->nodes().size());
    for (size_t i = 0; i < binary.graph->nodes().size(); i++) {
        CHECK(binary.graph->nodes()[i].name == text.graph->nodes()[i].name);
        if (const auto* conv = std::get_if<Conv2d>(&binary.graph->nodes()[i].layer))
            CHECK(*conv->weights.floats() == *std::get<Conv2d>(text.graph->nodes()[i].layer).weights.floats());
    }
}

TEST_CASE("model file: fixed rotary frequencies rotate half the pairs by row, half by column") {
    NetWriter net = test_nets::net_b();
    const Model model = parse(net.bytes);
    std::vector<const Attention*> attentions;
    for (const Node& node : model.graph->nodes())
        if (const auto* attention = std::get_if<Attention>(&node.layer)) attentions.push_back(attention);
    REQUIRE(attentions.size() == 2);
    CHECK(attentions[0]->rope.learned);
    CHECK(attentions[0]->rope.frequencies->size() == 8);
    CHECK_FALSE(attentions[1]->rope.learned);
    CHECK(*attentions[1]->rope.frequencies == std::vector<float>{0, 1, 1, 0, 0, 1, 1, 0});
}

TEST_CASE("model file: names of files say nothing, and trailing bytes are ignored") {
    const std::filesystem::path folder = std::filesystem::temp_directory_path() / "katago-model-file-test";
    std::filesystem::create_directories(folder);
    const std::string binary = test_nets::tiny_net(8).bytes;
    const std::string text = test_nets::tiny_net(8, true).bytes;
    write_file(folder / "net.BIN", binary + "trailing");
    write_file(folder / "net.txt", text + "trailing");
    write_file(folder / "net.dat", binary);
    CHECK(read_model(folder / "net.BIN").info.name == "tiny");
    CHECK(read_model(folder / "net.txt").info.name == "tiny");
    CHECK(read_model(folder / "net.dat").info.name == "tiny");
    CHECK_THROWS_AS(read_model(folder / "missing.bin"), IoError);
    write_file(folder / "net.bin", text);
    CHECK(read_model(folder / "net.bin").info.name == "tiny");
    if (const auto golden_text = golden::find("models/random-v8-b2c24-text.txt.gz"); !golden_text.empty()) {
        write_file(folder / "plain.gz", read_file(golden_text));
        CHECK(read_model(folder / "plain.gz").info.version == 8);
        write_file(folder / "longer.gz", read_file(golden_text) + "x");
        CHECK_THROWS_AS(read_model(folder / "longer.gz"), IoError);
    }
    std::filesystem::remove_all(folder);
}

TEST_CASE("model file: the name is read from the first bytes alone, and what is no network is refused by them") {
    const std::filesystem::path file = std::filesystem::temp_directory_path() / "katago-model-name-test.bin";
    const std::string whole = test_nets::net_a().bytes;
    write_file(file, whole.substr(0, 100));
    CHECK(read_model_name(file) == "goldenA");
    write_network(file, parse(whole));
    CHECK(read_model_name(file) == "goldenA");
    write_file(file, "<html>nothing here</html>");
    CHECK_THROWS_AS(read_model_name(file), ModelError);
    std::filesystem::remove(file);
    CHECK_THROWS_AS(read_model_name(file), IoError);
    CHECK_FALSE(read_model_name("/dev/null").has_value());
}

TEST_CASE("model file: all networks of the reference data are read") {
    const auto folder = golden::find("models");
    if (folder.empty()) return;
    const std::map<std::string, int64_t> known_parameters = {
        {"g170-b6c96-s175395328-d26788732.bin.gz", 1027911},
    };
    int read = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const std::string name = entry.path().filename().string();
        if (!name.ends_with(".gz")) continue;
        CAPTURE(name);
        const Model model = read_model(entry.path());
        read++;
        if (const size_t at = name.find("-v"); name.starts_with("random"))
            CHECK(model.info.version == std::stoi(name.substr(at + 2)));
        const GraphStats stats = graph_stats(*model.graph, 361);
        if (const auto known = known_parameters.find(name); known != known_parameters.end())
            CHECK(stats.total.parameters == known->second);
        CHECK(stats.total.multiply_adds > 0);
        std::set<std::string> names;
        for (const Node& node : model.graph->nodes()) CHECK_MESSAGE(names.insert(node.name).second, node.name);
    }
    CHECK(read > 20);
}
