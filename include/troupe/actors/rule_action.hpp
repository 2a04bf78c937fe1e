// What a rule does with its outputs (reference/rule-engine.md section 8). One file in rules/actions/ makes an
// action: its class, and its row for the table.
#pragma once

#include "troupe/actors/backend_messages.hpp"
#include "troupe/actors/bridge.hpp"
#include "troupe/actors/database_client.hpp"
#include "troupe/actors/rule_resource.hpp"
#include "troupe/mqtt/message.hpp"
#include "troupe/rules/event_record.hpp"
#include "troupe/rules/parameter.hpp"
#include "troupe/rules/query.hpp"

#include <boost/json/object.hpp>

#include <array>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace troupe::rules {

/// A request to a resource, which a rule sends for an action.
struct resource_call {
  resource_ptr to;
  std::variant<http_call, database_call, forward_messages> what; // as its type takes it
};

/// What an action works with, for one output of one message.
struct occasion {
  const mqtt::message* message; // null: the event is not about one
  bool published;               // the event is that it was published
  const event_record* event;    // null then
  std::string_view node;
  mqtt::time_ms now;
  std::string_view rule;
  std::string_view action; // instance id
  arena& memory;
  std::vector<mqtt::message_ptr>& to_publish; // appended to
  std::vector<resource_call>& calls;          // likewise: the answers decide whether the action failed
  std::string error;                          // of a failure, for the log
};

class action {
public:
  action() = default;
  action(const action&) = delete;
  action& operator=(const action&) = delete;
  virtual ~action() = default;

  /// False when it failed; `o.error` says why then.
  virtual bool run(const row& data, occasion& o) = 0;
};

/// What actions may need when they are made.
struct action_surroundings {
  const resource_map& resources;
  const std::string& folder; // for files; it need not exist
};

/// An action's parameters are checked against its row before `make` sees them.
struct action_row {
  const char* name;
  const char* app;
  const char* category;
  title heading;
  title description;
  std::span<const parameter> parameters;
  /// An error is EMQ X's text: "Bad Arguments: …" without its beginning.
  std::variant<std::unique_ptr<action>, std::string> (*make)(const boost::json::object& params,
                                                             const action_surroundings& around);
  std::array<const char*, 2> resource_types{}; // of its parameter `$resource`; null: none, or no other
};

std::span<const action_row* const> action_table() noexcept;
const action_row* find_action(std::string_view name) noexcept; // null: none

} // namespace troupe::rules
