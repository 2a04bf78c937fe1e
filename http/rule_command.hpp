// What rules and resources share: commands about one of them, by its id.
#pragma once

#include "command.hpp"
#include "troupe/actors/rule_messages.hpp"

namespace troupe {

/// Answers with the outcome of the command about the `:id` of the path.
template <class Command>
void carry_out(const call_ptr& c) {
  carry_out(c, c->where().rules, Command{c->args.path("id")}, gathered_request_timeout);
}

} // namespace troupe
