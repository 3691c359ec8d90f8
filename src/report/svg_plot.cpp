// SPDX-License-Identifier: MIT
#include "report/svg_plot.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "core/json_text.h"
#include "core/text.h"

namespace katago {

namespace {

// In the units of the view box; a page shows it about as many pixels wide, on a phone a little narrower.
constexpr double kWidth = 420, kHeight = 230, kSquareHeight = 400;
constexpr double kLeft = 46, kRight = 22, kTop = 22, kBottom = 40;
constexpr int kBinsPerDecade = 5, kMostDecades = 6;

// 1, 2 or 5 times a power of ten, so that a range has about `wanted` of them.
double nice_step(double range, int wanted) {
    const double raw = std::max(range, 1e-12) / wanted, power = std::pow(10, std::floor(std::log10(raw)));
    for (const double factor : {1.0, 2.0, 5.0})
        if (factor * power >= raw) return factor * power;
    return 10 * power;
}

// A rectangle with axes, filled piece by piece.
class Plot {
  public:
    Plot(double x_low, double x_high, double y_low, double y_high, double height = kHeight)
        : x_low_(x_low), x_high_(x_high), y_low_(y_low), y_high_(y_high), height_(height) {}

    double x(double value) const { return kLeft + (value - x_low_) / (x_high_ - x_low_) * (kWidth - kLeft - kRight); }
    double y(double value) const {
        return height_ - kBottom - (value - y_low_) / (y_high_ - y_low_) * (height_ - kTop - kBottom);
    }

    void line(const char* kind, double x1, double y1, double x2, double y2) {
        body_ += "<line class=\"" + std::string(kind) + "\" x1=\"" + coordinate(x1) + "\" y1=\"" + coordinate(y1) +
                 "\" x2=\"" + coordinate(x2) + "\" y2=\"" + coordinate(y2) + "\"/>";
    }
    // `anchor`: start, middle or end.
    void text(const char* kind, double at_x, double at_y, const char* anchor, const std::string& words) {
        body_ += "<text class=\"" + std::string(kind) + "\" x=\"" + coordinate(at_x) + "\" y=\"" + coordinate(at_y) +
                 "\" text-anchor=\"" + anchor + "\">" + escaped(words) + "</text>";
    }
    void add(const std::string& element) { body_ += element; }

    // Horizontal lines with their numbers.
    void y_grid(int wanted) {
        const double step = nice_step(y_high_ - y_low_, wanted);
        for (double value = std::ceil(y_low_ / step) * step; value <= y_high_ + step / 1000; value += step) {
            line("grid", kLeft, y(value), kWidth - kRight, y(value));
            const double shown = std::abs(value) < step / 1000 ? 0 : value;
            text("tick", kLeft - 5, y(value) + 4, "end", default_number(shown));
        }
    }
    void x_grid(int wanted) {
        const double step = nice_step(x_high_ - x_low_, wanted);
        for (double value = std::ceil(x_low_ / step) * step; value <= x_high_ + step / 1000; value += step) {
            line("grid", x(value), kTop, x(value), height_ - kBottom);
            text("tick", x(value), height_ - kBottom + 15, "middle", default_number(value));
        }
    }
    void x_tick(double value, const std::string& words) {
        line("axis", x(value), height_ - kBottom, x(value), height_ - kBottom + 4);
        text("tick", x(value), height_ - kBottom + 16, "middle", words);
    }
    void axes(const std::string& x_title, const std::string& y_title) {
        line("axis", kLeft, height_ - kBottom, kWidth - kRight, height_ - kBottom);
        text("label", (kLeft + kWidth - kRight) / 2, height_ - 6, "middle", x_title);
        text("label", 4, 12, "start", y_title);
    }
    double bottom() const { return height_ - kBottom; }

    std::string svg(const std::string& description) const {
        return "<svg viewBox=\"0 0 " + coordinate(kWidth) + " " + coordinate(height_) +
               "\" role=\"img\" aria-label=\"" + escaped(description) + "\">" + body_ + "</svg>\n";
    }

  private:
    double x_low_, x_high_, y_low_, y_high_, height_;
    std::string body_;
};

std::string rectangle(const char* kind, double x, double y, double width, double height, const std::string& tip) {
    return "<rect class=\"" + std::string(kind) + "\" x=\"" + coordinate(x) + "\" y=\"" + coordinate(y) +
           "\" width=\"" + coordinate(width) + "\" height=\"" + coordinate(height) + "\" data-tip=\"" + escaped(tip) +
           "\"/>";
}

std::string number(double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.2g", value);
    return text.data();
}

}  // namespace

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : utf8_text(std::string(text))) {
        switch (c) {
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '&':
                out += "&amp;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

std::string coordinate(double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f", value);
    std::string shown = text.data();
    if (shown.ends_with(".0")) shown.resize(shown.size() - 2);
    return shown == "-0" ? "0" : shown;
}

std::string power_of_ten(int exponent) {
    if (exponent >= -3 && exponent <= 3) return default_number(std::pow(10, exponent));
    static constexpr std::array kDigits = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    std::string text = exponent < 0 ? "10⁻" : "10";
    for (const char digit : std::to_string(std::abs(exponent))) text += kDigits[static_cast<size_t>(digit - '0')];
    return text;
}

std::string histogram_svg(const ErrorHistogram& histogram) {
    const double most =
        histogram.values.empty() ? 0 : *std::max_element(histogram.values.begin(), histogram.values.end());
    if (most <= 0) return "<p class=\"note\">" + escaped(histogram.title) + ": no difference anywhere.</p>\n";
    double least = most;
    for (const double value : histogram.values)
        if (value > 0) least = std::min(least, value);
    const int high = static_cast<int>(std::floor(std::log10(most))) + 1;
    const int low = std::max(static_cast<int>(std::floor(std::log10(least))), high - kMostDecades);
    const auto bins = static_cast<size_t>((high - low) * kBinsPerDecade);
    std::vector<int> counts(bins);
    int below = 0;  // the axis, zeros among them
    for (const double value : histogram.values) {
        const double at = value > 0 ? (std::log10(value) - low) * kBinsPerDecade : -1;
        if (at < 0)
            ++below;
        else
            ++counts[std::min(static_cast<size_t>(at), bins - 1)];
    }
    const int tallest = std::max(below, *std::max_element(counts.begin(), counts.end()));
    const double bin = 1.0 / kBinsPerDecade, first = low - (below > 0 ? 2 * bin : 0);
    Plot plot(first, high, 0, tallest * 1.12);
    plot.y_grid(4);
    const auto draw = [&](double from, int count, const std::string& range) {
        if (count == 0) return;
        const double left = plot.x(from) + 0.75, top = plot.y(count);
        plot.add(rectangle("bar", left, top, plot.x(from + bin) - 0.75 - left, plot.bottom() - top,
                           range + ": " + std::to_string(count) + (count == 1 ? " position" : " positions")));
    };
    if (below > 0) {
        draw(first, below, "below " + power_of_ten(low));
        plot.x_tick(first + bin / 2, "<");
    }
    for (size_t i = 0; i < bins; ++i) {
        const double from = low + static_cast<double>(i) * bin;
        draw(from, counts[i], number(std::pow(10, from)) + " to " + number(std::pow(10, from + bin)));
    }
    for (int exponent = low; exponent <= high; ++exponent) plot.x_tick(exponent, power_of_ten(exponent));
    plot.axes(histogram.title, "positions");
    const auto mark = [&](const char* kind, double value) {
        const double at = plot.x(std::clamp(std::log10(std::max(value, 1e-30)), first, static_cast<double>(high)));
        plot.line(kind, at, kTop, at, plot.bottom());
    };
    mark("mean", histogram.mean), mark("p99", histogram.p99);
    const std::string p99 = "99 %: " + number(histogram.p99);
    plot.text("mean", kWidth - kRight - 6.8 * static_cast<double>(p99.size()) - 12, 12, "end",
              "mean: " + number(histogram.mean));
    plot.text("p99", kWidth - kRight, 12, "end", p99);
    return plot.svg("Histogram: " + histogram.title);
}

std::string scatter_svg(const Scatter& s) {
    Plot plot(s.x_low, s.x_high, s.y_low, s.y_high, kSquareHeight);
    plot.x_grid(5);
    plot.y_grid(5);
    if (s.diagonal)
        plot.line("guide", plot.x(s.x_low), plot.y(s.y_low), plot.x(s.x_high), plot.y(s.y_high));
    else
        plot.line("guide", plot.x(s.x_low), plot.y(0), plot.x(s.x_high), plot.y(0));
    for (const ScatterPoint& point : s.points)
        plot.add("<circle class=\"dot\" r=\"2.5\" cx=\"" + coordinate(plot.x(point.x)) + "\" cy=\"" +
                 coordinate(plot.y(point.y)) + "\" data-tip=\"" + escaped(point.tip) + "\"/>");
    plot.axes(s.x_title, s.y_title);
    return plot.svg(s.y_title + " against " + s.x_title);
}

std::string bars_svg(const std::string& x_title, const std::string& y_title, const std::vector<Bar>& bars) {
    double most = 1;
    for (const Bar& bar : bars)
        if (bar.kind != Bar::Kind::Beyond) most = std::max(most, bar.value);
    Plot plot(0, std::max<double>(1, static_cast<double>(bars.size())), 0, most * 1.05);
    plot.y_grid(5);
    for (size_t i = 0; i < bars.size(); ++i) {
        const double left = plot.x(static_cast<double>(i)), width = plot.x(static_cast<double>(i + 1)) - left;
        const double top = plot.y(std::clamp(bars[i].value, 0.0, most * 1.05));
        const char* kind = bars[i].kind == Bar::Kind::Marked   ? "bar marked"
                           : bars[i].kind == Bar::Kind::Beyond ? "bar beyond"
                                                               : "bar";
        plot.add(rectangle(kind, left, top, width * 0.85, plot.bottom() - top, bars[i].tip));
    }
    plot.axes(x_title, y_title);
    return plot.svg(y_title + " by " + x_title);
}

}  // namespace katago
