// SPDX-License-Identifier: MIT
#include "command/sample/sample_rows.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <span>

#include "core/ensure.h"
#include "core/error.h"
#include "core/fp16.h"
#include "core/mapped_file.h"
#include "game/symmetry.h"
#include "nn/format/safetensors.h"

namespace katago {

namespace {

constexpr int kInputVersion = 7;
constexpr float kOwnershipScale = 127;

template <class T>
SafeTensor tensor_of(const char* dtype, std::vector<uint64_t> shape, const std::vector<T>& values) {
    return {dtype, std::move(shape), std::as_bytes(std::span(values))};
}

// The teacher's numbers as the player to move sees them. Scores are given with no result counted as 0 points.
struct PlayerView {
    std::array<float, 3> value;
    std::array<float, 3> score;
};

PlayerView player_view(const Evaluation& teacher, Player player) {
    const bool white = player == Color::White;
    const float sign = white ? 1.0f : -1.0f;
    constexpr float kLeastResult = 1e-3f;  // a result that hardly ever comes says nothing of its score
    const float result = std::max(1 - teacher.no_result, kLeastResult);
    const float mean = teacher.white_score_mean / result;
    const float variance = teacher.white_score_mean_sq / result - mean * mean;
    return {{white ? teacher.white_win : teacher.white_loss, white ? teacher.white_loss : teacher.white_win,
             teacher.no_result},
            {sign * mean, std::sqrt(std::max(variance, 0.0f)), sign * teacher.white_lead / result}};
}

}  // namespace

void SampleRows::add(const BoardHistory& history, uint64_t key, const Evaluation& teacher, LadderMemory& ladders) {
    const auto area = static_cast<size_t>(size_.area());
    ENSURE(history.board().size() == size_ && teacher.has_ownership());
    const RowChannels channels = row_channels(kInputVersion);
    const auto plane_count = static_cast<size_t>(channels.spatial), plane_bytes = (area + 7) / 8;
    const Player player = history.next_player();

    std::vector<float> spatial(area * plane_count);
    const size_t globals_before = globals_.size(), planes_before = planes_.size();
    globals_.resize(globals_before + static_cast<size_t>(channels.global));
    fill_inputs_v7({history, player, EvalOptions{}, symmetry::kIdentity}, ladders, spatial.data(),
                   globals_.data() + globals_before);
    planes_.resize(planes_before + plane_count * plane_bytes);
    for (size_t point = 0; point < area; ++point)
        for (size_t plane = 0; plane < plane_count; ++plane)
            if (spatial[point * plane_count + plane] != 0)
                planes_[planes_before + plane * plane_bytes + point / 8] |= static_cast<uint8_t>(0x80u >> point % 8);

    keys_.push_back(key);
    for (const float probability : teacher.policy) policy_.push_back(fp16_of_float(probability));
    const PlayerView view = player_view(teacher, player);
    value_.insert(value_.end(), view.value.begin(), view.value.end());
    score_.insert(score_.end(), view.score.begin(), view.score.end());
    const float sign = player == Color::White ? kOwnershipScale : -kOwnershipScale;
    for (const float owner : teacher.white_ownership)
        ownership_.push_back(static_cast<int8_t>(std::lround(sign * std::clamp(owner, -1.0f, 1.0f))));
}

void SampleRows::append(const SampleRows& other) {
    ENSURE(size_ == other.size_);
    const auto add_all = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
    add_all(keys_, other.keys_);
    add_all(planes_, other.planes_);
    add_all(globals_, other.globals_);
    add_all(policy_, other.policy_);
    add_all(value_, other.value_);
    add_all(score_, other.score_);
    add_all(ownership_, other.ownership_);
}

void SampleRows::write(const std::filesystem::path& file, const std::map<std::string, std::string>& metadata) const {
    const auto area = static_cast<size_t>(size_.area());
    const RowChannels channels = row_channels(kInputVersion);
    const auto planes = static_cast<size_t>(channels.spatial), globals = static_cast<size_t>(channels.global);
    write_safetensors(file, {metadata,
                             {{"key", tensor_of("U64", {count()}, keys_)},
                              {"planes", tensor_of("U8", {count(), planes, (area + 7) / 8}, planes_)},
                              {"globals", tensor_of("F32", {count(), globals}, globals_)},
                              {"policy", tensor_of("F16", {count(), area + 1}, policy_)},
                              {"value", tensor_of("F32", {count(), 3}, value_)},
                              {"score", tensor_of("F32", {count(), 3}, score_)},
                              {"ownership", tensor_of("I8", {count(), area}, ownership_)}}});
}

uint64_t row_key(const BoardHistory& history) {
    Hash128 least;
    for (int view = 0; view < symmetry::kCount; ++view) {
        const Hash128 hash = symmetry::map_board(history.board(), view).situation_hash(history.next_player());
        if (view == 0 || hash < least) least = hash;
    }
    const Rules& rules = history.rules();
    uint64_t key = least.h0;
    for (const int part :
         {static_cast<int>(rules.ko), static_cast<int>(rules.scoring), static_cast<int>(rules.tax),
          static_cast<int>(rules.multi_stone_suicide), static_cast<int>(history.has_button()), history.phase()})
        key = mix::split(key ^ static_cast<uint64_t>(part));
    return key;
}

ShardSummary read_shard_summary(const std::filesystem::path& file) {
    const auto mapped = MappedFile::open(file);
    Safetensors content;
    try {
        content = read_safetensors(mapped->bytes());
    } catch (const ModelError& error) {
        throw ModelError(file.string() + ": not a shard of training rows: " + error.what());
    }
    const auto keys = content.tensors.find("key");
    if (keys == content.tensors.end() || keys->second.dtype != "U64")
        throw ModelError(file.string() + ": not a shard of training rows: has no keys");
    ShardSummary summary{std::move(content.metadata),
                         std::vector<uint64_t>(keys->second.data.size() / sizeof(uint64_t))};
    std::memcpy(summary.keys.data(), keys->second.data.data(), keys->second.data.size());
    return summary;
}

}  // namespace katago
