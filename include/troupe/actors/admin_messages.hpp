// Messages that administer a node: what the HTTP API switches on and off, and who may use it. The other
// messages are in messages.hpp, which includes this.
#pragma once

#include "troupe/actors/message_type.hpp"
#include "troupe/mqtt/limiter.hpp"
#include "troupe/mqtt/retained_store.hpp"
#include "troupe/mqtt/topic_metrics.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe {

// -- topic metrics ----------------------------------------------------------------------------------

/// The topics whose messages are counted from now on; null: none.
struct watch_topics {
  std::shared_ptr<const mqtt::topic_metrics_table> table;
};
struct watching {};

struct topic_metrics_query {
  std::optional<std::string> topic; // only this one
};

struct topic_metrics_row {
  std::string topic;
  mqtt::topic_figures counts{};
  std::array<double, mqtt::topic_figure_count> rates{}; // per second
};

struct topic_metrics_page {
  bool loaded = false; // the module is on
  std::vector<topic_metrics_row> rows;
};

struct register_topic {
  std::string topic; // a valid name
};

struct unregister_topics {
  std::optional<std::string> topic; // nothing: all
};

struct sample_tick {};

/// Switches the module emqx_mod_topic_metrics; without it no topic is watched.
struct load_topic_metrics {
  bool loaded = true;
};

// -- modules ------------------------------------------------------------------------------------------

/// What of the modules concerns a shard from now on.
struct switch_features {
  std::uint32_t hooks = 0; // of mqtt::hook, but for hook_topic_metrics, which watch_topics switches
  bool presence = true;
  bool subscription = true;
};
struct switched {};

struct module_query {};
struct module_row {
  std::string name, description;
  bool active = false;
};
struct module_page {
  std::vector<module_row> rows;
};

struct switch_module {
  std::string name; // of a row
  bool load = true; // or unload
};

struct reload_module {
  std::string name;    // of a row
  bool strict = false; // a bad file is told; else it is only logged, as EMQ X does
};

// -- retained messages -----------------------------------------------------------------------------------

/// The next ones whose topics match a filter, in the order of their topics. An answer comes soon, with fewer
/// rows than wanted where there are many topics; the next question goes on from its cursor.
struct retained_query {
  std::string filter; // a valid one; "#" is all but those below `$…`
  mqtt::retained_store::cursor cursor;
  std::size_t skip = 0;  // messages to leave out
  std::size_t limit = 0; // rows to return at most
};

struct retained_row {
  std::string topic, clientid; // who published it; empty: nobody
  int qos = 0;
  std::uint64_t payload_size = 0; // bytes
  mqtt::time_ms published_at = 0;
};

struct retained_page {
  std::vector<retained_row> rows;
  std::size_t skipped = 0;
  mqtt::retained_store::cursor cursor;
  bool done = true; // there are no more
};

/// Removes the next ones whose topics match a filter; goes on as above.
struct remove_retained {
  std::string filter;
  mqtt::retained_store::cursor cursor;
};

struct retained_removed {
  std::size_t messages = 0;
  mqtt::retained_store::cursor cursor;
  bool done = true;
};

// -- clients, listeners -----------------------------------------------------------------------------

/// Rate limits of a client's present connection; those that are not set stay. A limit of 0 lifts one.
struct limit_client {
  std::string client_id;
  std::optional<mqtt::rate> messages, bytes, routed;
};

/// Closes the listening socket, loads the TLS files again and listens anew. Connections stay.
struct restart_listener {};

// -- applications ---------------------------------------------------------------------------------------

/// Who may use the HTTP API (reference/http-api.md section 9), without the secret.
struct app_row {
  std::string id, name, desc;
  bool status = true;                  // off: refused
  std::optional<std::int64_t> expired; // seconds since the epoch: refused after that; nothing: never
};

struct app_query {
  std::optional<std::string> id; // only this one
  bool hashes = false;           // for an export: what is kept of the secrets, too
};
struct app_page {
  std::vector<app_row> rows;
  std::vector<std::string> hashes; // of the rows, if they were wanted
};

struct add_app {
  app_row app;
  std::string secret;  // empty: a random one
  bool hashed = false; // it is what an export has of one
};
struct app_added {
  int code = 0; // a body code
  std::string message;
  std::string secret; // the only time that it is told
};

/// What is not set stays.
struct update_app {
  std::string id;
  std::optional<std::string> name, desc;
  std::optional<bool> status;
  std::optional<std::optional<std::int64_t>> expired;
};

struct remove_app {
  std::string id;
};

struct check_app {
  std::string id, secret;
  std::string peer; // address of who asks: bad guesses are limited by it
};
struct app_verdict {
  enum class kind : std::uint8_t { right, wrong, throttled };
  kind what = kind::wrong;
};

} // namespace troupe

TROUPE_LOCAL_MESSAGE(watch_topics)
TROUPE_LOCAL_MESSAGE(watching)
TROUPE_LOCAL_MESSAGE(topic_metrics_query)
TROUPE_LOCAL_MESSAGE(topic_metrics_page)
TROUPE_LOCAL_MESSAGE(register_topic)
TROUPE_LOCAL_MESSAGE(unregister_topics)
TROUPE_LOCAL_MESSAGE(sample_tick)
TROUPE_LOCAL_MESSAGE(load_topic_metrics)
TROUPE_LOCAL_MESSAGE(switch_features)
TROUPE_LOCAL_MESSAGE(switched)
TROUPE_LOCAL_MESSAGE(module_query)
TROUPE_LOCAL_MESSAGE(module_page)
TROUPE_LOCAL_MESSAGE(switch_module)
TROUPE_LOCAL_MESSAGE(reload_module)
TROUPE_LOCAL_MESSAGE(retained_query)
TROUPE_LOCAL_MESSAGE(retained_page)
TROUPE_LOCAL_MESSAGE(remove_retained)
TROUPE_LOCAL_MESSAGE(retained_removed)
TROUPE_LOCAL_MESSAGE(limit_client)
TROUPE_LOCAL_MESSAGE(restart_listener)
TROUPE_LOCAL_MESSAGE(app_query)
TROUPE_LOCAL_MESSAGE(app_page)
TROUPE_LOCAL_MESSAGE(add_app)
TROUPE_LOCAL_MESSAGE(app_added)
TROUPE_LOCAL_MESSAGE(update_app)
TROUPE_LOCAL_MESSAGE(remove_app)
TROUPE_LOCAL_MESSAGE(check_app)
TROUPE_LOCAL_MESSAGE(app_verdict)
