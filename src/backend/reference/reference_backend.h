// SPDX-License-Identifier: MIT
#pragma once

#include "backend/backend.h"

namespace katago {

// Every layer as its formula says, in double precision, one row after another: the oracle for the other backends.
// Stateless.
class ReferenceBackend final : public Backend {
  public:
    std::string name() const override { return "reference"; }
    std::string description() const override { return "plain double precision, slow"; }
    using Backend::load;
    std::shared_ptr<const LoadedModel> load(const Graph& graph, const LoadOptions& options) const override;
};

}  // namespace katago
