// What the rule engine's actors are told and asked. Only the shards, the rule engine and its part of the HTTP
// API include this.
#pragma once

#include "troupe/actors/interfaces.hpp"
#include "troupe/actors/message_type.hpp"
#include "troupe/actors/rule_resource.hpp"
#include "troupe/mqtt/message.hpp"
#include "troupe/rules/definition.hpp"
#include "troupe/rules/event_record.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe {

/// What waits for a rule or another receiver of events, which the shards and it share: who publishes must
/// know when there is too much. Moved once for each batch.
struct rule_gauge {
  std::atomic<std::int64_t> messages{0};
  std::atomic<std::int64_t> bytes{0};
  std::atomic<std::uint64_t> dropped{0}; // messages that the rule did not get: too many waited
};

/// The rules of the node by the slots that the index of their topics knows them by, and the events that they
/// want.
struct rule_table {
  struct entry {
    rule_actor rule; // null: the slot is free
    std::shared_ptr<rule_gauge> waiting;
  };
  struct target {
    std::uint32_t slot = 0;
    std::uint32_t generation = 0;
  };
  std::vector<entry> slots;
  std::array<std::vector<target>, rules::event_kind_count> events;
};

/// To each shard, before the index knows a new rule and after it has forgotten one.
struct set_rules {
  std::shared_ptr<const rule_table> table; // null: there is no rule
};

// -- rule <- shard ----------------------------------------------------------------------------------------

/// A message that was published, or an event.
struct rule_item {
  mqtt::message_ptr message;
  rules::event_ptr event; // null: `message` was published
};

struct rule_messages {
  std::uint16_t from = 0;       // shard
  std::uint32_t generation = 0; // of the definition that wants them
  std::vector<rule_item> items;
  std::int64_t bytes = 0; // that `rule_gauge` counts for them
};

/// To itself: there is more to do.
struct rule_continue {};
struct rule_sample {};

/// Messages that a rule publishes, in order.
struct publish_messages {
  std::vector<mqtt::message_ptr> messages;
};

// -- rule <- rules ------------------------------------------------------------------------------------------

/// From this generation on the rule is this one. Actions that it had before keep their figures.
struct define_rule {
  std::shared_ptr<const rules::definition> rule; // checked: it can be carried out
  std::shared_ptr<const resource_map> resources;
  std::uint32_t generation = 0;
};

/// After what it has been given before.
struct end_rule {};

struct rule_figures_query {};

struct action_figures {
  std::string id;
  std::uint64_t success = 0, failed = 0;
};

struct rule_figures {
  std::uint64_t matched = 0, failed = 0, dropped = 0; // messages
  double speed = 0, speed_max = 0, speed_last5m = 0;  // matches per second
  std::vector<action_figures> actions;                // and their fallbacks
};

struct reset_rule_figures {};

// -- rules ------------------------------------------------------------------------------------------------

/// Whether rules see messages: they do while emqx_rule_engine is loaded. Answered when all shards know.
struct switch_rules {
  bool on = true;
};

struct rule_query {
  std::optional<std::string> id; // only this one
};

struct rule_row {
  std::shared_ptr<const rules::definition> rule;
  std::vector<std::string> topics;
  rule_figures figures;
};

struct rule_page {
  std::vector<rule_row> rows; // the oldest first
};

/// An action as a call gives it.
struct new_action {
  std::string name;
  boost::json::object params;
  std::vector<new_action> fallbacks;
  std::string id = {}; // empty: it gets its own
};

enum class put_mode : std::uint8_t {
  create,
  update,
  replace, // or create, from a file; a rule whose resource is missing becomes disabled, as with EMQ X
};

/// A new rule, or what changes of one. What is not set stays.
struct put_rule {
  put_mode how = put_mode::create;
  std::string id; // empty: a new one gets its own
  std::optional<std::string> sql, description;
  std::optional<std::vector<new_action>> actions;
  std::optional<bool> enabled, stop_on_failure;
  std::optional<std::int64_t> created_at; // ms, of a new one; not set: now
};

struct rule_put {
  int code = 0; // a body code of the rule engine: 400
  std::string message;
  std::optional<rule_row> row;
};

struct remove_rule {
  std::string id;
};

struct reset_rule {
  std::string id;
};

/// How many there are, for the stats.
struct rule_count_query {};
struct rule_count {
  std::uint64_t rules = 0, rules_max = 0, resources = 0, resources_max = 0;
};

// -- resources --------------------------------------------------------------------------------------------

struct resource_query {
  std::optional<std::string> id;   // only this one, and whether it is alive
  std::optional<std::string> type; // only those of this one
};

struct resource_state {
  rules::resource_definition definition;
  bool alive = false; // where `id` was asked for
};

struct resource_page {
  std::vector<resource_state> rows; // the oldest first
};

/// A new resource, or what changes of one. What is not set stays.
struct put_resource {
  put_mode how = put_mode::create;
  bool test = false; // only check it
  std::string id;    // empty: a new one gets its own
  std::optional<std::string> type, description;
  std::optional<boost::json::object> config;
  std::optional<std::int64_t> created_at; // ms, of a new one; not set: now
};

struct resource_put {
  int code = 0; // a body code of the rule engine: 400
  std::string message;
  std::optional<rules::resource_definition> definition;
};

struct remove_resource {
  std::string id;
};

/// Look at once whether it is alive.
struct start_resource {
  std::string id;
};

} // namespace troupe

TROUPE_LOCAL_MESSAGE(set_rules)
TROUPE_LOCAL_MESSAGE(rule_messages)
TROUPE_LOCAL_MESSAGE(rule_continue)
TROUPE_LOCAL_MESSAGE(rule_sample)
TROUPE_LOCAL_MESSAGE(publish_messages)
TROUPE_LOCAL_MESSAGE(define_rule)
TROUPE_LOCAL_MESSAGE(end_rule)
TROUPE_LOCAL_MESSAGE(rule_figures_query)
TROUPE_LOCAL_MESSAGE(rule_figures)
TROUPE_LOCAL_MESSAGE(reset_rule_figures)
TROUPE_LOCAL_MESSAGE(switch_rules)
TROUPE_LOCAL_MESSAGE(rule_query)
TROUPE_LOCAL_MESSAGE(rule_page)
TROUPE_LOCAL_MESSAGE(put_rule)
TROUPE_LOCAL_MESSAGE(rule_put)
TROUPE_LOCAL_MESSAGE(remove_rule)
TROUPE_LOCAL_MESSAGE(reset_rule)
TROUPE_LOCAL_MESSAGE(rule_count_query)
TROUPE_LOCAL_MESSAGE(rule_count)
TROUPE_LOCAL_MESSAGE(resource_query)
TROUPE_LOCAL_MESSAGE(resource_page)
TROUPE_LOCAL_MESSAGE(put_resource)
TROUPE_LOCAL_MESSAGE(resource_put)
TROUPE_LOCAL_MESSAGE(remove_resource)
TROUPE_LOCAL_MESSAGE(start_resource)
