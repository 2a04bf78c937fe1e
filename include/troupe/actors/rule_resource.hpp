// What stands outside of the broker and actions of rules send data to (reference/rule-engine.md section 11).
// One file in rules/resources makes a type of it: its class, and its row for the table.
#pragma once

#include "troupe/actors/interfaces.hpp"
#include "troupe/rules/parameter.hpp"
#include "troupe/rules/resource_definition.hpp"

#include <caf/fwd.hpp>

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace troupe {

/// A started resource: a definition and the actor that it makes. Immutable; the actor ends with it.
class resource {
public:
  resource(rules::resource_definition d, http_client_actor client)
      : definition_(std::move(d)), client_(std::move(client)) {}
  resource(const resource&) = delete;
  resource& operator=(const resource&) = delete;
  virtual ~resource();

  const rules::resource_definition& definition() const noexcept { return definition_; }
  const http_client_actor& client() const noexcept { return client_; }

private:
  rules::resource_definition definition_;
  http_client_actor client_;
};

using resource_ptr = std::shared_ptr<const resource>;

/// By id.
using resource_map = std::map<std::string, resource_ptr, std::less<>>;

/// The configuration is checked against a row's parameters before `make` sees it.
struct resource_row {
  const char* name;
  const char* provider;
  rules::title heading;
  rules::title description;
  std::span<const rules::parameter> parameters;
  /// An error is EMQ X's text: "Bad Arguments: …" without its beginning. Without `system` nothing is started.
  std::variant<resource_ptr, std::string> (*make)(const rules::resource_definition& d,
                                                  caf::actor_system* system, const alarms_actor& alarms);
};

std::span<const resource_row* const> resource_table() noexcept;
const resource_row* find_resource_type(std::string_view name) noexcept; // null: none

} // namespace troupe
