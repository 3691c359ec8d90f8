// SPDX-License-Identifier: MIT
// Memory that is given back to the system; where the allocator has no such call there is nothing to see.
#include <doctest/doctest.h>

#include <cstdlib>  // defines __GLIBC__
#include <sstream>

#include "command/analysis/analysis_host.h"
#include "command/gtp/gtp.h"
#include "engine/speed/process_memory.h"

using namespace katago;

namespace {

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
constexpr bool kGivesBack = true;
#else
constexpr bool kGivesBack = false;
#endif

constexpr int kManyVisits = 8000;
// What this many visits leave behind at the least, and the share of it that must come back: half, as the heap has other
// users.
constexpr double kSmallestFilling_mb = 8;
constexpr double kShare = 0.5;

struct Memory {
    double before_mb = 0, full_mb = 0, after_mb = 0;

    void check() const {
        const double filling = full_mb - before_mb;
        CAPTURE(before_mb);
        CAPTURE(full_mb);
        CAPTURE(after_mb);
        CHECK(filling > kSmallestFilling_mb);
        CHECK(full_mb - after_mb > kShare * filling);
    }
};

}  // namespace

TEST_CASE(
    "clear_cache: gives the memory of tree and cache back to the system, and so does clear_board that of the tree") {
    if (!kGivesBack || resident_memory_mb() == 0 || analysis_host::tiny_model().empty()) return;
    std::istringstream none;
    std::ostringstream out, err;
    const Streams streams{none, out, err};
    for (const std::string command : {"clear_cache", "clear_board"}) {
        const Config config =
            Config::from_text("nnPrecision = fp32\nnumSearchThreads = 1\nmaxVisits = " + std::to_string(kManyVisits) +
                                  "\nnnCacheSizePowerOfTwo = " + (command == "clear_cache" ? "14" : "2"),
                              "test");
        Logger log(LogOptions{}, {}, err);
        Engine engine(analysis_host::tiny_model(), config);
        GtpSession session({engine, config, log, streams, "1"});
        const auto say = [&](const std::string& line) {
            std::istringstream in(line + "\n");
            run_gtp_loop(session, in);
        };
        say("kata-set-param maxVisits 10\nkata-search b\nkata-set-param maxVisits " + std::to_string(kManyVisits) +
            "\nclear_cache");
        Memory memory;
        memory.before_mb = resident_memory_mb();
        say("kata-search b");
        memory.full_mb = resident_memory_mb();
        say(command);
        memory.after_mb = resident_memory_mb();
        memory.check();
    }
}

TEST_CASE("clear_cache: of the analysis engine gives the memory of the cache back to the system") {
    if (!kGivesBack || resident_memory_mb() == 0 || analysis_host::tiny_model().empty()) return;
    analysis_host::Host host(analysis_host::tiny_model());
    const auto ask = [&](const std::string& id, int visits) {
        analysis_host::json query = analysis_host::query(id, visits);
        query["boardXSize"] = query["boardYSize"] = 19;
        host.send(query);
        REQUIRE(host.replies.wait_for_final(id));
    };
    ask("small", 10);
    host.send({{"id", "c"}, {"action", "clear_cache"}});
    Memory memory;
    memory.before_mb = resident_memory_mb();
    ask("large", kManyVisits);
    memory.full_mb = resident_memory_mb();
    host.send({{"id", "c"}, {"action", "clear_cache"}});
    memory.after_mb = resident_memory_mb();
    host.session->finish();
    memory.check();
}
