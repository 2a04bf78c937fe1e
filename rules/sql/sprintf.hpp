// Erlang's io_lib:format, for the values of rules.
#pragma once

#include "troupe/rules/value.hpp"

#include <span>
#include <string>
#include <string_view>

namespace troupe::rules {

/// Appends `format` with its directives (~s ~p ~w ~b ~B ~c ~f ~e ~g ~i ~n ~~, with width, precision and
/// padding) filled from `given`. What is wrong with them; empty: nothing.
std::string sprintf(std::string& out, std::string_view format, std::span<const value> given);

/// A value as Erlang writes its terms: `<<"text">>`, `[1,2]`, `#{<<"k">> => 1}`.
void append_term(std::string& out, value v);

} // namespace troupe::rules
