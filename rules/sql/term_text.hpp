// Numbers and terms as Erlang's io_lib:format writes them. Its digits of a float are 21, and a half is
// rounded up, unlike C's.
#pragma once

#include "troupe/rules/value.hpp"

#include <string>

namespace troupe::rules {

/// ~f: `decimals` of them, 1 or more.
std::string fixed_text(double d, int decimals);

/// ~e: `digits` significant ones, 2 or more: "1.00000e+0".
std::string scientific_text(double d, int digits);

/// ~g: `digits` significant ones, 1 or more; in the form of ~f from 0.1 up to 10000 where they are enough.
std::string general_text(double d, int digits);

/// Of ~w, which shows texts as their bytes, and of ~p.
enum class term_style : bool { bytes, pretty };

/// A value as Erlang writes its terms: `<<"text">>`, `[1,2]`, `#{<<"k">> => 1}`, `1.0e22`; in one line.
void append_term(std::string& out, value v, term_style style);

} // namespace troupe::rules
