// SPDX-License-Identifier: MIT
#include "play/use_params.h"

namespace katago {

namespace {

// `params` with the limits and threads of `other`, on which nothing in a tree depends.
SearchParams with_limits_of(SearchParams params, const SearchParams& other) {
    params.max_visits = other.max_visits;
    params.max_playouts = other.max_playouts;
    params.max_time_s = other.max_time_s;
    params.max_visits_pondering = other.max_visits_pondering;
    params.max_playouts_pondering = other.max_playouts_pondering;
    params.max_time_pondering_s = other.max_time_pondering_s;
    params.lag_buffer_s = other.lag_buffer_s;
    params.search_factor_after_one_pass = other.search_factor_after_one_pass;
    params.search_factor_after_two_pass = other.search_factor_after_two_pass;
    params.num_threads = other.num_threads;
    return params;
}

}  // namespace

void use_params(Search& search, const SearchParams& params) {
    if (with_limits_of(params, search.params()) == search.params())
        search.set_params_keeping_tree(params);
    else
        search.set_params(params);
}

}  // namespace katago
