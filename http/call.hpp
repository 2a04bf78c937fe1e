// One request on its way through the API actor.
#pragma once

#include "answer.hpp"
#include "arguments.hpp"
#include "troupe/actors/directory.hpp"
#include "troupe/actors/interfaces.hpp"
#include "troupe/http/api.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace troupe {

/// What an endpoint's function works with. Lives until the function, and every continuation that it left
/// behind, is done.
class call {
public:
  /// The actor's surroundings: the same for all calls.
  struct context {
    std::shared_ptr<const directory> where;
    std::shared_ptr<const settings> config;
    std::vector<std::shared_ptr<const http_listener_figures>> listeners;
  };

  call(api_actor::pointer actor, const context& surroundings, arguments arguments, bool one_node,
       std::function<void(answer)> done)
      : self(actor),
        args(std::move(arguments)),
        for_one_node(one_node),
        context_(surroundings),
        done_(std::move(done)) {}

  api_actor::pointer self; // for requests to others
  arguments args;
  bool for_one_node; // it came by the path for one node

  const directory& where() const noexcept { return *context_.where; }
  const settings& config() const noexcept { return *context_.config; }
  const std::vector<std::shared_ptr<const http_listener_figures>>& listeners() const noexcept {
    return context_.listeners;
  }

  /// Answers the call. Only the first answer counts.
  void reply(answer a) {
    if (auto done = std::exchange(done_, nullptr))
      done(std::move(a));
  }

private:
  const context& context_;
  std::function<void(answer)> done_;
};

using call_ptr = std::shared_ptr<call>;

} // namespace troupe
