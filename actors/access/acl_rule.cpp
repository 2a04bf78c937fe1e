#include "troupe/access/acl_rule.hpp"

#include <algorithm>

namespace troupe::access {

std::string_view to_string(operation what) noexcept {
  return what == operation::publish ? "publish" : "subscribe";
}

std::string_view to_string(decision result) noexcept { return result == decision::allow ? "allow" : "deny"; }

bool holds(const condition& c, const subject& who) noexcept {
  const auto fulfilled = [&who](const condition& part) { return holds(part, who); };
  switch (c.what) {
    case condition::kind::everyone: return true;
    case condition::kind::user: return who.username == c.name;
    case condition::kind::client: return who.client_id == c.name;
    case condition::kind::network: return who.address != nullptr && c.network.contains(*who.address);
    case condition::kind::all_of: return std::all_of(c.parts.begin(), c.parts.end(), fulfilled);
    case condition::kind::any_of: return std::any_of(c.parts.begin(), c.parts.end(), fulfilled);
  }
  return false;
}

} // namespace troupe::access
