// SPDX-License-Identifier: MIT
#include "nn/format/model_file.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/error.h"
#include "core/mapped_file.h"
#include "nn/format/head_reader.h"
#include "nn/format/layer_reader.h"
#include "nn/format/model_version.h"
#include "nn/format/network_file.h"
#include "nn/format/safetensors.h"
#include "nn/format/token_reader.h"
#include "nn/format/trunk_reader.h"
#include "nn/layer_checks.h"

namespace katago {

namespace {

constexpr int kFirstVersionWithMultipliers = 13;
constexpr int kFirstVersionWithOptions = 15;
constexpr int kReservedOptions = 6;
constexpr size_t kMaxNameLength = 96;

std::string read_name(TokenReader& tokens) {
    std::string name = tokens.token("the network's name");
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    };
    if (name.size() > kMaxNameLength)
        tokens.fail("the network's name has " + std::to_string(name.size()) + " characters, at most 96 are allowed");
    if (!std::all_of(name.begin(), name.end(), allowed))
        tokens.fail("the network's name may hold letters, digits, _ and - only; is this a network file?");
    return name;
}

int read_version(TokenReader& tokens) {
    const int version = tokens.integer("the network's version");
    const std::string found = "the network's version is " + std::to_string(version);
    if (version < 0) tokens.fail(found + "; this is no network file");
    if (version < kOldestVersion) tokens.fail(found + ", too old: 3 to 17 are supported");
    if (version > kNewestVersion) tokens.fail(found + ", 3 to 17 are supported: a newer engine is needed");
    return version;
}

InputChannels read_input_channels(TokenReader& tokens, const InputVersion& wanted) {
    const InputChannels found = {tokens.integer("the number of spatial inputs"),
                                 tokens.integer("the number of global inputs"), 0};
    if (found.spatial != wanted.spatial_channels || found.global != wanted.global_channels)
        tokens.fail("takes " + std::to_string(found.spatial) + " spatial and " + std::to_string(found.global) +
                    " global inputs, its version has " + std::to_string(wanted.spatial_channels) + " and " +
                    std::to_string(wanted.global_channels));
    return found;
}

double read_multiplier(TokenReader& tokens, const char* what) {
    const double value = tokens.real(what);
    if (!(value > 0) || !std::isfinite(value))
        tokens.fail(std::string(what) + " is " + std::to_string(value) + ", must be positive and finite");
    return value;
}

OutputMultipliers read_multipliers(TokenReader& tokens) {
    OutputMultipliers multipliers;
    multipliers.td_score = read_multiplier(tokens, "the multiplier of TD scores");
    multipliers.score_mean = read_multiplier(tokens, "the multiplier of score means");
    multipliers.score_stdev = read_multiplier(tokens, "the multiplier of score deviations");
    multipliers.lead = read_multiplier(tokens, "the multiplier of leads");
    multipliers.variance_time = read_multiplier(tokens, "the multiplier of variance times");
    multipliers.shortterm_value_error = read_multiplier(tokens, "the multiplier of short-term value errors");
    multipliers.shortterm_score_error = read_multiplier(tokens, "the multiplier of short-term score errors");
    return multipliers;
}

Model parse(TokenReader& tokens) {
    Model model;
    ModelInfo& info = model.info;
    info.name = read_name(tokens);
    info.version = read_version(tokens);
    const InputVersion& input_version = input_version_of(info.version);
    info.input_version = input_version.input_version;
    InputChannels inputs = read_input_channels(tokens, input_version);
    if (info.version >= kFirstVersionWithMultipliers) info.multipliers = read_multipliers(tokens);
    if (info.version >= kFirstVersionWithOptions) {
        info.meta_encoder_version = tokens.integer_between("the metadata encoder's version", 0, 1);
        info.pass_alive_under_suicide = tokens.zero_or_one("the pass-alive option");
        tokens.reserved(kReservedOptions);
    }
    if (info.meta_encoder_version > 0) inputs.meta = kMetaChannels;

    GraphBuilder builder;
    LayerReader layers(tokens, builder, info.version);
    const NodeId trunk = read_trunk(layers, inputs, info);
    const GraphOutputs outputs = read_heads(layers, trunk);
    model.graph = std::make_shared<const Graph>(builder.build(outputs));
    info.policy_channels = model.graph->node(outputs.policy).type.channels;
    return model;
}

Model read_model_as(const std::filesystem::path& path, ByteSource::Compression compression, WeightForm form) {
    const std::unique_ptr<ByteSource> source = ByteSource::open(path, compression);
    return read_model(*source, form);
}

// The name does not say which form it is.
Model read_model_by_trial(const std::filesystem::path& path) {
    std::string as_binary;
    try {
        return read_model_as(path, ByteSource::Compression::Zlib, WeightForm::Binary);
    } catch (const ModelError& error) {
        as_binary = error.what();
    }
    try {
        return read_model_as(path, ByteSource::Compression::Zlib, WeightForm::Text);
    } catch (const ModelError& error) {
        throw ModelError("read as binary, " + as_binary + "; read as text, " + error.what());
    }
}

constexpr std::string_view kOwnEnding = ".safetensors";

// By how it begins: a name says little. What cannot be read is left to whoever reads it next.
bool is_own_file(const std::filesystem::path& path) {
    std::error_code failure;
    if (!std::filesystem::is_regular_file(path, failure)) return false;
    std::array<std::byte, 16> start{};
    const size_t count = ByteSource::open(path, ByteSource::Compression::None)->read(start.data(), start.size());
    return looks_like_safetensors(std::span(start).first(count));
}

std::string lower_case_name(const std::filesystem::path& path) {
    std::string name = path.filename().string();
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return name;
}

}  // namespace

Model read_model(ByteSource& source, WeightForm form) {
    source.record_sha256();
    TokenReader tokens(source, form);
    try {
        Model model = parse(tokens);
        model.info.sha256 = source.stored_sha256();
        return model;
    } catch (const ModelError& error) {
        throw ModelError(source.name() + ": " + error.what());
    }
}

Model read_model(const std::filesystem::path& path, const ModelReadOptions& options) {
    using Compression = ByteSource::Compression;
    const std::string name = lower_case_name(path);
    if (name.ends_with(kOwnEnding) || is_own_file(path)) {
        std::shared_ptr<const MappedFile> file = MappedFile::open(path);
        const std::span<const std::byte> bytes = file->bytes();
        return read_network({bytes, std::move(file), path.string()}, options.verify);
    }
    if (name.ends_with(".txt")) return read_model_as(path, Compression::None, WeightForm::Text);
    if (name.ends_with(".bin")) return read_model_as(path, Compression::None, WeightForm::Binary);
    if (name.ends_with(".txt.gz")) return read_model_as(path, Compression::Zlib, WeightForm::Text);
    if (name.ends_with(".bin.gz")) return read_model_as(path, Compression::Zlib, WeightForm::Binary);
    if (name.ends_with(".gz")) return read_model_by_trial(path);
    throw ModelError(path.string() +
                     ": a network file's name ends in .bin.gz, .txt.gz, .gz, .bin, .txt or .safetensors");
}

}  // namespace katago
