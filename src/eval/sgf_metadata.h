// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/hash.h"
#include "game/point.h"

namespace katago {

// What a human-imitating network is told of the players and the game: KataGo's SGF metadata. A value.
// Source: KataGo's network format, SGF metadata input.
struct SgfMetadata {
    enum class TimeControl : uint8_t { Unknown, None, Absolute, Simple, ByoYomi, Canadian, Fischer };
    enum class Source : uint8_t { None, Ogs, Kgs, Fox, Tygem, GoGoD, Go4Go };

    struct PlayerInfo {
        bool is_human = false;
        bool is_unranked = false;
        bool rank_is_unknown = false;
        int inverse_rank = 0;  // 1: 9 dan ... 9: 1 dan, 10: 1 kyu ... 29: 20 kyu

        bool operator==(const PlayerInfo&) const = default;
    };

    PlayerInfo black, white;
    bool game_is_unrated = false;
    bool ratedness_is_unknown = false;
    TimeControl time_control = TimeControl::Unknown;
    double main_time_s = 0;    // 0 to 259,200
    double period_time_s = 0;  // 0 to 86,400
    int byo_yomi_periods = 0;  // 0 to 50
    int canadian_moves = 0;    // 0 to 50
    int days_since_1970 = 0;   // the day of the game
    Source source = Source::None;

    bool operator==(const SgfMetadata&) const = default;

    const PlayerInfo& of(Player player) const { return player == Color::Black ? black : white; }
};

// Channels of a metadata row.
inline constexpr int kMetadataChannels = 192;

// The profile of a KataGo humanSLProfile name ("rank_5k", "preaz_3d_1k", "proyear_1995"); nullopt for the names of no
// profile ("", "_" and two quotes). Throws ConfigError "Unknown human SL network profile: <name>".
std::optional<SgfMetadata> profile_of_name(std::string_view name);

// Writes the input row for `player` to move on a board of `board_area` points.
//   row   [kMetadataChannels]
void fill_metadata_row(const SgfMetadata& metadata, Player player, int board_area, float* row);

// The metadata's part of the cache key.
Hash128 metadata_hash(const SgfMetadata& metadata, Player player);

}  // namespace katago
