// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <string>

#include "core/error.h"
#include "eval/sgf_metadata.h"
#include "golden.h"

namespace katago {

TEST_CASE("sgf_metadata: profiles that stand for none") {
    CHECK_FALSE(profile_of_name("").has_value());
    CHECK_FALSE(profile_of_name("_").has_value());
    CHECK_FALSE(profile_of_name("\"\"").has_value());
}

TEST_CASE("sgf_metadata: an unknown profile is refused by name") {
    for (const char* name : {"rank_10d", "rank_0d", "rank_05k", "rank_5k_", "rank_+5k", "proyear_2024", "preaz", "x"})
        CHECK_THROWS_WITH_AS(profile_of_name(name), (std::string("Unknown human SL network profile: ") + name).c_str(),
                             ConfigError);
}

TEST_CASE("sgf_metadata: the row of preaz_5k on 9x9") {
    const SgfMetadata metadata = profile_of_name("preaz_5k").value();
    CHECK(metadata.days_since_1970 == 17045);
    std::array<float, kMetadataChannels> row;
    fill_metadata_row(metadata, Color::Black, 81, row.data());
    CHECK(row[19] == 1);
    CHECK(row[20] == 0);
    CHECK(row[74] == 0.5f);
    CHECK(row[79] == 1);
    CHECK(row[82] == doctest::Approx(0.255547).epsilon(1e-5));
    CHECK(row[86] == doctest::Approx(-0.747214).epsilon(1e-5));
    CHECK(row[90] == doctest::Approx(-0.999402).epsilon(1e-5));
    CHECK(row[153] == 1);
}

TEST_CASE("sgf_metadata: the hash tells players and profiles apart") {
    const SgfMetadata uneven = profile_of_name("rank_5k_3d").value();
    CHECK(metadata_hash(uneven, Color::Black) != metadata_hash(uneven, Color::White));
    CHECK(metadata_hash(uneven, Color::Black) != metadata_hash(profile_of_name("preaz_5k_3d").value(), Color::Black));
    const SgfMetadata even = profile_of_name("rank_5k").value();
    CHECK(metadata_hash(even, Color::Black) == metadata_hash(even, Color::White));
}

TEST_CASE("sgf_metadata: rows equal the reference's") {
    constexpr double kTolerance = 1e-6;  // the rows are printed with nine digits
    const auto file = golden::find("nn-inputs/meta.jsonl.gz");
    if (file.empty()) return;
    int rows = 0;
    golden::for_each_row(file, [&](const nlohmann::json& expected) {
        ++rows;
        const std::string name = expected["profile"];
        CAPTURE(name);
        if (expected.contains("error")) {
            CHECK_THROWS_WITH_AS(profile_of_name(name), expected["error"].get<std::string>().c_str(), ConfigError);
            return;
        }
        const auto metadata = profile_of_name(name);
        REQUIRE(metadata.has_value() == !expected["row"].is_null());
        if (!metadata) return;
        std::array<float, kMetadataChannels> row;
        fill_metadata_row(*metadata, expected["nextPlayer"] == "B" ? Color::Black : Color::White,
                          expected["boardArea"].get<int>(), row.data());
        const auto values = expected["row"].get<std::vector<double>>();
        REQUIRE(values.size() == row.size());
        for (size_t i = 0; i < row.size(); ++i) {
            CAPTURE(i);
            if (std::abs(row[i] - values[i]) > kTolerance) CHECK(row[i] == values[i]);
        }
    });
    CHECK(rows == 141);
}

}  // namespace katago
