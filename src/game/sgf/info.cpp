// SPDX-License-Identifier: MIT
#include "game/sgf/info.h"

#include <algorithm>

#include "core/encoding.h"
#include "core/error.h"
#include "core/text.h"
#include "game/rules_written.h"
#include "game/sgf/komi.h"

namespace katago {

namespace {

// Columns and rows are parted by a colon; an x is what people write. None: no size of a board that can be played on.
std::optional<BoardSize> parse_size(std::string_view text) {
    const size_t parted = text.find_first_of(":xX");
    const std::optional<int> width = parse_int(trimmed(text.substr(0, parted)));
    const std::optional<int> height = parted == std::string::npos ? width : parse_int(trimmed(text.substr(parted + 1)));
    for (const std::optional<int>& length : {width, height})
        if (!length || *length < kMinBoardLength || *length > kMaxBoardLength) return std::nullopt;
    return BoardSize{*width, *height};
}

// Texts that are read by `read` mean the same if both give something, and the same.
template <class Read>
SgfInfo::SameMeaning same_when(Read read) {
    return [read](std::string_view one, std::string_view other) {
        const auto meant = read(one);
        return meant && meant == read(other);
    };
}

}  // namespace

SgfInfo::SgfInfo(const SgfTree& tree, std::span<const int> line) : tree_(tree) {
    for (const int index : line) {
        nodes_.push_back(&tree.nodes.at(static_cast<size_t>(index)));
        if (nodes_.back()->find("B") || nodes_.back()->find("W")) break;
    }
}

const std::vector<std::string>* SgfInfo::find(std::string_view key) const {
    for (const SgfNode* node : nodes_)
        if (const std::vector<std::string>* values = node->find(key)) return values;
    return nullptr;
}

std::string SgfInfo::text(std::string_view key) const {
    const std::vector<std::string>* values = find(key);
    return values ? std::string(trimmed(values->front())) : std::string();
}

std::string SgfInfo::single(std::string_view key, const SameMeaning& same) const {
    const std::vector<std::string>* values = find(key);
    std::string only;
    for (const std::string& value : values ? *values : std::vector<std::string>()) {
        const std::string_view inner = trimmed(value);
        if (inner.empty() || inner == only) continue;
        if (!only.empty() && same(only, inner)) continue;
        if (!only.empty())
            throw ProtocolError(tree_.name + ": the game has more than one value of " + std::string(key) + ": '" +
                                excerpt(only) + "' and '" + excerpt(inner) + "'");
        only = inner;
    }
    return only;
}

void SgfInfo::read(SgfGame& game) const {
    game.size = read_size();
    read_rules(game);
    read_komi(game);
    if (const std::string handicap = text("HA"); !handicap.empty()) game.handicap = parse_int(handicap);
    const auto as_written = [&](std::string_view key) { return find(key) ? find(key)->front() : std::string(); };
    game.black_name = as_written("PB");
    game.white_name = as_written("PW");
    game.result = as_written("RE");
}

BoardSize SgfInfo::read_size() const {
    const std::string text = single("SZ", same_when(parse_size));
    if (text.empty()) return {};
    const std::optional<BoardSize> size = parse_size(text);
    if (!size)
        throw ProtocolError(tree_.name + ": board size SZ[" + excerpt(text) + "]: wanted " +
                            std::to_string(kMinBoardLength) + " to " + std::to_string(kMaxBoardLength) +
                            " columns and rows");
    return *size;
}

void SgfInfo::read_rules(SgfGame& game) const {
    const std::string text = single("RU", same_when(rules_as_written));
    if (text.empty()) return;
    game.rules_text = text;
    game.rules = rules_as_written(text);
    if (!game.rules)
        game.warnings.push_back(game.name + ": Could not parse rules: " + excerpt(text) +
                                "; the default rules are used");
}

void SgfInfo::read_komi(SgfGame& game) const {
    SgfKomiOrigin origin;
    origin.fox_server = names_fox_server();
    origin.gogod = text("US").starts_with("GoGoD");
    if (game.rules) origin.scoring = game.rules->scoring;
    const auto komi_of = [&](std::string_view written) { return read_sgf_komi(written, origin).komi; };
    const std::string written = single("KM", same_when(komi_of));
    if (written.empty()) return;
    const SgfKomi read = read_sgf_komi(written, origin);
    game.komi = read.komi;
    if (!read.remark.empty()) game.warnings.push_back(game.name + ": " + read.remark);
}

bool SgfInfo::names_fox_server() const {
    // Where servers and the programs that convert their games leave their names.
    for (const std::string_view key : {"AP", "SO", "PC", "US"}) {
        const std::vector<std::string>* values = find(key);
        for (const std::string& value : values ? *values : std::vector<std::string>())
            for (const std::string_view name : {"foxwq", "SGFC:2.0", "\xE9\x87\x8E\xE7\x8B\x90"})
                if (value.find(name) != std::string::npos) return true;
    }
    return false;
}

}  // namespace katago
