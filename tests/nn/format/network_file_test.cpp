// SPDX-License-Identifier: MIT
#include "nn/format/network_file.h"

#include <doctest/doctest.h>

#include <cstring>
#include <utility>

#include "core/error.h"
#include "core/file.h"
#include "core/fp16.h"
#include "nn/format/net_writer.h"
#include "nn/format/safetensors.h"

using namespace katago;

namespace {

namespace fs = std::filesystem;

struct Folder {
    fs::path path = fs::temp_directory_path() / "katago-network-file-test";
    Folder() {
        fs::remove_all(path);
        fs::create_directories(path);
    }
    ~Folder() { fs::remove_all(path); }
};

Model model_of(std::string bytes) {
    return read_model(*ByteSource::from_memory(std::move(bytes), "test.bin"), WeightForm::Binary);
}

Model parse(const std::string& bytes, bool verify = true) {
    return read_network({std::as_bytes(std::span(bytes)), nullptr, "test"}, verify);
}

// Its linear layers in FP16, but for the first convolution, which gets INT8 weights in blocks of 4 channels.
Model mixed(const Model& model) {
    GraphBuilder builder;
    bool first = true;
    for (const Node& node : model.graph->nodes()) {
        Layer layer = node.layer;
        const auto store = [&](LinearWeights& weights, BlockInt8 int8) {
            auto owner = std::make_shared<std::pair<std::vector<int8_t>, std::vector<uint16_t>>>();
            if (!std::exchange(first, false)) {
                for (const float x : *weights.floats()) owner->second.push_back(fp16_of_float(x));
                weights = LinearWeights(owner->second, owner);
                return;
            }
            int8.block = 4;
            for (size_t i = 0; i < weights.size(); ++i) owner->first.push_back(static_cast<int8_t>(i % 255 - 127));
            owner->second.resize(static_cast<size_t>(int8.taps * int8.blocks() * int8.out_channels), 0x2c01);
            int8.values = owner->first, int8.scales = owner->second;
            weights = LinearWeights(int8, owner);
        };
        if (auto* conv = std::get_if<Conv2d>(&layer))
            store(conv->weights, {.taps = conv->kernel_y * conv->kernel_x,
                                  .in_channels = conv->in_channels,
                                  .out_channels = conv->out_channels,
                                  .values = {},
                                  .scales = {}});
        if (auto* matrix = std::get_if<MatMul>(&layer))
            store(
                matrix->weights,
                {.in_channels = matrix->in_channels, .out_channels = matrix->out_channels, .values = {}, .scales = {}});
        builder.add(node.name, layer, node.inputs);
    }
    return {model.info, std::make_shared<const Graph>(builder.build(model.graph->outputs())), {}};
}

bool same(const Weights& a, const Weights& b) {
    return (!a && !b) || (a && b && *a == *b);
}

struct CheckSame {
    const Layer& other;
    void operator()(const BatchNorm& a) const {
        const auto& b = std::get<BatchNorm>(other);
        CHECK(a.epsilon == b.epsilon);
        CHECK(same(a.mean, b.mean));
        CHECK(same(a.variance, b.variance));
        CHECK(same(a.scale, b.scale));
        CHECK(same(a.bias, b.bias));
    }
    void operator()(const Attention& a) const {
        const auto& b = std::get<Attention>(other);
        CHECK(std::tie(a.heads, a.kv_heads, a.qk_channels, a.v_channels, a.rope.learned) ==
              std::tie(b.heads, b.kv_heads, b.qk_channels, b.v_channels, b.rope.learned));
        CHECK(same(a.rope.frequencies, b.rope.frequencies));
    }
    void operator()(const Activation& a) const { CHECK(a.kind == std::get<Activation>(other).kind); }
    void operator()(const GlobalPool& a) const { CHECK(a.kind == std::get<GlobalPool>(other).kind); }
    void operator()(const Bias& a) const { CHECK(same(a.bias, std::get<Bias>(other).bias)); }
    void operator()(const RmsNorm& a) const {
        const auto& b = std::get<RmsNorm>(other);
        CHECK(std::tie(a.epsilon, a.over_board) == std::tie(b.epsilon, b.over_board));
        CHECK(same(a.gamma, b.gamma));
        CHECK(same(a.beta, b.beta));
    }
    template <class T>
    void operator()(const T& a) const {
        if constexpr (requires { a.weights; }) {
            const auto& b = std::get<T>(other);
            CHECK(a.weights.dtype() == b.weights.dtype());
            CHECK(same(a.weights.floats(), b.weights.floats()));
        }
    }
};

void check_same(const Model& a, const Model& b) {
    CHECK(a.info.name == b.info.name);
    CHECK(a.info.version == b.info.version);
    CHECK(a.info.input_version == b.info.input_version);
    CHECK(a.info.policy_channels == b.info.policy_channels);
    CHECK(a.info.multipliers.lead == b.info.multipliers.lead);
    CHECK(a.info.num_blocks == b.info.num_blocks);
    CHECK(a.notes == b.notes);
    REQUIRE(a.graph->nodes().size() == b.graph->nodes().size());
    for (size_t i = 0; i < a.graph->nodes().size(); ++i) {
        const Node &left = a.graph->nodes()[i], &right = b.graph->nodes()[i];
        CAPTURE(left.name);
        CHECK(left.name == right.name);
        CHECK(left.inputs == right.inputs);
        REQUIRE(left.layer.index() == right.layer.index());
        std::visit(CheckSame{right.layer}, left.layer);
    }
    CHECK(a.graph->outputs().ownership == b.graph->outputs().ownership);
}

std::string written(const Model& model) {
    const Folder folder;
    write_network(folder.path / "net.safetensors", model);
    return read_file(folder.path / "net.safetensors");
}

}  // namespace

TEST_CASE("network file: what was written is read, in FP32, FP16 and INT8") {
    for (const std::string& bytes : {test_nets::tiny_net(8).bytes, test_nets::tiny_net(17).bytes,
                                     test_nets::net_a().bytes, test_nets::net_b().bytes}) {
        Model model = model_of(bytes);
        model.notes["accuracy"] = R"({"top1":0.5})";
        check_same(parse(written(model)), model);
        const Model small = mixed(model);
        check_same(parse(written(small)), small);
        CHECK(written(small).size() < written(model).size());
    }
}

TEST_CASE("network file: rotations that their channels do not allow are refused") {
    const auto build = [&](int taps, int rotated) {
        using Stored = std::pair<std::vector<int8_t>, std::vector<uint16_t>>;
        const auto stored = std::make_shared<Stored>(std::vector<int8_t>(static_cast<size_t>(taps * 48 * 2), int8_t{3}),
                                                     std::vector<uint16_t>(static_cast<size_t>(2 * taps), 0x2c01));
        GraphBuilder builder;
        const NodeId in = builder.add("planes", InputSpatial{48}, {});
        Conv2d conv;
        conv.kernel_y = conv.kernel_x = taps == 1 ? 1 : 3, conv.in_channels = 48, conv.out_channels = 2;
        conv.weights = LinearWeights(BlockInt8{taps, 48, 2, 48, rotated, stored->first, stored->second}, stored);
        builder.add("layer", conv, {in});
    };
    for (const int rotated : {0, 16, 48}) CHECK_NOTHROW(build(1, rotated));
    for (const int rotated : {-16, 1, 8, 32, 96}) {
        CHECK_THROWS_WITH_AS(build(1, rotated), doctest::Contains("channels are rotated together, must be 0, 16 or 48"),
                             ModelError);
    }
    CHECK_THROWS_WITH_AS(build(9, 16), doctest::Contains("must be 0 for a kernel of several points"), ModelError);
}

TEST_CASE("network file: read_model knows it by its content, and the weights are the mapping's") {
    const Folder folder;
    const Model model = mixed(model_of(test_nets::tiny_net(14).bytes));
    for (const char* name : {"net.safetensors", "net.bin", "net"}) {
        write_network(folder.path / name, model);
        check_same(read_model(folder.path / name), model);
    }
    const std::string bytes = written(model);
    const Model inside = parse(bytes);
    for (const Node& node : inside.graph->nodes()) {
        const auto* conv = std::get_if<Conv2d>(&node.layer);
        if (!conv) continue;
        const char* at = conv->weights.int8() ? reinterpret_cast<const char*>(conv->weights.int8()->values.data())
                                              : reinterpret_cast<const char*>(conv->weights.fp16().data());
        CHECK(at > bytes.data());
        CHECK(at < bytes.data() + bytes.size());
        CHECK((at - bytes.data()) % 64 == 0);
    }
}

TEST_CASE("network file: a flipped bit in the weights is found, unless nobody wants to know") {
    std::string bytes = written(mixed(model_of(test_nets::tiny_net(14).bytes)));
    uint64_t header = 0;
    std::memcpy(&header, bytes.data(), 8);
    const Safetensors content = read_safetensors(std::as_bytes(std::span(bytes)));
    for (const auto& [name, tensor] : content.tensors) {
        CAPTURE(name);
        if (tensor.data.empty()) continue;
        const size_t at = static_cast<size_t>(reinterpret_cast<const char*>(tensor.data.data()) - bytes.data());
        bytes[at] = static_cast<char>(bytes[at] ^ 1);
        CHECK_THROWS_WITH_AS(parse(bytes), doctest::Contains("damaged"), ModelError);
        CHECK_NOTHROW(parse(bytes, false));
        bytes[at] = static_cast<char>(bytes[at] ^ 1);
    }
}

TEST_CASE("network file: a flipped bit in the header is an error or changes nothing") {
    const Model model = mixed(model_of(test_nets::tiny_net(14).bytes));
    std::string bytes = written(model);
    uint64_t header = 0;
    std::memcpy(&header, bytes.data(), 8);
    int errors = 0, harmless = 0;
    for (size_t bit = 0; bit < 8 * (8 + header); bit += 5) {
        bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
        try {
            check_same(parse(bytes), model);
            ++harmless;
        } catch (const ModelError&) {
            ++errors;
        }
        bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    }
    CHECK(errors > 20 * harmless);
}

TEST_CASE("network file: a file cut anywhere is an error") {
    const std::string bytes = written(model_of(test_nets::tiny_net(8).bytes));
    for (size_t size = 0; size < bytes.size(); size += 97) CHECK_THROWS_AS(parse(bytes.substr(0, size)), ModelError);
}

TEST_CASE("network file: a folder that is missing or full gives an error and leaves nothing") {
    const Folder folder;
    const Model model = model_of(test_nets::tiny_net(8).bytes);
    CHECK_THROWS_AS(write_network(folder.path / "none" / "net", model), IoError);
    CHECK_THROWS_AS(write_network(folder.path, model), IoError);
    if (fs::exists("/dev/full")) CHECK_THROWS_AS(write_network("/dev/full/net", model), IoError);
    CHECK(fs::is_empty(folder.path));
}
