// Tokens and key sets: whatever a client or a file sends, nothing is let in that was not signed.
#include "actors/access/jwt.hpp"
#include "require.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace {

using namespace troupe::access;

// "secret", and a key set that the input chooses.
jwt_keys keys_with(std::string_view set) {
  jwt_keys keys;
  keys.add_set(set);
  keys.add_secret("a secret that the input does not know");
  return keys;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  static const jwt_keys fixed = keys_with("");
  troupe::test::require(verify_jwt(text, fixed, 0).status != jwt_status::valid,
                        "an unsigned token is refused");
  const auto line = text.find('\n');
  if (line == std::string_view::npos)
    return 0;
  const auto keys = keys_with(text.substr(0, line));
  troupe::test::require(keys.size() <= jwt_keys::most_keys, "the number of keys is bounded");
  const auto verdict = verify_jwt(text.substr(line + 1), keys, 1'300'000'000);
  troupe::test::require(verdict.status == jwt_status::valid || verdict.claims.empty(),
                        "only a valid token has claims");
  return 0;
}
