// Rule SQL: any text is a query or an error with a place in it, and any query gives the same twice. The text
// goes up to the first blank line; a payload follows.
#include "require.hpp"
#include "troupe/rules/json_event.hpp"
#include "troupe/rules/query.hpp"

#include <boost/json/object.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

using namespace troupe::rules;

namespace {

std::string outputs_of(const query& q, const event& e, workspace& w) {
  const auto v = q.run(e, w);
  std::string out = v.error;
  for (std::size_t i = 0; i < query::outputs(w); ++i)
    query::output(w, i).append_json(out);
  return out;
}

// What the clock says is another thing each time.
bool reads_clock(std::string_view sql) {
  return sql.find("now_") != std::string_view::npos || sql.find("_date") != std::string_view::npos;
}

bool place_in(const position& where, std::string_view text) {
  const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  return where.line >= 1 && where.line <= lines && where.column >= 1 && where.column <= text.size() + 1;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto cut = text.find("\n\n");
  const auto sql = text.substr(0, cut);
  const auto payload = cut == std::string_view::npos ? std::string_view{} : text.substr(cut + 2);
  const auto parsed = query::parse(sql);
  if (const auto* error = std::get_if<sql_error>(&parsed)) {
    troupe::test::require(place_in(error->where, sql), "the place of an error is in the text");
    return 0;
  }
  const auto& q = std::get<query>(parsed);
  troupe::test::require(!q.topics().empty(), "a query has topics");
  boost::json::object members{{"clientid", "c1"}, {"topic", "t/1"}, {"qos", 1}, {"own", {1, 2}}};
  members["payload"] = boost::json::string_view{payload.data(), payload.size()};
  const json_event e{members};
  workspace w{1U << 20};
  const auto first = outputs_of(q, e, w);
  troupe::test::require(first == outputs_of(q, e, w) || reads_clock(sql),
                        "an evaluation gives the same again");
  return 0;
}
