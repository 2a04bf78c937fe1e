// One question to many actors.
#pragma once

#include <caf/error.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace troupe {

/// How long control-plane requests wait for an answer.
inline constexpr std::chrono::seconds request_timeout{5};

/// The same for a question that the other side answers by `gather`.
inline constexpr std::chrono::seconds gathered_request_timeout{8};

/// Asks all of `targets` the same question and calls `done(std::vector<Answer>)` once, with the answers that
/// came in time, in the order of the targets. Who fails or stays silent is left out, so fewer answers than
/// targets mean that.
template <class Answer, class Self, class Target, class Question, class Done>
void gather(Self* self, const std::vector<Target>& targets, const Question& question, Done done) {
  struct progress {
    std::vector<std::unique_ptr<Answer>> answers;
    std::size_t pending;
    Done done;
    void arrived() {
      if (--pending > 0)
        return;
      std::vector<Answer> result;
      for (auto& a : answers)
        if (a)
          result.push_back(std::move(*a));
      done(std::move(result));
    }
  };
  if (targets.empty()) {
    done(std::vector<Answer>{});
    return;
  }
  auto state = std::make_shared<progress>(
      progress{std::vector<std::unique_ptr<Answer>>(targets.size()), targets.size(), std::move(done)});
  for (std::size_t i = 0; i < targets.size(); ++i)
    self->request(targets[i], request_timeout, question)
        .then(
            [state, i](Answer& answer) {
              state->answers[i] = std::make_unique<Answer>(std::move(answer));
              state->arrived();
            },
            [state](const caf::error&) { state->arrived(); });
}

} // namespace troupe
