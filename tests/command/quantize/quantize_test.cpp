// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "command/info/subcommand.h"
#include "command/quantize/subcommand.h"
#include "core/error.h"
#include "core/file.h"
#include "engine/calibration.h"
#include "nn/format/model_file.h"
#include "nn/format/net_writer.h"
#include "nn/int8_layers.h"
#include "quant/stored_weights.h"

using namespace katago;

namespace {

namespace fs = std::filesystem;

struct Folder {
    fs::path path = fs::temp_directory_path() / "katago-quantize-test";
    fs::path net = path / "net.bin";
    Folder() {
        fs::remove_all(path);
        fs::create_directories(path / "games");
        write_file(net, test_nets::tiny_net(14).bytes);
    }
    ~Folder() { fs::remove_all(path); }
};

struct Run {
    int status = 0;
    std::string out, err;
};

Run quantize(std::vector<std::string> arguments) {
    std::istringstream in;
    std::ostringstream out, err;
    const int status = run_quantize(arguments, {in, out, err});
    return {status, out.str(), err.str()};
}

std::vector<std::string> int8_arguments(const Folder& folder, const fs::path& output) {
    return {"-model", folder.net.string(), "-output", output.string(),  "-positions", "24", "-max-kl",
            "100",    "-threads",          "2",       "-min-agreement", "0"};
}

}  // namespace

TEST_CASE("quantize: INT8 in the trunk, FP16 in the heads, and the file says how it was made") {
    const Folder folder;
    const fs::path output = folder.path / "net.safetensors";
    const Run run = quantize(int8_arguments(folder, output));
    CHECK(run.status == 0);
    CHECK(run.out.find("int8") != std::string::npos);
    const Model source = read_model(folder.net), made = read_model(output);
    const std::vector<NodeId> candidates = int8_candidates(*source.graph);
    CHECK(!candidates.empty());
    for (NodeId id = 0; id < static_cast<NodeId>(made.graph->nodes().size()); ++id) {
        const LinearWeights* weights = linear_weights(made.graph->node(id));
        if (!weights) continue;
        const bool candidate = std::find(candidates.begin(), candidates.end(), id) != candidates.end();
        CHECK(weights->dtype() == (candidate ? DType::Int8 : DType::Float16));
    }
    const auto note = nlohmann::json::parse(made.notes.at("source"));
    CHECK(note["sha256"] == source.info.sha256);
    CHECK(nlohmann::json::parse(made.notes.at("accuracy"))["positions"] > 0);
    CHECK(!nlohmann::json::parse(made.notes.at("quantization"))["calibrationGames"].empty());
    const std::string first = read_file(output);
    quantize(int8_arguments(folder, output));
    CHECK(read_file(output) == first);
}

TEST_CASE("quantize: with -one-scale the weights of an output share a scale, of all layers or as the budget allows") {
    const Folder folder;
    const fs::path output = folder.path / "net.safetensors";
    const auto one_scale_layers = [&](const std::string& which, const std::string& max_kl) {
        std::vector<std::string> arguments = int8_arguments(folder, output);
        arguments[7] = max_kl;
        arguments.insert(arguments.end(), {"-one-scale", which});
        const Run run = quantize(arguments);
        CHECK((run.out.find("KL one scale") != std::string::npos) == (which == "mixed"));
        int layers = 0;
        const Model made = read_model(output);
        for (const Node& node : made.graph->nodes()) {
            const LinearWeights* weights = linear_weights(node);
            if (weights == nullptr || weights->int8() == nullptr || weights->int8()->taps == 1) continue;
            const BlockInt8& stored = *weights->int8();
            const auto outputs = static_cast<size_t>(stored.out_channels);
            bool shared = true;
            for (size_t i = outputs; i < stored.scales.size(); ++i)
                shared = shared && stored.scales[i] == stored.scales[i % outputs];
            layers += shared;
        }
        return layers;
    };
    const int all = one_scale_layers("all", "100"), none = one_scale_layers("none", "100");
    CHECK(all > 1);
    CHECK(none == 0);
    CHECK(one_scale_layers("mixed", "100") == all);
    one_scale_layers("none", "100");
    std::ostringstream used_up;  // by the blocks already
    used_up << 1.01 * nlohmann::json::parse(read_model(output).notes.at("accuracy"))["policyKL"].get<double>();
    CHECK(one_scale_layers("mixed", used_up.str()) == 0);
    CHECK(read_model(output).notes.at("quantization").find("layersWithOneScale") == std::string::npos);
    one_scale_layers("mixed", "100");
    CHECK(read_model(output).notes.at("quantization").find("layersWithOneScale") != std::string::npos);
    CHECK_THROWS_WITH_AS(quantize({"-model", folder.net.string(), "-output", output.string(), "-one-scale", "some"}),
                         "quantize: -one-scale: invalid value some, must be none, mixed or all", UsageError);
}

TEST_CASE("quantize: damaged records are left out with a word, and without others nothing is written") {
    const Folder folder;
    const fs::path output = folder.path / "net.safetensors";
    write_file(folder.path / "games" / "bad.sgf", "(;GM[1]SZ[19];B[dd];W[zz]");
    std::vector<std::string> arguments = int8_arguments(folder, output);
    arguments.insert(arguments.end(), {"-calibration", (folder.path / "games").string()});
    CHECK_THROWS_WITH_AS(quantize(arguments), doctest::Contains("no positions"), IoError);
    CHECK_FALSE(fs::exists(output));
    const std::vector<SgfText> games = built_in_calibration();
    REQUIRE(games.size() > 8);
    for (size_t i = 0; i < 5; ++i)
        write_file(folder.path / "games" / (std::to_string(i) + ".sgf"), std::string(games[i].text));
    const Run run = quantize(arguments);
    CHECK(run.status == 0);
    CHECK(run.err.find("bad.sgf") != std::string::npos);
    CHECK(fs::exists(output));
}

TEST_CASE("quantize: names and comments that are no UTF-8 come into the file as valid text") {
    const Folder folder;
    const fs::path output = folder.path / "n\xE9t.safetensors";
    const std::vector<SgfText> games = built_in_calibration();
    for (size_t i = 0; i < 5; ++i)
        write_file(folder.path / "games" / ("\xC4\xE3" + std::to_string(i) + ".sgf"), std::string(games[i].text));
    write_file(folder.path / "games" / "bad\xFF.sgf", "(;SZ[19]C[\xB5\xDA];B[dd]");
    fs::rename(folder.net, folder.path / "n\xE4t.bin");
    std::vector<std::string> arguments = int8_arguments(folder, output);
    arguments[1] = folder.path / "n\xE4t.bin";
    arguments.insert(arguments.end(), {"-calibration", (folder.path / "games").string()});
    const Run run = quantize(arguments);
    CHECK(run.status == 0);
    CHECK(run.err.find("bad\xFF.sgf") != std::string::npos);
    const Model made = read_model(output);  // its sums hold
    for (const char* note : {"source", "quantization"}) CHECK(nlohmann::json::accept(made.notes.at(note)));
}

TEST_CASE("quantize: what is no regular file is refused before the work") {
    const Folder folder;
    for (const char* device : {"/dev/full", "/dev/null"}) {
        CHECK_THROWS_WITH_AS(quantize(int8_arguments(folder, device)), doctest::Contains("this is a device"), IoError);
        CHECK(fs::is_character_file(device));
    }
    fs::create_symlink("/dev/full", folder.path / "link");
    CHECK_THROWS_AS(quantize(int8_arguments(folder, folder.path / "link")), IoError);
    CHECK(fs::is_symlink(folder.path / "link"));
}

TEST_CASE("quantize: a budget that cannot be kept leaves FP16 everywhere and is told of") {
    const Folder folder;
    const fs::path output = folder.path / "net.safetensors";
    std::vector<std::string> arguments = int8_arguments(folder, output);
    arguments[7] = "0";
    const Run run = quantize(arguments);
    CHECK(run.status == 1);
    CHECK(run.out.find("budget does not hold") != std::string::npos);
    const Model made = read_model(output);
    for (const Node& node : made.graph->nodes())
        if (const LinearWeights* weights = linear_weights(node)) CHECK(weights->dtype() == DType::Float16);
}

TEST_CASE("quantize: the network itself is never overwritten, and errors leave no file behind") {
    const Folder folder;
    const std::string before = read_file(folder.net);
    CHECK_THROWS_AS(quantize(int8_arguments(folder, folder.net)), UsageError);
    CHECK_THROWS_AS(quantize(int8_arguments(folder, folder.path / "none" / "x.safetensors")), UsageError);
    CHECK_THROWS_AS(quantize({"-model", folder.net.string(), "-output", "x", "-precision", "int4"}), UsageError);
    CHECK(read_file(folder.net) == before);
    CHECK(std::distance(fs::directory_iterator(folder.path), {}) == 2);
}

TEST_CASE("info: says what a quantized file holds") {
    const Folder folder;
    const fs::path output = folder.path / "net.safetensors";
    quantize({"-model", folder.net.string(), "-output", output.string(), "-precision", "fp16"});
    std::istringstream in;
    std::ostringstream out, err;
    const std::vector<std::string> arguments = {"-model", output.string(), "-json"};
    CHECK(run_info(arguments, {in, out, err}) == 0);
    const auto json = nlohmann::json::parse(out.str());
    CHECK(json["version"] == 14);
    CHECK(json["notes"]["quantization"]["precision"] == "fp16");
    CHECK(json["layers"].size() == read_model(folder.net).graph->nodes().size());
}
