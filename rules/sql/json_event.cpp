#include "troupe/rules/json_event.hpp"

namespace troupe::rules {

json_event::json_event(const boost::json::object& members) : members_(members) {
  for (const auto& member : members) {
    const std::string_view name{member.key().data(), member.key().size()};
    if (const auto known = find_column(name))
      columns_.push_back(*known);
    else
      others_.push_back(name);
  }
}

value json_event::at(column c, arena& memory) const { return at(to_string(c), memory); }

value json_event::at(std::string_view name, arena& /*memory*/) const {
  const auto* member = members_.if_contains({name.data(), name.size()});
  return member == nullptr ? value{} : value::of(*member);
}

} // namespace troupe::rules
