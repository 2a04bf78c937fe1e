#include "ask_api.hpp"

#include "refusals.hpp"

#include <caf/all.hpp>

#include <future>
#include <memory>
#include <utility>

namespace troupe {

namespace {

http_response ask_small(caf::actor_system& system, const api_actor& api, http_request request,
                        std::chrono::milliseconds patience) {
  http_response result;
  caf::scoped_actor self{system};
  self->request(api, patience, std::move(request))
      .receive([&](http_response& r) { result = std::move(r); },
               [&](const caf::error&) { result = no_answer(); });
  return result;
}

// What of a large request lives on when nobody waits for its answer any more.
struct large_request {
  http_request request;
  body_share share;
  std::promise<http_response> answer;
};

} // namespace

http_response ask_api(caf::actor_system& system, const api_actor& api, http_request request, body_share share,
                      std::chrono::milliseconds patience) {
  if (!share)
    return ask_small(system, api, std::move(request), patience);
  auto large = std::make_shared<large_request>();
  large->request = std::move(request);
  large->share = std::move(share);
  auto answer = large->answer.get_future();
  system.spawn([api, large](caf::event_based_actor* self) {
    self->request(api, caf::infinite, std::move(large->request))
        .then(
            [large](http_response& r) {
              large->share.reset();
              large->answer.set_value(std::move(r));
            },
            [large](const caf::error&) {
              large->share.reset();
              large->answer.set_value(no_answer());
            });
  });
  large.reset(); // else the share would last as long as this waits
  return answer.wait_for(patience) == std::future_status::ready ? answer.get() : no_answer();
}

} // namespace troupe
