// Erlang's external term format: any bytes are a value or nothing, within the memory of an evaluation, and
// what is a value is the same after it was encoded again.
#include "require.hpp"
#include "rules/sql/erlang_terms.hpp"

#include <boost/json/value.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

using namespace troupe::rules;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  arena memory{1U << 20};
  try {
    const auto v = decode_term(bytes, memory.storage());
    if (!v)
      return 0;
    const auto encoded = encode_term(value::of(*v));
    const auto again = decode_term(encoded, memory.storage());
    troupe::test::require(again.has_value(), "what was encoded can be decoded");
    troupe::test::require(encode_term(value::of(*again)) == encoded, "the value is the same again");
  } catch (const arena_full&) { // small bytes can say large lists
  }
  return 0;
}
