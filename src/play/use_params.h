// SPDX-License-Identifier: MIT
#pragma once

#include "search/search.h"

namespace katago {

// Parameters of the next search; clears the tree if they differ from those in force in more than limits and threads.
void use_params(Search& search, const SearchParams& params);

}  // namespace katago
