// Erlang's io_lib:format, for the values of rules.
#pragma once

#include "troupe/rules/value.hpp"
#include "troupe/rules/work_budget.hpp"

#include <span>
#include <string>
#include <string_view>

namespace troupe::rules {

/// Appends `format` with its directives (~s ~p ~w ~b ~B ~x ~X ~+ ~# ~c ~f ~e ~g ~i ~n ~~, with width,
/// precision and padding, which `*` takes from `given`) filled from `given`. Widths count characters, also
/// without the `t` that Erlang wants for that; what is too long for its width is cut (~s) or becomes stars.
/// ~p writes one line. What is wrong with them, or a width or precision beyond 65535; empty: nothing.
std::string sprintf(std::string& out, std::string_view format, std::span<const value> given,
                    work_budget& work);

} // namespace troupe::rules
