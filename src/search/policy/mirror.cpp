// SPDX-License-Identifier: MIT
#include "search/policy/mirror.h"

#include <algorithm>
#include <cmath>

#include "search/policy/utility.h"

namespace katago {

namespace {

constexpr double kNoCenter = 1e10;   // the error on boards that are too small to have one to speak of
constexpr double kMustSearch = 100;  // utility beyond all others
// From this advantage on (in points) the mirroring side wins by mirroring to the end.
constexpr double kWinningAdvantage = -0.5;

double advantage_of(const BoardHistory& history, Player mirrorer) {
    const Rules& rules = history.rules();
    const BoardSize size = history.board().size();
    const int handicap = history.handicap_stones();
    double black_extra = 0;
    if (rules.scoring == ScoringRule::Area) {
        const bool odd_board = size.width % 2 == 1 && size.height % 2 == 1;
        const bool odd_stones = handicap == 0 || handicap % 2 == 1;
        black_extra = std::max(0, handicap - 1) + (odd_board == odd_stones ? 1 : 0);
    }
    if (handicap > 0 && rules.white_handicap_bonus == HandicapBonusRule::N) black_extra -= handicap;
    if (handicap > 0 && rules.white_handicap_bonus == HandicapBonusRule::NMinusOne) black_extra -= handicap - 1;
    const double komi = rules.komi;
    return mirrorer == Color::Black ? black_extra - komi : komi - black_extra;
}

double center_error_of(const Board& board, Player mirrorer) {
    const BoardSize size = board.size();
    if (size.width < 7 || size.height < 7) return kNoCenter;
    double error = 0, unanswered = 0;
    for (int y = size.height / 2 - 3; y <= size.height / 2 + 3; ++y) {
        for (int x = size.width / 2 - 3; x <= size.width / 2 + 3; ++x) {
            const Point point = point_at(x, y);
            const Point image = mirror_point(point, size);
            if (image == point || !board.on_board(image)) continue;
            if (board.color(point) == opponent(mirrorer) && board.color(image) != mirrorer) error += 1;
            if (board.color(point) == mirrorer && board.color(image) == Color::Empty) unanswered += 1;
        }
    }
    if (error > 0) error += 0.2 * unanswered;
    return error >= 1 ? 0.5 * error * (1 + error) : error;
}

// Whether `point` stands next to the chain at `stone`.
bool touches_chain(const Board& board, Point point, Point stone) {
    const Player color = board.color(stone);
    return std::any_of(kNeighborSteps.begin(), kNeighborSteps.end(), [&](Point step) {
        const auto neighbor = static_cast<Point>(point + step);
        return board.color(neighbor) == color && board.chain_head(neighbor) == board.chain_head(stone);
    });
}

// How far White's utility is from decided, for bonuses that would look odd in decided games.
double openness(double utility) {
    return std::max(0.3, 1 - 0.7 * utility * utility);
}

}  // namespace

Point mirror_point(Point point, BoardSize size) {
    if (point == kPass || point == kNullPoint) return point;
    return point_at(size.width - 1 - x_of(point), size.height - 1 - y_of(point));
}

double center_distance_sq(Point point, BoardSize size) {
    const double dx = x_of(point) - 0.5 * (size.width - 1);
    const double dy = y_of(point) - 0.5 * (size.height - 1);
    return dx * dx + dy * dy;
}

Point center_point(BoardSize size) {
    return size.width % 2 == 1 && size.height % 2 == 1 ? point_at(size.width / 2, size.height / 2) : kNullPoint;
}

MirrorGame detect_mirror_game(const BoardHistory& history) {
    const Player suspect = opponent(history.next_player());
    const BoardSize size = history.board().size();
    const std::vector<Move>& moves = history.moves();
    int mirrored = 0, total = 0;
    double recent_mirrored = 0, recent = 0;
    bool last_mirrored = false;
    for (size_t i = 1; i < moves.size(); ++i) {
        if (moves[i].player != suspect) continue;
        last_mirrored = moves[i].point == mirror_point(moves[i - 1].point, size);
        mirrored += last_mirrored;
        ++total;
        recent_mirrored = 0.75 * (recent_mirrored + (last_mirrored ? 1 : 0));
        recent = 0.75 * (recent + 1);
    }
    if (!last_mirrored || mirrored < 7 + 0.5 * total || recent_mirrored < 0.45 * recent) return {};
    return {suspect, advantage_of(history, suspect), center_error_of(history.board(), suspect)};
}

MirrorLine::MirrorLine(const MirrorGame& game, const BoardHistory& history, const Board& root_board, size_t root_moves)
    : game_(game),
      history_(history),
      root_board_(root_board),
      root_moves_(root_moves),
      size_(history.board().size()),
      center_(center_point(size_)) {}

bool MirrorLine::mirrored(size_t ignored) const {
    const std::vector<Move>& moves = history_.moves();
    for (size_t i = root_moves_ + 1; i + ignored < moves.size(); i += 2)
        if (moves[i].point != mirror_point(moves[i - 1].point, size_)) return false;
    return true;
}

// The mirroring side's answer to the last move.
Point MirrorLine::answer() const {
    const Point image = mirror_point(history_.move_ago(1).point, size_);
    return history_.is_legal(image, history_.next_player()) ? image : kPass;
}

bool MirrorLine::difficult() const {
    return center_ != kNullPoint && history_.board().color(center_) == game_.mirrorer &&
           game_.advantage >= kWinningAdvantage;
}

double MirrorLine::raised_prior(Point move, double prior) const {
    double weight = 0;
    if (mirrorer_moves()) {
        if (!history_.moves().empty() && history_.move_ago(1).point != kPass && move == answer())
            weight = difficult() ? 3 : 1;
    } else if (move != kPass) {
        const double distance_sq = center_distance_sq(move, size_);
        // Half a point off in both directions is as central as an even board has it.
        if (distance_sq <= 0.5)
            weight = 0.3;
        else if (std::abs(x_of(move) - 0.5 * (size_.width - 1)) <= 1.5 &&
                 std::abs(y_of(move) - 0.5 * (size_.height - 1)) <= 1.5)
            weight = 0.05;
        if (center_ != kNullPoint && root_board_.color(center_) == game_.mirrorer) {
            if (touches_chain(root_board_, move, center_) || distance_sq <= 2)
                weight = 0.05;
            else if (distance_sq <= 4)
                weight = 0.03;
        }
    }
    if (weight == 0) return prior;
    const double depth = static_cast<double>(history_.moves().size() - root_moves_);
    return prior + (1 - prior) * weight / (1 + std::sqrt(depth));
}

double MirrorLine::raised_for_mirrorer(const Candidate& child) const {
    const Point mirror = answer();
    if (history_.moves().empty() || history_.move_ago(1).point == kPass || child.move != mirror)
        return child.self_utility;
    double dump = 0.05, bias = 0.10;
    const double error = game_.center_error;
    if (difficult()) {
        dump = 0.20;
        if (mirror != kPass) {
            const double distance = std::sqrt(center_distance_sq(mirror, size_));
            dump = std::max(dump, 1 / (0.75 + 0.5 * distance) / std::max(1.0, error));
        }
        bias = 0.75;
    } else if (game_.advantage >= 5) {
        dump = 0.15;
        bias = 0.50;
    } else if (game_.advantage >= -5) {
        // As the reference does it, though these are not shares.
        dump = 0.10 + game_.advantage;
        bias = 0.30 + 4 * game_.advantage;
    }
    if (mirror == kPass) dump *= 0.35 / std::max(1.0, std::sqrt(error));
    if (error >= 1) {
        dump /= error;
        bias /= error;
    }
    double utility = child.self_utility;
    if (child.weight < dump * child.total_weight) utility += kMustSearch;
    if (child.weight < bias * child.total_weight) utility += 0.18 * openness(child.parent_utility);
    if (child.weight < 0.5 * bias * child.total_weight) utility += 0.36 * openness(child.parent_utility);
    return utility;
}

double MirrorLine::raised_for_opponent(const Candidate& child) const {
    if (child.move == kPass) return child.self_utility;
    const Board& board = history_.board();
    const double distance_sq = center_distance_sq(child.move, size_);
    double utility = child.self_utility;
    double dump = 0;
    if (difficult()) {
        if (touches_chain(board, child.move, center_)) {
            const int liberties = board.chain_liberties(center_);
            utility += 0.75 / (1 + liberties) / std::max(1.0, game_.center_error) * openness(child.parent_utility);
            dump = 0.10 / liberties;
        }
        if (distance_sq <= 2)
            dump = std::max(dump, 0.010);
        else if (distance_sq <= 4)
            dump = std::max(dump, 0.005);
    }
    if (child.move == center_) dump = history_.moves().size() == root_moves_ ? 0.06 : 0.12;
    const double loss = for_player(history_.next_player(), child.parent_utility) - utility;
    if (loss > 0 && loss * dump > 0.03) dump += 0.5 * (0.03 / loss - dump);
    const Point previous = history_.move_ago(1).point;
    if (!history_.moves().empty() && previous != kPass) {
        const double previous_distance_sq = center_distance_sq(previous, size_);
        if (previous_distance_sq <= 16) dump *= 0.9;
        if (previous_distance_sq <= 5) dump *= 0.825;
        if (previous_distance_sq <= 2) dump *= 0.75;
    }
    if (child.weight < dump * child.total_weight) utility += kMustSearch;
    return utility;
}

double MirrorLine::raised_utility(const Candidate& child) const {
    return mirrorer_moves() ? raised_for_mirrorer(child) : raised_for_opponent(child);
}

bool MirrorLine::corrects_evaluation() const {
    return difficult() && mirrored(/*ignored=*/4);
}

std::shared_ptr<const Evaluation> MirrorLine::corrected(const Evaluation& evaluation) const {
    constexpr double kMost = 1 - 1e-15;
    auto result = std::make_shared<Evaluation>(evaluation);
    const double sum = static_cast<double>(evaluation.white_win) + static_cast<double>(evaluation.white_loss);
    const double difference = static_cast<double>(evaluation.white_win) - static_cast<double>(evaluation.white_loss);
    const double strength = game_.center_error <= 0 ? 0.7 : 0.3;
    const double ownership = evaluation.white_ownership[static_cast<size_t>(policy_index(center_, size_))];
    const double value =
        std::tanh(std::atanh(std::clamp(difference / (sum + 1e-10), -kMost, kMost)) + strength * ownership);
    result->white_win = static_cast<float>(sum * (1 + value) / 2);
    result->white_loss = static_cast<float>(sum * (1 - value) / 2);
    return result;
}

}  // namespace katago
