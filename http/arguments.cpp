#include "arguments.hpp"

#include "text.hpp"

namespace troupe {

namespace json = boost::json;

const std::string& arguments::path(std::string_view name) const {
  static const std::string none;
  for (const auto& [key, value] : path_)
    if (key == name)
      return value;
  return none;
}

const std::string* arguments::in_query(std::string_view name) const {
  for (const auto& [key, value] : query_)
    if (key == name)
      return &value;
  return nullptr;
}

const json::value* arguments::in_body(std::string_view name) const {
  const auto* members = body_.if_object();
  return members ? members->if_contains(name) : nullptr;
}

void arguments::set_wrong(std::string_view name) {
  if (wrong_.empty())
    wrong_ = name;
}

std::optional<std::string> arguments::text(std::string_view name) {
  if (const std::string* q = in_query(name))
    return *q;
  const json::value* v = in_body(name);
  if (!v)
    return std::nullopt;
  if (const json::string* s = v->if_string())
    return std::string(s->data(), s->size());
  set_wrong(name);
  return std::nullopt;
}

std::optional<std::int64_t> arguments::integer(std::string_view name) {
  std::optional<std::int64_t> result;
  if (const std::string* q = in_query(name)) {
    result = parse_integer(*q);
  } else if (const json::value* v = in_body(name)) {
    if (const std::int64_t* i = v->if_int64())
      result = *i;
  } else {
    return std::nullopt;
  }
  if (!result)
    set_wrong(name);
  return result;
}

std::optional<std::int64_t> arguments::integer(std::string_view name, std::int64_t low, std::int64_t high) {
  auto result = integer(name);
  if (result && (*result < low || *result > high)) {
    set_wrong(name);
    return std::nullopt;
  }
  return result;
}

std::optional<bool> arguments::boolean(std::string_view name) {
  if (const std::string* q = in_query(name)) {
    if (*q == "true" || *q == "false")
      return *q == "true";
  } else if (const json::value* v = in_body(name)) {
    if (const bool* b = v->if_bool())
      return *b;
  } else {
    return std::nullopt;
  }
  set_wrong(name);
  return std::nullopt;
}

std::optional<json::value> arguments::value(std::string_view name) const {
  if (const std::string* q = in_query(name))
    return json::value(*q);
  if (const json::value* v = in_body(name))
    return *v;
  return std::nullopt;
}

json::object arguments::sent() const {
  const auto* members = body_.if_object();
  auto all = members ? *members : json::object{};
  for (auto i = query_.rbegin(); i != query_.rend(); ++i) // of two with one name the first counts
    all[i->first] = i->second;
  return all;
}

} // namespace troupe
