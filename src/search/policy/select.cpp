// SPDX-License-Identifier: MIT
#include "search/policy/select.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <optional>

namespace katago {

namespace {

constexpr double kFutileScore = -1e40;  // chosen only where there is nothing else
constexpr double kUrgentScore = 1e20;   // searched at once
constexpr float kNoPolicy = -1.0f;

// Makes a prior flatter and its utility better at random, so that the root looks at more moves.
void widen(const SearchContext& context, double& prior, double& self_utility, Rng& rng) {
    const double noise = context.params.wide_root_noise;
    if (noise <= 0) return;
    if (prior > 0) prior = std::pow(prior, 1 / (4 * noise + 1));
    if (rng.chance(0.5)) self_utility += noise * std::abs(rng.gaussian());
}

}  // namespace

HumanRates human_rates(const SearchContext& context, const TreeNode& node) {
    const SearchParams& params = context.params;
    if (node.is_root()) return {params.human_root_explore_prob_weightless, params.human_root_explore_prob_weightful};
    if (node.player() == context.root_player())
        return {params.human_pla_explore_prob_weightless, params.human_pla_explore_prob_weightful};
    return {params.human_opp_explore_prob_weightless, params.human_opp_explore_prob_weightful};
}

Selector::Guide Selector::choose_guide(const SearchContext& context, const TreeNode& node, Rng& rng) {
    const Evaluation* human = context.human_evaluation(node);
    if (human) {
        const HumanRates rates = human_rates(context, node);
        const double drawn = rng.uniform();
        if (drawn < rates.weightless) return {&human->policy, true, false};
        if (drawn < rates.weightless + rates.weightful) return {&human->policy, true, true};
    }
    return {&node.evaluation()->policy};
}

void Selector::gather(Scene& scene) {
    const SearchContext& context = scene.context;
    const std::vector<float>& policy = *scene.guide.policy;
    for (const Edge& edge : scene.at.node.edges()) {
        edge.child()->prefetch();
        __builtin_prefetch(&policy[static_cast<size_t>(context.policy_index_of(edge.move()))]);
    }
    known_.clear();
    Totals& totals = scene.totals;
    for (Edge& edge : scene.at.node.edges()) {
        const auto index = static_cast<size_t>(context.policy_index_of(edge.move()));
        const double prior = policy[index];
        const TreeNode& child = *edge.child();
        const double weight = scene.guide.counts ? edge_weight(edge, child) : child.weight();
        known_.push_back({&edge, prior, weight});
        (edge.move() == kPass ? totals.has_pass : totals.has_move) = true;
        if (prior >= 0 || !scene.guide.counts) {
            totals.weight += weight + pending_weight(context, child);
            totals.largest_weight = std::max(totals.largest_weight, weight);
        }
        if (prior < 0) continue;
        totals.policy += prior;
        totals.visits += edge.visits();
    }
}

bool Selector::hint_is_behind(const Parent& parent, const Known& hint, const ChildView& child) const {
    const double next_weight =
        child.weight + (child.weight + parent.weight_per_visit) / static_cast<double>(hint.edge->child()->visits() + 1);
    return std::any_of(known_.begin(), known_.end(),
                       [&](const Known& other) { return next_weight < 0.8 * other.weight; });
}

double Selector::score_known(const Scene& scene, const Known& known, Rng& rng) const {
    if (known.prior < 0) return -1e50;
    const Parent& parent = scene.parent;
    const ChildView child = view_child(scene.context, scene.at.node, *known.edge, known.weight, parent.fpu);
    if (scene.guide.counts && scene.at.node.is_root()) return root_score(scene, known, child, rng);
    double self_utility = child.self_utility;
    if (scene.mirror && scene.guide.counts)
        self_utility = scene.mirror->raised_utility(
            {known.edge->move(), child.weight, self_utility, scene.totals.weight, parent.stats.utility});
    return puct(parent.scaling, known.prior, child.weight, self_utility);
}

double Selector::root_score(const Scene& scene, const Known& known, ChildView child, Rng& rng) const {
    const SearchContext& context = scene.context;
    const SearchParams& params = context.params;
    const Parent& parent = scene.parent;
    if (params.futile_visits_threshold > 0) {
        const double needed = params.futile_visits_threshold * scene.totals.largest_weight *
                              static_cast<double>(known.edge->visits() + 1) / (child.weight + parent.weight_per_visit);
        if (static_cast<double>(known.edge->child()->visits()) + scene.at.visits_left < needed) return kFutileScore;
    }
    const double desired = params.root_desired_per_child_visits_coeff;
    if (desired > 0 && known.prior > 0 && child.weight < std::sqrt(known.prior * scene.totals.weight * desired))
        return kUrgentScore;
    if (context.root_hint != kNullPoint && known.edge->move() == context.root_hint &&
        hint_is_behind(parent, known, child))
        return kUrgentScore;
    double prior = known.prior;
    widen(context, prior, child.self_utility, rng);
    if (scene.mirror)
        child.self_utility = scene.mirror->raised_utility(
            {known.edge->move(), child.weight, child.self_utility, scene.totals.weight, parent.stats.utility});
    return puct(parent.scaling, prior, child.weight, child.self_utility);
}

double Selector::score_new(const Scene& scene, NewMove move, Rng& rng) const {
    if (scene.guide.counts && scene.at.node.is_root()) {
        const double threshold = scene.context.params.futile_visits_threshold;
        if (threshold > 0 &&
            scene.at.visits_left < threshold * scene.totals.largest_weight / scene.parent.weight_per_visit)
            return kFutileScore;
        widen(scene.context, move.prior, move.self_utility, rng);
    }
    return puct(scene.parent.scaling, move.prior, 0, move.self_utility);
}

// The policy of the moves that may get a child, as bits, which order like the numbers (all that counts is not negative)
// and let the compiler use vector instructions.
void Selector::open_policy(const Scene& scene) {
    const TreeNode& node = scene.at.node;
    const SearchContext& context = scene.context;
    const std::vector<float>& policy = *scene.guide.policy;
    static_assert(sizeof(float) == sizeof(int32_t));
    open_policy_.resize(policy.size());
    std::memcpy(open_policy_.data(), policy.data(), policy.size() * sizeof(float));
    for (const Known& known : known_)
        open_policy_[static_cast<size_t>(context.policy_index_of(known.edge->move()))] =
            std::bit_cast<int32_t>(kNoPolicy);
    if (!node.is_root() && context.avoid_depths(node.player()).empty()) return;
    for (size_t i = 0; i < open_policy_.size(); ++i) {
        if ((node.is_root() && !context.root_allowed[i]) ||
            context.avoided(node.player(), static_cast<int>(i), scene.at.depth))
            open_policy_[i] = std::bit_cast<int32_t>(kNoPolicy);
    }
}

// The index of the likeliest move that has no child yet; one past the last where there is none.
size_t Selector::likeliest_open() const {
    int32_t best = -1;
    for (const int32_t policy : open_policy_) best = policy > best ? policy : best;
    const auto found = best < 0 ? open_policy_.end() : std::find(open_policy_.begin(), open_policy_.end(), best);
    return static_cast<size_t>(found - open_policy_.begin());
}

// Does it depend on the node alone which new moves there are and how likely each is?
bool Selector::new_moves_are_fixed(const Scene& scene) {
    const TreeNode& node = scene.at.node;
    return !scene.mirror && scene.guide.policy == &node.evaluation()->policy &&
           scene.context.avoid_depths(node.player()).empty() && !scene.context.remembered(node);
}

Selector::NewMove Selector::new_move_at(const Scene& scene, size_t index) {
    const std::vector<float>& policy = *scene.guide.policy;
    if (index >= policy.size()) return {};
    return {point_of_policy_index(static_cast<int>(index), scene.context.size(), scene.context.size()), policy[index],
            for_player(scene.at.node.player(), scene.parent.fpu)};
}

// The same answer until the node has another child.
Selector::NewMove Selector::fixed_new_move(const Scene& scene) {
    const TreeNode& node = scene.at.node;
    const int known = node.likeliest_new_move(known_.size());
    if (known != TreeNode::kUnknown) return new_move_at(scene, static_cast<size_t>(known));
    open_policy(scene);
    const size_t index = likeliest_open();
    node.note_likeliest_new_move(known_.size(), static_cast<int>(index));
    return new_move_at(scene, index);
}

Selector::NewMove Selector::likeliest_new_move(const Scene& scene) const {
    if (!scene.mirror) return new_move_at(scene, likeliest_open());
    NewMove best{.prior = -1};
    for (size_t i = 0; i < open_policy_.size(); ++i) {
        if (open_policy_[i] < 0) continue;
        NewMove move = new_move_at(scene, i);
        move.prior = scene.mirror->raised_prior(move.move, move.prior);
        if (move.prior > best.prior) best = move;
    }
    return best;
}

// Moves whose values earlier searches found out compete with what they are known to be worth.
void Selector::choose_remembered(const Scene& scene, Selection& best, double& best_score, Rng& rng) const {
    const SearchContext& context = scene.context;
    const RememberedValues* remembered = context.remembered(scene.at.node);
    if (!remembered) return;
    for (const RememberedValues::FirstMove& known : remembered->moves) {
        const int32_t bits = open_policy_[static_cast<size_t>(context.policy_index_of(known.move))];
        if (bits < 0) continue;
        double prior = std::bit_cast<float>(bits);
        if (scene.mirror) prior = scene.mirror->raised_prior(known.move, prior);
        const double utility =
            context.utility.of_result(known.win_loss, 0) + context.utility.of_score(known.score_mean, 0);
        const double score = score_new(scene, {known.move, prior, for_player(scene.at.node.player(), utility)}, rng);
        if (score > best_score) {
            best_score = score;
            best = {.move = known.move, .edge = nullptr, .counts = scene.guide.counts};
        }
    }
}

// A pass that ends the phase, and at least one other move, are looked at even where the policy sees no sense in it.
void Selector::look_at_passing(const Scene& scene, const NewMove& new_move, Selection& best) {
    const Totals& totals = scene.totals;
    if (!scene.context.params.enable_more_passing_hacks || totals.visits < 2 ||
        !scene.context.avoid_depths(scene.at.node.player()).empty() || !scene.at.history.pass_would_end_phase())
        return;
    if (!totals.has_pass && best.move != kPass)
        best = {.move = kPass, .edge = nullptr, .counts = false, .extra = true};
    else if (!totals.has_move && best.move == kPass && new_move.move != kNullPoint && new_move.move != kPass)
        best = {.move = new_move.move, .edge = nullptr, .counts = false, .extra = true};
}

Selection Selector::select(const SearchContext& context, const Standpoint& at, Rng& rng) {
    const SearchParams& params = context.params;
    Scene scene{context, at, choose_guide(context, at.node, rng), {}, {}};
    gather(scene);
    const double total_weight = scene.totals.weight;
    Parent& parent = scene.parent;
    parent.stats = at.node.stats();
    parent.scaling = scene.guide.human
                         ? (params.human_cpuct_exploration + params.human_cpuct_permanent * std::sqrt(total_weight)) *
                               std::sqrt(total_weight + 0.01)
                         : exploration_scaling(params, parent.stats, total_weight);
    parent.fpu = first_play_utility(context, at.node, parent.stats, scene.totals.policy);
    if (parent.stats.usable()) parent.weight_per_visit = parent.stats.weight / static_cast<double>(parent.stats.visits);
    std::optional<MirrorLine> line;
    if (context.mirror.active()) line.emplace(context.mirror_line(at.history));
    if (line && line->mirrored()) scene.mirror = &*line;

    Selection best;
    double best_score = -1e50;
    for (const Known& known : known_) {
        const double score = score_known(scene, known, rng);
        if (score > best_score) {
            best_score = score;
            best = {known.edge->move(), known.edge, scene.guide.counts};
        }
    }
    if (!at.may_grow) return best;
    const bool fixed = new_moves_are_fixed(scene);
    if (!fixed) {
        open_policy(scene);
        choose_remembered(scene, best, best_score, rng);
    }
    const NewMove new_move = fixed ? fixed_new_move(scene) : likeliest_new_move(scene);
    if (new_move.move != kNullPoint && score_new(scene, new_move, rng) > best_score)
        best = {new_move.move, nullptr, scene.guide.counts};
    look_at_passing(scene, new_move, best);
    return best;
}

}  // namespace katago
