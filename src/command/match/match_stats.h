// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace katago {

// What the games of a match say about the difference in strength of its two players. Pure functions on counts, all
// from the first player's side.

enum class Outcome { Win, Draw, Loss };

// Games by outcome.
struct MatchScore {
    int64_t wins = 0;
    int64_t draws = 0;
    int64_t losses = 0;

    void add(Outcome outcome);
    int64_t games() const { return wins + draws + losses; }
    double points() const { return static_cast<double>(wins) + 0.5 * static_cast<double>(draws); }
    // Points a game, 0 to 1; 0.5 where there were no games.
    double mean() const { return games() > 0 ? points() / static_cast<double>(games()) : 0.5; }
};

// Points a game that a difference of so many Elo lets expect, and the inverse: minus and plus infinity at 0 and 1.
double score_of_elo(double elo);
double elo_of_score(double score);

// The mean of a match with its precision. Points a game.
struct ScoreEstimate {
    double mean = 0.5;
    double standard_error = 0;  // of the mean, from the spread found
    double low = 0;             // 95 % interval
    double high = 1;
};

// The interval is Wilson's (1927), whose ends never leave [0, 1] and which is sound for few or one-sided games. Draws
// make it narrower: it is that of as many games without draws as have the same variance of the mean.
ScoreEstimate estimate_score(const MatchScore& score);

// A sequential probability ratio test of H1 "stronger by elo1" against H0 "stronger by elo0".
struct SprtOptions {
    double elo0 = 0;
    double elo1 = 10;
    double alpha = 0.05;  // probability of accepting H1 where H0 holds
    double beta = 0.05;   // and of accepting H0 where H1 holds

    double lower_bound() const;
    double upper_bound() const;
};

enum class SprtVerdict { Undecided, AcceptH0, AcceptH1 };

// Logarithm of the generalised likelihood ratio of the two hypotheses: each at its likeliest probabilities of win,
// draw and loss. Source: Van den Bergh, "A practical introduction to the GSPRT" (2020), trinomial case.
double log_likelihood_ratio(const MatchScore& score, double elo0, double elo1);

SprtVerdict sprt_verdict(const SprtOptions& options, double log_ratio);

}  // namespace katago
