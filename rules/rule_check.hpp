// Whether a rule's definition can be carried out, and its actions, made.
#pragma once

#include "troupe/actors/rule_action.hpp"
#include "troupe/actors/rule_messages.hpp"
#include "troupe/rules/definition.hpp"
#include "troupe/rules/event_record.hpp"

#include <memory>
#include <string>
#include <vector>

namespace troupe {

/// What a rule is fed with.
struct rule_sources {
  std::vector<std::string> topics; // of its SQL, events included
  rules::event_mask events = 0;
};

/// What is wrong with the SQL of a definition, as EMQ X words it; empty: nothing. `from` are its sources
/// then.
std::string read_sources(const rules::definition& d, rule_sources& from);

/// What is wrong with actions or their fallbacks, as EMQ X words it; empty: nothing.
std::string check_actions(const std::vector<rules::action_definition>& actions,
                          const rules::action_surroundings& around);

/// What is wrong with the rule that a command makes, as EMQ X words it; empty: nothing. `from` are its
/// sources then. Actions that were there before are checked when it is enabled; one that is imported and
/// wants a resource that is missing is disabled.
std::string check_rule(rules::definition& d, const put_rule& m, rule_sources& from,
                       const rules::action_surroundings& around);

/// One that fails each time where something is wrong: a stored rule does not vanish for it.
std::unique_ptr<rules::action> make_action(const rules::action_definition& d,
                                           const rules::action_surroundings& around);

/// The resource that an action names; null: none, or it is not there.
resource_ptr resource_used_by(const rules::action_definition& d, const resource_map& resources);

} // namespace troupe
