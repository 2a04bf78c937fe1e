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
              if (!attempt([&] { answer = work_->ask(q); }))
                answer = work_->after_crash(q);
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
  // False: something was thrown, and the actor ends with its answer.
  template <class F>
  bool attempt(F&& f) {
    try {
      f();
      return true;
    } catch (const std::exception& e) {
      crash(e.what());
    } catch (...) {
      crash("unknown exception");
    }
    return false;
  }

  void crash(const char* why) {
    work_->note_crash();
    this->quit(caf::make_error(caf::sec::runtime_error, why));
  }

  std::shared_ptr<backend_worker<Question, Answer>> work_;
};

} // namespace troupe
