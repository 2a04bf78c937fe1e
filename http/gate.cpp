#include "gate.hpp"

#include "answer.hpp"
#include "credentials.hpp"
#include "refusals.hpp"
#include "request_head.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <utility>

namespace troupe {

std::optional<http_response> gate::answer(const request& of) const {
  const auto path = split_target(of.target).first;
  // Load balancers ask without wanting the text.
  if (path == "/status" && (of.method == "GET" || of.method == "HEAD"))
    return http_response{200, "Node " + config_->node.name + " is started\nemqx is running", "text/plain"};
  // A browser asks before a page's request, without credentials.
  if (of.method == "OPTIONS" && !config_->management.cors_origin.empty())
    return http_response{204, "", "text/plain"};
  const bool scraped = path == "/metrics" && of.method == "GET"; // where Prometheus looks
  const auto rest = path.substr(std::min(api_prefix.size(), path.size()));
  if (!scraped && (!path.starts_with(api_prefix) || (!rest.empty() && rest.front() != '/')))
    return to_response(no_such_path());
  return refuse(of);
}

// Nothing when an application asks.
std::optional<http_response> gate::refuse(const request& of) const {
  auto who = read_basic(of.authorization);
  if (who.what == credentials::kind::empty)
    return error_response(401, body_code::empty_credentials, "Empty user name or password");
  auto verdict = app_verdict::kind::wrong;
  if (who.what == credentials::kind::given) {
    bool answered_in_time = true;
    caf::scoped_actor self{system_};
    self->request(apps_, api_timeout, check_app{who.id, who.secret, of.peer})
        .receive([&](const app_verdict& v) { verdict = v.what; },
                 [&](const caf::error&) { answered_in_time = false; });
    if (!answered_in_time)
      return no_answer(); // who is refused would take a valid secret for a revoked one
  }
  if (verdict == app_verdict::kind::right)
    return std::nullopt;
  return error_response(401, body_code::wrong_credentials,
                        verdict == app_verdict::kind::wrong ? "Wrong user name or password"
                                                            : "Too many wrong passwords");
}

} // namespace troupe
