// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace katago {

// Plots as SVG elements for a page whose style sheet gives the classes their colours. Elements that stand for data have
// an attribute `data-tip` that says what, for the page's script to show.

// Text with <, >, & and quotes written so that HTML and SVG show them.
std::string escaped(std::string_view text);
// "12.5": a coordinate.
std::string coordinate(double value);
// "10⁻⁵" below a thousandth, else "0.001" to "1000": a power of ten.
std::string power_of_ten(int exponent);

// How many of some errors (0 or more) are how large, on a logarithmic axis, with their mean and 99th percentile marked.
struct ErrorHistogram {
    std::string title;  // of the x axis: "error of the win rate, percentage points"
    std::vector<double> values;
    double mean = 0, p99 = 0;
};
std::string histogram_svg(const ErrorHistogram& histogram);

struct ScatterPoint {
    double x = 0, y = 0;
    std::string tip;  // plain text
};
struct Scatter {
    std::string x_title, y_title;
    double x_low = 0, x_high = 1, y_low = 0, y_high = 1;
    bool diagonal = false;  // draws the line of equal x and y, else y = 0
    std::vector<ScatterPoint> points;
};
std::string scatter_svg(const Scatter& scatter);

struct Bar {
    enum class Kind { Plain, Marked, Beyond };  // Marked: in the other colour; Beyond: pale, cut off at the top
    double value = 0;
    std::string tip;  // plain text
    Kind kind = Kind::Plain;
};
// Upright bars side by side, from 0.
std::string bars_svg(const std::string& x_title, const std::string& y_title, const std::vector<Bar>& bars);

}  // namespace katago
