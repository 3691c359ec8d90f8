// SPDX-License-Identifier: MIT
#include "protocol/gtp_raw_nn.h"

#include <doctest/doctest.h>

#include "core/error.h"

using namespace katago;

namespace {

std::string complaint(const std::vector<std::string>& arguments, RawNnKind kind) {
    try {
        parse_raw_nn_arguments(arguments, kind);
        return "";
    } catch (const ProtocolError& error) {
        return error.what();
    }
}

}  // namespace

TEST_CASE("gtp_raw_nn: colour, symmetry and optimism, the last for the main network only") {
    const std::vector<std::string> full = {"w", "ALL", "0.5"};
    const RawNnArguments arguments = parse_raw_nn_arguments(full, RawNnKind::Main);
    CHECK(arguments.player == Color::White);
    CHECK(arguments.symmetry == RawNnArguments::kAllSymmetries);
    CHECK(arguments.optimism == 0.5);
    const std::string human =
        " for kata-raw-human-nn (expected an optional color followed by a symmetry 'all' or index [0-7])";
    const std::string main_net =
        " for kata-raw-nn (expected an optional color, a symmetry 'all' or index [0-7], and an optional optimism "
        "[0-1])";
    const std::string wanted = "Expected a symmetry argument 'all' or index [0-7]";
    CHECK(complaint(full, RawNnKind::Human) == "Unexpected extra argument '0.5'" + human);
    CHECK(complaint({}, RawNnKind::Human) == wanted + human);
    CHECK(complaint({"b", "8"}, RawNnKind::Main) == wanted + " but got '8'" + main_net);
    CHECK(complaint({"0", "2"}, RawNnKind::Main) == "Expected an optimism value in [0,1] but got '2'" + main_net);
    CHECK(complaint({"0", "1", "x"}, RawNnKind::Main) == "Unexpected extra argument 'x'" + main_net);
}

TEST_CASE("gtp_raw_nn: a network of people has two lines for the score and none for the time left") {
    Evaluation evaluation;
    evaluation.width = evaluation.height = 2;
    evaluation.policy = {0.5F, -1.0F, 0.25F, 0.125F, 0.125F};
    evaluation.white_ownership = {1, -1, 0, 0.5F};
    const std::string text = raw_nn_text(evaluation, 3, RawNnKind::Human);
    CHECK(text.starts_with("symmetry 3\nwhiteWin "));
    CHECK(text.find("\nwhiteScore ") != std::string::npos);
    CHECK(text.find("\nwhiteScoreSq ") != std::string::npos);
    CHECK(text.find("varTimeLeft") == std::string::npos);
    CHECK(text.find("whiteLead") == std::string::npos);
    CHECK(text.find("policy\n0.500000     NAN \n0.250000 0.125000 \npolicyPass 0.125000 \n") != std::string::npos);
    CHECK(raw_nn_text(evaluation, 3, RawNnKind::Main).find("varTimeLeft") != std::string::npos);
}
