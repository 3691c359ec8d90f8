// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "backend/registry.h"
#include "eval/eval_thread.h"
#include "eval/evaluator.h"
#include "eval/inline_evaluator.h"
#include "game/recipe.h"
#include "game/symmetry.h"
#include "golden.h"
#include "query.h"

namespace katago {

namespace {

constexpr int kRowsOfBigNetworks = 10;
// Most machines' Vulkan device is a software one, which takes seconds for a row of a big network.
constexpr int kRowsOfBigOnVulkan = 1, kRowsOfOthersOnVulkan = 10;

// How far an evaluation may be from the reference's, which computes in floats and prints six or seven digits; two of
// its own runs agree within 3e-6.
struct Tolerance {
    double probability;
    double ownership;
    double points;  // besides 1e-4 of the value; also times and errors
    double square;  // relative, of the squared score
};
// Ownership is twice a probability less one, so 1e-5 of a probability is 2e-5 of it.
constexpr Tolerance kReferenceTolerance = {1e-5, 2e-5, 1e-3, 1e-3};
constexpr Tolerance kFloatTolerance = {1e-4, 1e-4, 1e-3, 1e-3};
// Of sums in FP16, our own on a Cortex-A76 and XNNPACK's alike: half to twice as much again as the worst row. Trained
// networks are surer than those of random weights, so that what rounding moves in them moves an output further.
constexpr Tolerance kFp16Tolerance = {3e-3, 1.5e-2, 1e-1, 1.5e-2};
constexpr Tolerance kTrainedFp16Tolerance = {3e-2, 5e-2, 1, 1e-1};
constexpr double kRelativePoints = 1e-4;

// The one row of all whose stored probabilities are more than 1e-5 from exact sums: by 1.19e-5. The stored ones were
// summed in floats, and a Winograd transform in floats in the place of the exact convolutions comes within 5.7e-6 of
// them (the cpu plan: 6.7e-6), so it is they that are rounded. It has a bound of its own.
struct RowName {
    const char *network, *position;
    int symmetry;
};
constexpr RowName kRoundedRow = {"g170-b6c96-s175395328-d26788732", "encore-recapture-015", 6};
constexpr Tolerance kRoundedRowTolerance = {1.3e-5, 2e-5, 1e-3, 1e-3};

bool is_rounded(const std::string& network, const nlohmann::json& row) {
    return network == kRoundedRow.network && row.at("position") == kRoundedRow.position &&
           row.at("symmetry") == kRoundedRow.symmetry;
}

// The largest differences seen.
struct Differences {
    double probability = 0, ownership = 0, points = 0, square = 0;
    int wrong_legality = 0;
    int rows = 0;
    std::string worst_row;  // by probability and ownership

    void add(const Differences& other) {
        if (std::max(other.probability, other.ownership) >= std::max(probability, ownership))
            worst_row = other.worst_row;
        probability = std::max(probability, other.probability);
        ownership = std::max(ownership, other.ownership);
        points = std::max(points, other.points);
        square = std::max(square, other.square);
        wrong_legality += other.wrong_legality;
        rows += other.rows;
    }
};

// A difference that is no number counts as the largest.
void enlarge(double& maximum, double difference) {
    if (!(difference <= maximum)) maximum = std::isnan(difference) ? INFINITY : difference;
}

Differences compare(const Evaluation& found, const nlohmann::json& expected) {
    Differences d;
    d.rows = 1;
    auto value = [&](const char* key) { return expected.at(key).get<double>(); };
    enlarge(d.probability, std::abs(found.white_win - value("whiteWin")));
    enlarge(d.probability, std::abs(found.white_loss - value("whiteLoss")));
    enlarge(d.probability, std::abs(found.no_result - value("noResult")));
    auto points = [&](double v, const char* key) {
        enlarge(d.points, std::abs(v - value(key)) - kRelativePoints * std::abs(value(key)));
    };
    points(found.white_score_mean, "whiteScoreMean");
    points(found.white_lead, "whiteLead");
    points(found.var_time_left, "varTimeLeft");
    points(found.shortterm_winloss_error, "shorttermWinlossError");
    points(found.shortterm_score_error, "shorttermScoreError");
    const double square = value("whiteScoreMeanSq");
    enlarge(d.square, std::abs(found.white_score_mean_sq - square) / std::max(1.0, std::abs(square)));

    const auto policy = expected.at("policy").get<std::vector<double>>();
    const auto ownership = expected.at("whiteOwnership").get<std::vector<double>>();
    if (found.policy.size() != policy.size() || found.white_ownership.size() != ownership.size()) {
        d.wrong_legality = 1;
        return d;
    }
    for (size_t i = 0; i < policy.size(); ++i) {
        d.wrong_legality += (found.policy[i] < 0) != (policy[i] < 0);
        enlarge(d.probability, std::abs(found.policy[i] - policy[i]));
    }
    for (size_t i = 0; i < ownership.size(); ++i)
        enlarge(d.ownership, std::abs(found.white_ownership[i] - ownership[i]));
    return d;
}

using Positions = std::map<std::string, nlohmann::json>;

const Positions& all_positions() {
    static const Positions positions = [] {
        Positions read;
        golden::for_each_row(golden::find("nn-inputs/positions.jsonl.gz"), [&](const nlohmann::json& row) {
            nlohmann::json kept = row;
            kept.erase("planes19");
            kept.erase("planesExact");
            read.emplace(row.at("id").get<std::string>(), std::move(kept));
        });
        return read;
    }();
    return positions;
}

Differences check_row(EvalThread& thread, const nlohmann::json& expected) {
    const nlohmann::json& position = all_positions().at(expected.at("position").get<std::string>());
    const BoardHistory history = recipe::game_of(position);
    EvalOptions options = query::options_of(position.at("misc"));
    options.policy_optimism = expected.at("policyOptimism").get<double>();
    options.policy_temperature = expected.at("policyTemperature").get<double>();
    options.include_ownership = true;
    // The reference turns its whole buffer, and leaves the transposition out where that is not square.
    options.symmetry = symmetry::for_frame(expected.at("symmetry").get<int>(),
                                           {expected.at("nnXLen").get<int>(), expected.at("nnYLen").get<int>()});
    std::optional<SgfMetadata> profile;
    if (expected.contains("profile") && !expected.at("profile").is_null())
        profile = profile_of_name(expected.at("profile").get<std::string>());
    options.metadata = profile ? &*profile : nullptr;
    Differences seen = compare(*thread.evaluate(history.board(), history, history.next_player(), options), expected);
    seen.worst_row = expected.at("position").get<std::string>() + ", symmetry " + expected.at("symmetry").dump() +
                     ", buffer " + expected.at("nnXLen").dump() + "x" + expected.at("nnYLen").dump();
    return seen;
}

// The rows are shared out to all cores.
Differences check_rows(const Model& model, const std::shared_ptr<const LoadedModel>& loaded,
                       const std::vector<nlohmann::json>& rows) {
    InlineEvaluator evaluator(model.info, model.graph->meta_channels(), loaded, {.cache_size_power_of_two = -1});
    std::atomic<size_t> next = 0;
    auto work = [&](Differences& seen, std::exception_ptr& failure) {
        try {
            EvalThread thread(evaluator, /*seed=*/0);
            for (size_t i; (i = next++) < rows.size();) seen.add(check_row(thread, rows[i]));
        } catch (...) {
            failure = std::current_exception();
        }
    };
    const size_t count = std::clamp<size_t>(std::thread::hardware_concurrency(), 1, rows.size());
    std::vector<Differences> seen(count);
    std::vector<std::exception_ptr> failures(count);
    {
        std::vector<std::jthread> threads;
        for (size_t i = 0; i < count; ++i) threads.emplace_back(work, std::ref(seen[i]), std::ref(failures[i]));
    }
    Differences all;
    for (size_t i = 0; i < count; ++i) {
        if (failures[i]) std::rethrow_exception(failures[i]);
        all.add(seen[i]);
    }
    return all;
}

std::vector<nlohmann::json> read_rows(const std::filesystem::path& file) {
    std::vector<nlohmann::json> rows;
    golden::for_each_row(file, [&](const nlohmann::json& row) { rows.push_back(row); });
    return rows;
}

// `count` of the rows, spread over all.
std::vector<nlohmann::json> spread(const std::vector<nlohmann::json>& rows, size_t count) {
    if (rows.size() <= count) return rows;
    std::vector<nlohmann::json> kept;
    for (size_t i = 0; i < count; ++i) kept.push_back(rows[i * rows.size() / count]);
    return kept;
}

std::filesystem::path network_file(const std::string& name) {
    const auto folder = golden::find("models");
    for (const char* ending : {".bin.gz", ".txt.gz"})
        if (!folder.empty() && std::filesystem::exists(folder / (name + ending))) return folder / (name + ending);
    return {};
}

bool is_random(const std::string& network) {
    return network.starts_with("random-");
}

// KATAGO_GOLDEN_SMALL: what an emulated processor computes in minutes, small networks alone: our own kernels all rows
// in FP32, others and FP16 a few of each network.
bool small_wanted() {
    return std::getenv("KATAGO_GOLDEN_SMALL") != nullptr;
}
constexpr int kRowsOfOthersInSmall = 10;

bool all_rows_wanted() {
    return std::getenv("KATAGO_GOLDEN_FULL") != nullptr;
}

// A backend, and where it is the CPU's also whose kernels it is to compute with and in what.
struct Computer {
    const Backend* backend = nullptr;
    std::optional<KernelProvider> kernels;
    Precision precision = Precision::Fp32;

    bool is_vulkan() const { return backend->name() == "vulkan"; }
    std::string name() const {
        return backend->name() + (kernels ? " " + std::string(name_of(*kernels)) : "") +
               (precision == Precision::Fp16 ? " fp16" : "");
    }
    // Null, with a message, where this build or machine lacks such kernels.
    std::shared_ptr<const LoadedModel> load(const Graph& graph) const {
        if (is_vulkan() && backend->devices().empty()) {
            std::fprintf(stderr, "SKIPPED: %s\n", backend->description().c_str());
            return nullptr;
        }
        LoadOptions options;
        options.kernels = kernels;
        options.precision = precision;
        auto loaded = backend->load(graph, options);
        if (!kernels) return loaded;
        const std::string found = loaded->description();
        const char* const computes = *kernels == KernelProvider::Xnnpack ? "XNNPACK computes" : "Eigen computes";
        const char* const in = precision == Precision::Fp16 ? "FP16 in " : "";
        if (found.find(computes) != std::string::npos && found.find(in) != std::string::npos) return loaded;
        std::fprintf(stderr, "SKIPPED: no kernels for %s here, only %s\n", name().c_str(), found.c_str());
        return nullptr;
    }
    Tolerance tolerance(bool trained) const {
        if (backend->name() == "reference") return kReferenceTolerance;
        if (precision != Precision::Fp16) return kFloatTolerance;
        return trained ? kTrainedFp16Tolerance : kFp16Tolerance;
    }
};

std::vector<Computer> computers() {
    std::vector<Computer> all;
    for (const Backend* backend : backends()) {
        all.push_back({backend, std::nullopt});
        if (backend->name() == "cpu") {
            all.push_back({backend, KernelProvider::Xnnpack});
            all.push_back({backend, KernelProvider::Eigen});
            all.push_back({backend, std::nullopt, Precision::Fp16});
            all.push_back({backend, KernelProvider::Xnnpack, Precision::Fp16});
        } else if (backend->name() == "vulkan") {
            all.push_back({backend, std::nullopt, Precision::Fp16});
        }
    }
    return all;
}

void expect_within(const Differences& seen, const Tolerance& allowed, const std::string& network,
                   const Computer& computer) {
    std::fprintf(stderr, "%-16s %-45s %3d rows: probability %.1e, ownership %.1e, points %.1e, square %.1e\n",
                 computer.name().c_str(), network.c_str(), seen.rows, seen.probability, seen.ownership, seen.points,
                 seen.square);
    CAPTURE(seen.worst_row);
    CHECK(seen.wrong_legality == 0);
    CHECK(seen.probability <= allowed.probability);
    CHECK(seen.ownership <= allowed.ownership);
    CHECK(seen.points <= allowed.points);
    CHECK(seen.square <= allowed.square);
}

void check_network(const std::string& name, const Computer& computer) {
    CAPTURE(name);
    const auto network = network_file(name);
    if (network.empty()) {
        std::fprintf(stderr, "SKIPPED: network %s is not stored\n", name.c_str());
        return;
    }
    std::vector<nlohmann::json> rows = read_rows(golden::find("nn-outputs/" + name + ".jsonl.gz"));
    const Model model = read_model(network);
    const bool is_big = model.info.trunk_channels >= 256;
    if (!all_rows_wanted() && is_big)
        rows = spread(rows, computer.is_vulkan() ? kRowsOfBigOnVulkan : kRowsOfBigNetworks);
    else if (!all_rows_wanted() && computer.is_vulkan() && (!is_random(name) || computer.precision == Precision::Fp16))
        rows = spread(rows, kRowsOfOthersOnVulkan);
    if (small_wanted() && (computer.kernels || computer.precision != Precision::Fp32))
        rows = spread(rows, kRowsOfOthersInSmall);
    const auto loaded = computer.load(*model.graph);
    if (loaded == nullptr) return;
    const bool exact = computer.backend->name() == "reference";
    const auto rounded = std::stable_partition(
        rows.begin(), rows.end(), [&](const nlohmann::json& row) { return !(exact && is_rounded(name, row)); });
    const std::vector<nlohmann::json> rounded_rows(rounded, rows.end());
    rows.erase(rounded, rows.end());
    expect_within(check_rows(model, loaded, rows), computer.tolerance(!is_random(name)), name, computer);
    if (!rounded_rows.empty())
        expect_within(check_rows(model, loaded, rounded_rows), kRoundedRowTolerance, name, computer);
}

void check_networks(const std::function<bool(const Computer&)>& wanted) {
    const auto folder = golden::find("nn-outputs");
    if (folder.empty()) return;
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const std::string file = entry.path().filename().string();
        if (file.ends_with(".jsonl.gz")) names.push_back(file.substr(0, file.size() - std::string(".jsonl.gz").size()));
    }
    std::sort(names.begin(), names.end());
    if (small_wanted()) std::erase_if(names, [](const std::string& name) { return !is_random(name); });
    CHECK(names.size() > 0);
    for (const Computer& computer : computers()) {
        CAPTURE(computer.name());
        if (!wanted(computer)) continue;
        for (const std::string& name : names) check_network(name, computer);
    }
}

}  // namespace

TEST_CASE("evaluator: networks answer as the reference engine does") {
    check_networks([](const Computer& computer) {
        return !computer.is_vulkan() && !(small_wanted() && computer.backend->name() == "reference");
    });
}

TEST_CASE("evaluator: networks on Vulkan devices answer as the reference engine does") {
    check_networks([](const Computer& computer) { return computer.is_vulkan(); });
}

}  // namespace katago
