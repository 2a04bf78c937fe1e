// An action of a rule at work, and what is kept of an output for those that run later.
#pragma once

#include "troupe/actors/rule_action.hpp"
#include "troupe/actors/rule_messages.hpp"
#include "troupe/rules/definition.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace troupe {

struct action_tally {
  std::uint64_t success = 0, failed = 0;
};

/// An action that runs. Its figures are those of the one that it replaces, whose last calls may have no
/// answer yet.
struct action_instance {
  std::string id;
  std::unique_ptr<rules::action> what;
  resource_ptr uses; // null: no resource
  std::vector<std::shared_ptr<action_instance>> fallbacks;
  std::shared_ptr<action_tally> tally = std::make_shared<action_tally>();
};
using instance_ptr = std::shared_ptr<action_instance>;

/// With its fallbacks.
instance_ptr make_instance(const rules::action_definition& d, const rules::action_surroundings& around);

/// As `action::run`: what it throws is a failure, too.
bool run_guarded(rules::action& a, const rules::row& data, rules::occasion& o);

/// Of two of one definition: whether they, and their fallbacks, use the same resources.
bool same_resources(const action_instance& a, const action_instance& b);

/// Likewise: `to` goes on with the figures of `from`.
void share_figures(action_instance& to, const action_instance& from);

/// Those of an action, and of its fallbacks and theirs.
void add_figures(const action_instance& a, std::vector<action_figures>& to);
void reset_figures(const action_instance& a);

/// What the fallbacks of a call work with, should it fail, or the actions that wait for it to succeed.
struct kept_output {
  rules::arena memory;
  rules::row::members data; // in `memory`
  rule_item item;
  std::vector<instance_ptr> waiting;
  std::size_t unanswered = 0; // calls of the action; no more outputs are kept than calls are under way
  bool failed = false;        // one of them
};
using kept_ptr = std::shared_ptr<kept_output>;

/// A copy that outlives the evaluation.
kept_ptr keep_output(const rules::row& data, const rule_item& item, std::span<const instance_ptr> waiting);

} // namespace troupe
