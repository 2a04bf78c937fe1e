// Messages to what stands outside of the broker and may let it wait: HTTP servers, and the back ends of
// authentication. A pool of threads (actors/backends/pool.hpp) asks them.
#pragma once

#include "troupe/access/acl_decider.hpp"
#include "troupe/access/client_facts.hpp"
#include "troupe/actors/ask_again.hpp"
#include "troupe/actors/interfaces.hpp"
#include "troupe/actors/message_type.hpp"
#include "troupe/mqtt/message.hpp"
#include "troupe/mqtt/reason_code.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace troupe {

// -- every pool ---------------------------------------------------------------------------------------

/// How a pool fares.
struct backend_query {};
struct backend_figures {
  bool up = true;            // it answered the last question, or none was asked yet
  std::size_t workers = 0;   // threads
  std::size_t waiting = 0;   // questions that wait for one of them
  std::uint64_t refused = 0; // questions beyond those that may wait
  std::uint64_t failed = 0;  // questions that got no answer
};

/// To a pool's worker: see whether the back end answers again.
struct probe_backend {};
struct backend_probed {
  bool up = false;
  std::string error = {}; // why it is not, as far as that is known
};

/// To a pool whose settings have changed: another one, of the same type, answers from now on, also what waits
/// here. What it works on it answers still.
struct retire_pool {
  caf::strong_actor_ptr successor;
};

/// To the pool itself.
struct probe_tick {};
struct pool_due { // some of what waits may have to be asked, or given up
  std::uint64_t number = 0;
};

// -- HTTP ---------------------------------------------------------------------------------------------

/// A request to the client's server.
struct http_call {
  std::string method = "POST";
  std::string target = "/"; // path and query, encoded as they are sent
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string content_type = {}; // empty: there is no body
  std::string body = {};
};

/// Always comes: within the client's time limits; or, while the server is known to be down, at once or when
/// the time is over for which the client keeps what it cannot send.
struct http_answer {
  bool reached = false; // nothing speaks against asking the server again
  int status = 0;       // 200; 0: there is no answer, or none of use
  std::string body;
  std::string error; // why the status is 0
  ask_again again = ask_again::never;
};

// -- authentication -------------------------------------------------------------------------------------

/// A question to a back end of authentication.
struct ask_back_end {
  std::shared_ptr<const access::client_facts> who;
  std::optional<access::topic_question> topic; // nothing: may the client connect
  mqtt::message_ptr message = {};              // not null: what becomes of this PUBLISH, and nothing else
};

struct back_end_answer {
  enum class verdict : std::uint8_t { yes, no, ignore }; // ignore: ask the next one
  bool reached = false;                                  // else no other member counts but `error`
  verdict what = verdict::ignore;
  mqtt::reason_code reason = mqtt::reason_code::not_authorized; // why a client may not connect
  bool superuser = false;
  std::optional<std::string> mount_point = {}; // of the client from now on
  std::string error = {};
  mqtt::message_ptr message = {}; // in the place of that of the question; null: that one, unless it says `no`
};

/// From a client, to access: may it do that, or what becomes of its message? Its input waits for
/// access_checked. A connection has one such question under way, so the connections bound their number.
struct check_access {
  client_actor client;
  std::uint8_t back_end = 0; // plugin_kind of the one to ask
  ask_back_end question;
  std::uint32_t number = 0; // comes back with the answer
};

struct access_checked {
  std::optional<access::decision> result; // nothing: it does not know, or did not answer
  bool silent = false;                    // it did not answer
  std::uint32_t number = 0;
  mqtt::message_ptr message = {}; // as in back_end_answer
};

} // namespace troupe

TROUPE_LOCAL_MESSAGE(backend_query)
TROUPE_LOCAL_MESSAGE(backend_figures)
TROUPE_LOCAL_MESSAGE(probe_backend)
TROUPE_LOCAL_MESSAGE(backend_probed)
TROUPE_LOCAL_MESSAGE(probe_tick)
TROUPE_LOCAL_MESSAGE(pool_due)
TROUPE_LOCAL_MESSAGE(retire_pool)
TROUPE_LOCAL_MESSAGE(http_call)
TROUPE_LOCAL_MESSAGE(http_answer)
TROUPE_LOCAL_MESSAGE(ask_back_end)
TROUPE_LOCAL_MESSAGE(back_end_answer)
TROUPE_LOCAL_MESSAGE(check_access)
TROUPE_LOCAL_MESSAGE(access_checked)
