#include "action_instance.hpp"

#include "rule_check.hpp"

#include <algorithm>
#include <exception>

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

instance_ptr make_instance(const rules::action_definition& d, const rules::action_surroundings& around) {
  auto out = std::make_shared<action_instance>();
  out->id = d.id;
  out->uses = resource_used_by(d, around.resources);
  out->what = make_action(d, around);
  for (const auto& f : d.fallbacks)
    out->fallbacks.push_back(make_instance(f, around));
  return out;
}

bool run_guarded(rules::action& a, const rules::row& data, rules::occasion& o) {
  try {
    return a.run(data, o);
  } catch (const rules::arena_full&) {
    o.error = "it needs too much memory";
  } catch (const std::exception& e) {
    o.error = e.what();
  }
  return false;
}

bool same_resources(const action_instance& a, const action_instance& b) {
  return a.uses == b.uses &&
         std::equal(a.fallbacks.begin(), a.fallbacks.end(), b.fallbacks.begin(), b.fallbacks.end(),
                    [](const auto& x, const auto& y) { return same_resources(*x, *y); });
}

void share_figures(action_instance& to, const action_instance& from) {
  to.tally = from.tally;
  for (std::size_t i = 0; i < std::min(to.fallbacks.size(), from.fallbacks.size()); ++i)
    share_figures(*to.fallbacks[i], *from.fallbacks[i]);
}

void add_figures(const action_instance& a, std::vector<action_figures>& to) {
  to.push_back({a.id, a.tally->success, a.tally->failed});
  for (const auto& f : a.fallbacks)
    add_figures(*f, to);
}

void reset_figures(const action_instance& a) {
  *a.tally = {};
  for (const auto& f : a.fallbacks)
    reset_figures(*f);
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
