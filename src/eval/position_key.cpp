// SPDX-License-Identifier: MIT
#include "eval/position_key.h"

#include <cstdint>

#include "game/state_hash.h"

namespace katago {

namespace {

constexpr Hash128 kConservativePass{0x0C2B96F4B8AE2DA9u, 0x5A14DEE208FEC0EDu};
constexpr Hash128 kFriendlyPass{0xE750505A66F7C5C2u, 0x7A83139BF632D6C4u};
constexpr Hash128 kPassingHacks{0x9C89F4FD3CE5A92Cu, 0x268C9AFF79C64D00u};
constexpr Hash128 kPlayoutDoubling{0xA5E6114D380BFC1Du, 0x4160557F1222F4ADu};
constexpr Hash128 kTemperature{0xEBCBDFEEC6F4334Bu, 0xB85E43EE243B5AD2u};
constexpr Hash128 kOptimism{0x88415C85C2801955u, 0x39BDF76B2AAA5EB1u};
constexpr Hash128 kNoHistory{0x78F02AFDD1AA4910u, 0xDA78D550486FE978u};

// `value` in steps of 1 / `steps`, towards zero, as the 64-bit number that is mixed in.
uint64_t quantized(double value, double steps) {
    return static_cast<uint64_t>(static_cast<int64_t>(value * steps));
}

void add_passes(Hash128& hash, const BoardHistory& history, const EvalOptions& options) {
    if (!history.pass_would_end_phase()) return;
    hash ^= kPassEndsPhaseHash;
    if (options.conservative_pass_and_is_root) hash ^= kConservativePass;
    if (history.friendly_pass_suppressed()) hash ^= kFriendlyPass;
    if (options.enable_passing_hacks) hash ^= kPassingHacks;
}

}  // namespace

Hash128 position_key(const BoardHistory& history, Player player, const EvalOptions& options,
                     const SgfMetadata* metadata) {
    Hash128 hash = situation_rules_hash(history, options.draw_equivalent_wins_for_white,
                                        options.pass_alive_under_suicide.value_or(history.pass_alive_under_suicide()));
    add_passes(hash, history, options);
    if (history.finished() || history.past_phase_end()) hash ^= kGameIsOverHash;
    if (options.max_history <= 0) {
        hash.h0 += kNoHistory.h0;
        hash.h1 += kNoHistory.h1;
    }
    if (options.playout_doubling_advantage != 0) {
        const uint64_t doubling = quantized(options.playout_doubling_advantage, 256);
        hash.h0 += mix::split(doubling);
        hash.h1 += mix::lc1(doubling);
        hash ^= kPlayoutDoubling;
    }
    if (options.policy_temperature != 1) {
        const uint64_t temperature = quantized(options.policy_temperature, 2048);
        hash.h0 ^= mix::lc2(temperature);
        hash.h1 = mix::split(hash.h1 + temperature);
        hash.h0 += hash.h1;
        hash ^= kTemperature;
    }
    if (options.policy_optimism > 0) {
        hash ^= kOptimism;
        const uint64_t optimism = quantized(options.policy_optimism, 1024);
        hash.h0 = mix::rrmxmx(mix::split(hash.h0) + optimism);
        hash.h1 = mix::rrmxmx(hash.h1 + hash.h0 + optimism);
    }
    if (metadata) hash ^= metadata_hash(*metadata, player);
    return hash;
}

}  // namespace katago
