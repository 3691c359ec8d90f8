// SPDX-License-Identifier: MIT
// `katago evaluate`: positions of game records with what a network is shown of them and what it answers, as JSON lines.
#include <filesystem>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "command/evaluate/subcommand.h"
#include "command/launch.h"
#include "core/error.h"
#include "core/json_text.h"
#include "engine/engine.h"
#include "eval/eval_thread.h"
#include "eval/features.h"
#include "eval/position_sampler.h"
#include "game/sgf.h"
#include "report/progress_line.h"

namespace katago {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr int kInputVersion = 7;
constexpr int kMostPositions = 10'000'000;
// Every position is asked for once.
constexpr std::string_view kBuiltInConfig = "nnCacheSizePowerOfTwo = -1\n";

const CommandLine& command_line() {
    static const CommandLine line = [] {
        CommandLine result{
            "evaluate",
            "Writes positions of game records as JSON lines: what a network is shown of each (version 7 of the input "
            "features)\n"
            "   and what it answers. For programs that run exported networks (see scripts/deploy).\n\n"
            "      katago evaluate -model FILE.bin.gz -games FOLDER -positions 200\n"
            "      katago evaluate -no-network -games FILE.sgf -last",
            engine_options()};
        result.options.insert(
            result.options.end(),
            {{"games", "", "PATH", "SGF file, or folder that is searched for .sgf files.", true},
             {"positions", "", "N", "Positions to draw from all records (default 200).", false},
             {"seed", "", "N", "Draws other positions (default 1).", false},
             {"last", "", "", "Instead take the end of each record.", false},
             {"no-network", "", "", "Only what a network would be shown.", false},
             {"profile", "", "NAME", "Whom a human-imitating network imitates, for example rank_5k.", false}});
        return result;
    }();
    return line;
}

struct NamedPosition {
    std::string id;
    BoardHistory history;
};

NamedPosition last_position(const fs::path& file, std::ostream& err) {
    const SgfGame game = load_sgf_game(file);
    for (const std::string& warning : game.warnings) err << "WARNING: " << warning << std::endl;
    return {file.string(), replay(game, game.rules_or(Rules{}))};
}

// A file that is named must be usable; of those in a folder, some must.
std::vector<NamedPosition> last_positions(const std::vector<fs::path>& places, std::ostream& err) {
    std::vector<NamedPosition> positions;
    for (const fs::path& place : places) {
        std::error_code failure;
        const bool is_folder = fs::is_directory(place, failure);
        const size_t before = positions.size();
        for (const fs::path& file : find_game_records({&place, 1})) {
            try {
                positions.push_back(last_position(file, err));
            } catch (const Error& error) {
                if (!is_folder) throw;
                err << "WARNING: left out: " << error.what() << std::endl;
            }
        }
        if (positions.size() == before) throw IoError(place.string() + ": no game record that can be used");
    }
    return positions;
}

std::vector<NamedPosition> drawn_positions(const std::vector<fs::path>& places, int count, uint64_t seed,
                                           std::ostream& err) {
    SampledPositions sampled = sample_positions(places, count, seed);
    for (const std::string& warning : sampled.warnings) err << "WARNING: " << warning << std::endl;
    std::vector<NamedPosition> positions;
    for (SampledPosition& position : sampled.positions) {
        const std::string id = sampled.games[static_cast<size_t>(position.game)].file + ":" +
                               std::to_string(position.history.moves().size());
        positions.push_back({id, std::move(position.history)});
    }
    return positions;
}

// How the position came about, as the fields of an analysis query: what programs that have no reader of game records
// send to `katago analysis`.
Json query_json(const BoardHistory& history) {
    const BoardSize size = history.board().size();
    Json stones = Json::array(), moves = Json::array();
    for (const Stone& stone : history.initial_board().stones())
        stones.push_back({short_name(stone.color), vertex_text(stone.point, size)});
    for (const Move& move : history.moves()) moves.push_back({short_name(move.player), vertex_text(move.point, size)});
    return {{"boardXSize", size.width},
            {"boardYSize", size.height},
            {"rules", Json::parse(json_text(history.rules(), KomiInOutput::Hidden))},
            {"komi", history.rules().komi},
            {"initialStones", std::move(stones)},
            {"initialPlayer", short_name(history.initial_player())},
            {"moves", std::move(moves)}};
}

// The position, its legal moves (y * width + x; width * height is the pass) and its input features: planes as the
// points that are 1.
Json position_json(const NamedPosition& position, const EvalOptions& options, LadderMemory& ladders) {
    const BoardHistory& history = position.history;
    const BoardSize size = history.board().size();
    const RowChannels channels = row_channels(kInputVersion);
    const auto area = static_cast<size_t>(size.width * size.height);
    const auto plane_count = static_cast<size_t>(channels.spatial);
    std::vector<float> spatial(area * plane_count), globals(static_cast<size_t>(channels.global));
    const FeatureQuery query{history, history.next_player(), options, 0};
    fill_inputs_v7(query, ladders, spatial.data(), globals.data());
    Json planes = Json::array();
    for (size_t plane = 0; plane < plane_count; ++plane) {
        Json points = Json::array();
        for (size_t point = 0; point < area; ++point)
            if (spatial[point * plane_count + plane] != 0) points.push_back(point);
        planes.push_back(std::move(points));
    }
    Json legal = Json::array();
    for (int y = 0; y < size.height; ++y)
        for (int x = 0; x < size.width; ++x)
            if (history.is_legal(point_at(x, y), history.next_player())) legal.push_back(y * size.width + x);
    legal.push_back(area);
    return {{"position", position.id},
            {"size", {size.width, size.height}},
            {"rules", Json::parse(json_text(history.rules(), KomiInOutput::Hidden))},
            {"query", query_json(history)},
            {"nextPlayer", short_name(history.next_player())},
            {"legal", std::move(legal)},
            {"planesExact", std::move(planes)},
            {"globals", globals}};
}

void add_fields(Json& row, const Evaluation& answer) {
    row["whiteWin"] = answer.white_win;
    row["whiteLoss"] = answer.white_loss;
    row["noResult"] = answer.no_result;
    row["whiteScoreMean"] = answer.white_score_mean;
    row["whiteScoreMeanSq"] = answer.white_score_mean_sq;
    row["whiteLead"] = answer.white_lead;
    row["varTimeLeft"] = answer.var_time_left;
    row["shorttermWinlossError"] = answer.shortterm_winloss_error;
    row["shorttermScoreError"] = answer.shortterm_score_error;
    row["policy"] = answer.policy;
    row["whiteOwnership"] = answer.white_ownership;
}

// The network, and how it is asked. Outlives its queries.
class Answerer {
  public:
    Answerer(const Options& options, const Launch& launch, std::ostream& err)
        : engine_(launch.model_file, launch.config, {.console = &err}),
          metadata_(profile_of_name(options.value("profile").value_or(""))),
          thread_(engine_.evaluator(), engine_.seed()) {
        const ModelInfo& info = engine_.model();
        if (info.input_version != kInputVersion)
            throw UnsupportedError("network " + info.name + ": is of version " + std::to_string(info.version) +
                                   "; only 8 and newer take these input features");
    }

    void adjust(EvalOptions& query) const {
        query.metadata = metadata_ ? &*metadata_ : nullptr;
        query.pass_alive_under_suicide = engine_.model().pass_alive_under_suicide;
    }

    void add_answer(Json& row, const BoardHistory& history, const EvalOptions& query) {
        add_fields(row, *thread_.evaluate(history.board(), history, history.next_player(), query));
    }

  private:
    Engine engine_;
    std::optional<SgfMetadata> metadata_;
    EvalThread thread_;
};

}  // namespace

int run_evaluate(std::span<const std::string> arguments, const Streams& streams) {
    const Options options = Options::parse(command_line(), arguments);
    if (answer_help(command_line(), options, streams.out)) return 0;
    const std::vector<std::string> games = options.values("games");
    if (games.empty()) throw UsageError("-games is missing: an SGF file, or a folder of them");
    const int count = parse_int_option(options.value("positions").value_or("200"), "-positions", 1, kMostPositions);
    const int seed = parse_int_option(options.value("seed").value_or("1"), "-seed", 0, kMostPositions);
    EvalOptions query;
    query.symmetry = 0;
    query.include_ownership = true;
    std::optional<Answerer> answerer;
    if (!options.has("no-network")) {
        answerer.emplace(options, prepare_launch(options, {{}, kBuiltInConfig}), streams.err);
        answerer->adjust(query);
    }
    const std::vector<fs::path> places(games.begin(), games.end());
    const std::vector<NamedPosition> positions =
        options.has("last") ? last_positions(places, streams.err)
                            : drawn_positions(places, count, static_cast<uint64_t>(seed), streams.err);

    LadderMemory ladders;
    ProgressLine progress(streams.err);
    size_t done = 0;
    for (const NamedPosition& position : positions) {
        progress.show("positions: " + std::to_string(++done) + " of " + std::to_string(positions.size()));
        Json row = position_json(position, query, ladders);
        if (answerer) answerer->add_answer(row, position.history, query);
        progress.clear();
        streams.out << json_text(row) << "\n";
        streams.reader->expect();
    }
    streams.out << std::flush;
    return 0;
}

}  // namespace katago
