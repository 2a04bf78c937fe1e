#include "request.hpp"

#include "../text.hpp"
#include "troupe/access/url.hpp"

#include <boost/json/serialize.hpp>

namespace troupe::ctl {

namespace json = boost::json;

namespace {

// Puts the value into the path where that has a place for it, else into the body.
bool place(const parameter& p, std::string_view value, request& out, json::object& body) {
  const std::string mark = std::string{":"} + p.name;
  if (const auto at = out.path.find(mark); at != std::string::npos) {
    out.path.replace(at, mark.size(), access::percent_encode(value));
    return true;
  }
  if (!p.number) {
    body[p.name] = json::string{value};
    return true;
  }
  const auto number = parse_integer(value);
  if (number)
    body[p.name] = *number;
  return number.has_value();
}

} // namespace

std::optional<request> make_request(const command& c, std::span<const std::string_view> arguments,
                                    std::string& problem) {
  request result{c.method, c.path, {}};
  json::object body;
  std::size_t next = 0;
  for (const auto& p : c.parameters) {
    const bool given = next < arguments.size();
    if (!given && p.fallback == nullptr) {
      problem = std::string{"<"} + p.name + "> is missing";
      return {};
    }
    const auto value = given ? arguments[next++] : std::string_view{p.fallback};
    if (!place(p, value, result, body)) {
      problem = std::string{p.name} + " is not a number: " + std::string{value};
      return {};
    }
  }
  if (next < arguments.size()) {
    problem = "one argument too many: " + std::string{arguments[next]};
    return {};
  }
  if (!body.empty())
    result.body = json::serialize(body);
  return result;
}

} // namespace troupe::ctl
