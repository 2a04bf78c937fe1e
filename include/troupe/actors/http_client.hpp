// HTTP to a server outside: for plugins and for resources of rules.
#pragma once

#include "troupe/access/url.hpp"
#include "troupe/actors/back_end_settings.hpp"
#include "troupe/actors/interfaces.hpp"

#include <caf/fwd.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <string>

namespace troupe {

/// Between probes of a back end that nobody asks: as often EMQ X looks after its resources
/// (reference/rule-engine.md section 11).
inline constexpr std::chrono::seconds idle_probe{10};

/// How a pool of threads asks a back end, and what it does when that is silent.
struct pool_settings {
  std::string name;                  // in alarms and log lines: "emqx_auth_http", "resource:1"
  std::string type;                  // in alarms: "auth", "web_hook"
  std::size_t workers = 8;           // threads at most, each with a connection; made when needed
  std::size_t most_waiting = 10'000; // questions that wait for a thread; more are refused, counted, logged
  std::chrono::milliseconds longest{30'000}; // a question's time in all; then its thread is given up
  std::chrono::milliseconds first_probe{1'000}, last_probe{30'000}; // between probes of one that is down
  std::chrono::milliseconds refresh{0}; // between probes of one that is up and not asked anything; 0: none
  std::size_t most_bytes = 256 * 1024 * 1024; // of the questions that wait; more are refused likewise
  /// How long a question waits at most for a back end that is down, or to be asked again; 0: it is answered
  /// at once. Then questions keep their order as long as `workers` is 1, and else begin in it.
  std::chrono::milliseconds keep{0};
  /// Before a question is asked again whose connection was closed before the answer.
  std::array<std::chrono::milliseconds, 3> pauses{
      std::chrono::milliseconds{100}, std::chrono::milliseconds{500}, std::chrono::milliseconds{2'000}};
};

struct http_client_settings {
  access::url server; // its target does not count
  outgoing_tls tls;   // of https
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds request_timeout{5'000}; // without any byte of the answer
  unsigned retries = 0;                             // after a request that was not answered
  std::chrono::milliseconds retry_interval{1'000};  // before the first of them
  double retry_backoff = 2;                         // the next interval is so many times longer
  bool resend = true; // at once, when the server had closed the connection that was kept open
};

/// Keeps connections open between requests, connects anew when one breaks, and checks that a certificate is
/// the server's. Bodies of answers are read up to 1 MiB, redirections are not followed. While the server is
/// down every call is answered at once, or waits as `pool.keep` says; an alarm `resource_down` of the pool's
/// name tells so (if `alarms` is not null), and connections that ask nothing find out when it is up again. A
/// request that is kept is sent again when the connection was closed before the answer, so that the server
/// may see it more than once (reference/rule-engine.md section 8). Ends with its exit message.
http_client_actor spawn_http_client(caf::actor_system& system, const http_client_settings& settings,
                                    const pool_settings& pool, const alarms_actor& alarms);

} // namespace troupe
