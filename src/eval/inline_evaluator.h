// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>

#include "eval/evaluator.h"

namespace katago {

// Evaluates each row on the thread that asks for it, alone: what a CPU is fastest with, as every core has a search
// thread of its own. A thread's plans, one a board shape, take memory of their own. Thread-safe.
class InlineEvaluator final : public Evaluator {
  public:
    using Evaluator::Evaluator;

    std::string description() const override;

  private:
    std::unique_ptr<RowRunner> make_row_runner() override;
};

}  // namespace katago
