// acl.conf: any bytes are read or refused with a line of theirs, and what is read keeps its bounds and can
// be asked.
#include "require.hpp"
#include "troupe/access/acl_file.hpp"
#include "troupe/access/acl_rules.hpp"
#include "troupe/mqtt/topic.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace {

using namespace troupe;
using namespace troupe::access;
using test::require;

void check(const condition& c, std::size_t depth) {
  require(depth <= max_acl_depth, "depth");
  const bool combined = c.what == condition::kind::all_of || c.what == condition::kind::any_of;
  const bool named = c.what == condition::kind::user || c.what == condition::kind::client;
  require(combined == !c.parts.empty(), "parts of a condition");
  require(named == !c.name.empty(), "name of a condition");
  for (const auto& part : c.parts)
    check(part, depth + 1);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  auto file = parse_acl_file(text);
  const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  require(file.errors.size() <= max_acl_errors, "number of errors");
  for (const auto& e : file.errors)
    require(e.line >= 1 && e.line <= lines && !e.text.empty(), "line of an error");
  for (const auto& r : file.rules) {
    check(r.who, 0);
    require(r.publish || r.subscribe, "operation");
    for (const auto& t : r.topics)
      require(mqtt::valid_topic_filter(t.filter) && mqtt::level_count(t.filter) <= max_acl_topic_levels,
              "topic");
  }
  const acl_rules rules{std::move(file.rules)};
  const auto address = *mqtt::parse_ip("10.1.2.3");
  const subject who{"c", "u", &address};
  for (const char* topic : {"a", "a/b/c", "$SYS/x", "+/#", "d/c"}) {
    rules.decide(who, operation::publish, topic);
    rules.decide(who, operation::subscribe, topic);
  }
  return 0;
}
