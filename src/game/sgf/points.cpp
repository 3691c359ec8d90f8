// SPDX-License-Identifier: MIT
#include "game/sgf/points.h"

#include <algorithm>
#include <array>
#include <optional>

#include "core/encoding.h"
#include "core/error.h"
#include "core/text.h"

namespace katago {

namespace {

// Of the points that one node lists: rectangles make much of a short text.
constexpr size_t kMostListed = 64 * kMaxBoardArea;

// 0 to 51; -1 for no letter.
int coordinate(char c) {
    if (c >= 'a' && c <= 'z') return c - 'a';
    if (c >= 'A' && c <= 'Z') return c - 'A' + 26;
    return -1;
}

std::string without_space(std::string_view text) {
    std::string result;
    for (const char c : text)
        if (!trimmed(std::string_view(&c, 1)).empty()) result += c;
    return result;
}

std::optional<Color> color_set_by(std::string_view key) {
    if (key == "AB") return Color::Black;
    if (key == "AW") return Color::White;
    if (key == "AE") return Color::Empty;
    return std::nullopt;
}

}  // namespace

void SgfPoints::fail(const std::string& what) const {
    throw ProtocolError(file_ + ": " + what);
}

Point SgfPoints::point(std::string_view text) const {
    const int x = text.size() == 2 ? coordinate(text[0]) : -1;
    const int y = text.size() == 2 ? coordinate(text[1]) : -1;
    if (!size_.contains(x, y)) {
        fail("'" + excerpt(text, 20) + "' is not a point of the " + std::to_string(size_.width) + "x" +
             std::to_string(size_.height) + " board");
    }
    return point_at(x, y);
}

Point SgfPoints::move(std::string_view text) const {
    const std::string inner = without_space(text);
    // Boards of up to 19 lines have no point tt, so it used to be the way to write a pass.
    return inner.empty() || inner == "tt" ? kPass : point(inner);
}

// A point, or a rectangle between any two opposite corners: aa:cc.
std::vector<Point> SgfPoints::area(std::string_view text) const {
    const size_t colon = text.find(':');
    const Point from = point(text.substr(0, colon));
    const Point to = colon == std::string_view::npos ? from : point(text.substr(colon + 1));
    const auto [left, right] = std::minmax({x_of(from), x_of(to)});
    const auto [top, bottom] = std::minmax({y_of(from), y_of(to)});
    std::vector<Point> points;
    for (int x = left; x <= right; ++x)
        for (int y = top; y <= bottom; ++y) points.push_back(point_at(x, y));
    return points;
}

std::vector<Stone> SgfPoints::setup(const SgfNode& node, std::vector<std::string>& warnings) const {
    std::array<std::optional<Color>, kBoardCells> colors;
    std::vector<Point> listed;
    std::optional<Point> contradictory;
    size_t count = 0;
    const auto list = [&](Point point, Color color) {
        if (++count > kMostListed) fail("one node lists more than " + std::to_string(kMostListed) + " set-up points");
        std::optional<Color>& before = colors[static_cast<size_t>(point)];
        if (!before) listed.push_back(point);
        if (before && *before != color) {
            if (*before != Color::Empty && color != Color::Empty)
                fail("AB and AW both have a stone at " + vertex_text(point, size_));
            contradictory = point;
        }
        before = color;
    };
    for (const SgfProperty& property : node.properties) {
        const std::optional<Color> color = color_set_by(property.key);
        if (!color) continue;
        for (const std::string& value : property.values) {
            const std::string inner = without_space(value);
            if (inner.empty()) continue;  // a list of no points
            for (const Point point : area(inner)) list(point, *color);
        }
    }
    if (contradictory) {
        warnings.push_back(file_ + ": AE and a stone at " + vertex_text(*contradictory, size_) +
                           " in one node; what the file has last counts");
    }
    std::vector<Stone> result;
    for (const Point point : listed) result.push_back({point, *colors[static_cast<size_t>(point)]});
    return result;
}

}  // namespace katago
