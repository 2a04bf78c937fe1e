#include "action_instance.hpp"

#include <algorithm>

namespace troupe {

namespace {

rules::value copy_of(rules::value v, rules::arena& memory) {
  using kind = rules::value::kind;
  switch (v.what()) {
    case kind::text: return memory.text(v.text());
    case kind::list: return rules::value{memory.new_list() = v.list()};
    case kind::map: return rules::value{memory.new_map() = v.map()};
    default: return v;
  }
}

} // namespace

bool same_resources(const action_instance& a, const action_instance& b) {
  return a.uses == b.uses &&
         std::equal(a.fallbacks.begin(), a.fallbacks.end(), b.fallbacks.begin(), b.fallbacks.end(),
                    [](const auto& x, const auto& y) { return x->uses == y->uses; });
}

void share_figures(action_instance& to, const action_instance& from) {
  to.tally = from.tally;
  for (std::size_t i = 0; i < std::min(to.fallbacks.size(), from.fallbacks.size()); ++i)
    share_figures(*to.fallbacks[i], *from.fallbacks[i]);
}

kept_ptr keep_output(const rules::row& data, const rule_item& item, std::span<const instance_ptr> waiting) {
  auto kept = std::make_shared<kept_output>();
  kept->item = item;
  kept->waiting.assign(waiting.begin(), waiting.end());
  for (const auto& [name, v] : data.all())
    kept->data.emplace_back(kept->memory.text(name).text(), copy_of(v, kept->memory));
  return kept;
}

} // namespace troupe
