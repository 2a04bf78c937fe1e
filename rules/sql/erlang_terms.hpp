// Values in Erlang's external term format, as term_to_binary of OTP 24 writes them.
#pragma once

#include "troupe/rules/value.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace troupe::rules {

/// Texts become binaries, undefined, null and booleans atoms; the keys of a map are sorted.
std::string encode_term(value v);

/// What `encode_term` makes, and the older and newer forms of the same. Nothing for anything else (tuples,
/// other atoms, integers beyond 64 bits), for what is nested too deep, and where bytes are missing or left.
std::optional<boost::json::value> decode_term(std::string_view bytes, boost::json::storage_ptr memory);

} // namespace troupe::rules
