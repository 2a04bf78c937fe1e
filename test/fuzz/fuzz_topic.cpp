// Filters and names: the index must agree with the comparison of texts, and forget what is removed.
#include "troupe/mqtt/subscription_index.hpp"
#include "troupe/mqtt/topic.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

using namespace troupe::mqtt;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto cut = text.find('\n');
  const auto subscription = text.substr(0, cut);
  const auto name = cut == std::string_view::npos ? std::string_view{} : text.substr(cut + 1);
  const auto target = parse_subscription(subscription);
  if (!target || !valid_topic_name(name))
    return 0;
  if (level_count(name) == 0 || !filter_matches_filter(target->filter, target->filter))
    __builtin_trap();
  subscription_index index;
  subscription_reader reader{index};
  index.subscribe(target->filter, target->group, {1, 1, 0, 0, 0});
  index.commit();
  if (reader.match(name).empty() == matches(target->filter, name) || !index.lookup(target->filter))
    __builtin_trap();
  index.unsubscribe(target->filter, target->group, 0, 1, 1);
  index.commit();
  if (!reader.match(name).empty() || index.filter_count() != 0)
    __builtin_trap();
  return 0;
}
