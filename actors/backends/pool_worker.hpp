// An actor with a thread of its own, for one connection of a pool.
#pragma once

#include "troupe/actors/backend_messages.hpp"
#include "worker.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <exception>
#include <memory>
#include <utility>

namespace troupe {

/// Spawn it detached.
template <class Question, class Answer>
class pool_worker final
    : public caf::typed_actor<typename caf::replies_to<Question>::template with<Answer>,
                              caf::replies_to<probe_backend>::with<backend_probed>>::base {
public:
  using handle = caf::typed_actor<typename caf::replies_to<Question>::template with<Answer>,
                                  caf::replies_to<probe_backend>::with<backend_probed>>;

  pool_worker(caf::actor_config& c, std::shared_ptr<backend_worker<Question, Answer>> work)
      : handle::base(c), work_(std::move(work)) {}

  const char* name() const override { return "pool_worker"; }

protected:
  typename handle::behavior_type make_behavior() override {
    return {[this](const Question& q) {
              Answer answer;
              attempt([&] { answer = work_->ask(q); });
              return answer;
            },
            [this](const probe_backend&) {
              backend_probed probed;
              attempt([&] {
                probed.up = work_->probe();
                if (!probed.up)
                  probed.error = work_->probe_error();
              });
              return probed;
            }};
  }

private:
  // Answers what can be answered, and ends when something was thrown.
  template <class F>
  void attempt(F&& f) {
    try {
      f();
    } catch (const std::exception& e) {
      this->quit(caf::make_error(caf::sec::runtime_error, e.what()));
    } catch (...) {
      this->quit(caf::make_error(caf::sec::runtime_error, "unknown exception"));
    }
  }

  std::shared_ptr<backend_worker<Question, Answer>> work_;
};

} // namespace troupe
