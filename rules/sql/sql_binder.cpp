#include "sql_binder.hpp"

#include "function.hpp"
#include "troupe/rules/event.hpp"

#include <algorithm>

namespace troupe::rules {

namespace {

struct scope {
  std::vector<std::string_view> names;
  std::vector<std::size_t> slots;

  std::optional<std::size_t> find(std::string_view name) const {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end())
      return {};
    return slots[static_cast<std::size_t>(found - names.begin())];
  }

  void add(std::string_view name, std::size_t slot) {
    names.push_back(name);
    slots.push_back(slot);
  }
};

std::string_view word_for(operation what) {
  switch (what) {
    case operation::constant: return "const";
    case operation::list:
    case operation::range: return "list";
    case operation::choose:
    case operation::choose_value: return "case";
    default: return "op";
  }
}

class binder {
public:
  binder(binding& to, std::deque<std::string>& made) : to_(to), made_(made) {}

  void bind_fields(std::vector<field>& fields, scope& seen, projection& p) {
    p.targets.resize(fields.size());
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (fields[i].star)
        p.star = true;
      else
        bind_field(fields[i], seen, p, p.targets[i]);
    }
    p.alias_names = seen.names;
    p.alias_slots = seen.slots;
  }

  void bind_expression(expression& e, const scope& seen) {
    if (e.what == operation::column) {
      e.found = resolve(e.column.root, seen);
      bind_steps(e.column, seen);
    }
    for (auto& operand : e.operands)
      bind_expression(operand, seen);
  }

  std::size_t new_slot() { return to_.slots++; }

private:
  static reference resolve(std::string_view name, const scope& seen) {
    if (const auto slot = seen.find(name))
      return {reference::kind::alias, *slot};
    if (const auto c = find_column(name))
      return {reference::kind::event, static_cast<std::size_t>(*c)};
    return {reference::kind::other, 0};
  }

  static void bind_steps(path& p, const scope& seen) {
    for (auto& step : p.steps)
      if (step.what == path_step::kind::variable)
        step.found = resolve(step.name, seen);
  }

  void bind_field(field& f, scope& seen, projection& p, target& t) {
    bind_expression(f.what, seen);
    t.hides = f.alias.has_value() || f.what.what != operation::column;
    t.name = f.alias ? *f.alias : own_name(f);
    bind_steps(t.name, seen);
    if (t.hides) {
      t.before = resolve(t.name.root, seen);
      auto slot = seen.find(t.name.root);
      if (!slot) {
        slot = new_slot();
        seen.add(t.name.root, *slot);
      }
      t.alias = *slot;
    }
    const auto known = std::find(p.output_names.begin(), p.output_names.end(), t.name.root);
    t.output = static_cast<std::size_t>(known - p.output_names.begin());
    if (known == p.output_names.end())
      p.output_names.push_back(t.name.root);
  }

  // A column keeps its path, a string is its own name, and the rest gets one that nobody writes by chance.
  path own_name(const field& f) {
    if (f.what.what == operation::column) {
      auto name = f.what.column;
      if (!name.steps.empty() && name.steps.back().what == path_step::kind::slice)
        name.steps.pop_back();
      return name;
    }
    if (f.what.what == operation::constant && f.what.constant.is(value::kind::text))
      return {f.what.constant.text(), {}};
    const auto word = f.what.what == operation::call ? f.what.callee->name : word_for(f.what.what);
    return {made_.emplace_back(
                std::string{"_v_"}.append(word).append("_").append(std::to_string(made_.size() + 1))),
            {}};
  }

  binding& to_;
  std::deque<std::string>& made_;
};

} // namespace

binding bind(statement& s, std::deque<std::string>& made) {
  binding result;
  binder b{result, made};
  scope seen;
  b.bind_fields(s.fields, seen, result.fields);
  if (s.condition)
    b.bind_expression(*s.condition, seen);
  if (!s.foreach)
    return result;
  const auto& last = s.fields.back();
  result.item = last.alias ? last.alias->root : std::string_view{"item"};
  result.item_slot = b.new_slot();
  scope inside;
  inside.add(result.item, result.item_slot);
  if (s.in_case)
    b.bind_expression(*s.in_case, inside);
  b.bind_fields(s.each, inside, result.each);
  return result;
}

} // namespace troupe::rules
