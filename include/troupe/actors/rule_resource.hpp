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

class io_loop;        // actors/bridge/io_loop.hpp
struct cluster_facts; // cluster.hpp

/// What every one of them answers. Its questions are those of its type.
using resource_actor = caf::typed_actor<caf::replies_to<backend_query>::with<backend_figures>, // how it fares
                                        caf::reacts_to<probe_tick>>; // is it up again?

/// A started resource: a definition and the actor that it makes. Immutable; the actor ends with it.
class resource {
public:
  resource(rules::resource_definition d, resource_actor client)
      : definition_(std::move(d)), client_(std::move(client)) {}
  resource(const resource&) = delete;
  resource& operator=(const resource&) = delete;
  virtual ~resource();

  /// It was deleted, and its actor is about to end.
  virtual void removed() const {}

  /// Another one of its type and id has taken its place. Its actor ends: at once, or when it has answered
  /// what it was asked.
  virtual void replaced(const resource& next) const;

  const rules::resource_definition& definition() const noexcept { return definition_; }
  const resource_actor& client() const noexcept { return client_; }

protected:
  /// For those whose actor is a pool: it leaves what waits to the pool of `next`, and ends with this.
  void retire(const resource& next) const;

private:
  rules::resource_definition definition_;
  resource_actor client_;
};

using resource_ptr = std::shared_ptr<const resource>;

/// By id.
using resource_map = std::map<std::string, resource_ptr, std::less<>>;

/// What those may need that do more than ask and wait.
struct resource_surroundings {
  caf::actor_system& system;
  alarms_actor alarms;
  store_actor store;
  std::shared_ptr<io_loop> loop;                // of bridges
  std::string node;                             // its name
  std::shared_ptr<const cluster_facts> cluster; // null: there are no links to other nodes
};

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
  /// Starts one that `make` has checked; null: `make` does.
  resource_ptr (*start)(const rules::resource_definition& d, const resource_surroundings& around) = nullptr;
};

std::span<const resource_row* const> resource_table() noexcept;
const resource_row* find_resource_type(std::string_view name) noexcept; // null: none

} // namespace troupe
