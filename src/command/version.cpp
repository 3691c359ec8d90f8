// SPDX-License-Identifier: MIT
#include "command/version.h"

#include <ostream>

#include "backend/registry.h"
#include "core/text.h"
#include "game/point.h"

namespace katago {

namespace {

bool is_letter_and_digits(std::string_view piece, char letter) {
    return piece.size() > 1 && piece.front() == letter &&
           piece.substr(1).find_first_not_of("0123456789") == std::string_view::npos;
}

// "s175395328" is "s175M", "s54321" is "s54K".
std::string short_sample_count(std::string_view piece) {
    const std::string_view digits = piece.substr(1);
    const bool millions = digits.size() > 8 || (digits.size() == 8 && digits >= "10000000");
    const bool thousands = digits.size() > 5 || (digits.size() == 5 && digits >= "10000");
    if (millions) return "s" + std::string(digits.substr(0, digits.size() - 6)) + "M";
    if (thousands) return "s" + std::string(digits.substr(0, digits.size() - 3)) + "K";
    return std::string(piece);
}

}  // namespace

std::string product_line() {
    return "KataGo v" + std::string(kKatagoVersion);
}

std::string version_text() {
    std::string text = product_line() + "\n";
    text += "Git revision: " + std::string(kRevision) + "\n";
    text += "Compile Time: " + std::string(kBuildTime) + "\n";
    // KataGo's fourth line, by which clients tell what a build computes with; our backends follow it.
    text += "Using Eigen(CPU) backend\n";
    for (const Backend* backend : backends())
        text += "Backend " + backend->name() + ": " + backend->description() + "\n";
    text += "Compiled to allow boards of size up to " + std::to_string(kMaxBoardLength) + "\n";
    return text;
}

std::string short_model_name(std::string_view internal_name) {
    std::vector<std::string> kept;
    while (true) {
        const size_t end = internal_name.find('-');
        const std::string_view piece = internal_name.substr(0, end);
        if (is_letter_and_digits(piece, 's'))
            kept.push_back(short_sample_count(piece));
        else if (piece != "kata1" && !is_letter_and_digits(piece, 'd'))
            kept.emplace_back(piece);
        if (end == std::string_view::npos) return join(kept, "-");
        internal_name.remove_prefix(end + 1);
    }
}

int run_version(std::span<const std::string>, const Streams& streams) {
    streams.out << version_text();
    return 0;
}

}  // namespace katago
