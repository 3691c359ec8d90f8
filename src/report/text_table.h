// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace katago {

// Rows of text in columns as wide as their longest entry, two spaces apart: numbers, to the right, and from
// `first_left_column` on words, to the left.
class TextTable {
  public:
    explicit TextTable(std::vector<std::string> heading, size_t first_left_column = 1000)
        : rows_{std::move(heading)}, first_left_column_(first_left_column) {}

    // As many cells as the heading has.
    void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
    // With a line end after each row, the heading first.
    std::string text() const;

  private:
    std::vector<std::vector<std::string>> rows_;
    size_t first_left_column_;
};

}  // namespace katago
