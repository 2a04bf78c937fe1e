// Paths through values (reference/rule-engine.md section 3): reading where one leads, and putting a value
// there.
#include "evaluation.hpp"

#include <boost/json/array.hpp>
#include <boost/json/error.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <cmath>

namespace troupe::rules {

namespace json = boost::json;

namespace {

using kind = value::kind;

constexpr std::size_t deepest_json = 128;
constexpr std::size_t units_of_copy = 4; // of a member

json::string_view view(std::string_view s) { return {s.data(), s.size()}; }

// From 1 on, or from the end with -1. Before the first: 0 or less.
std::int64_t place_in(std::size_t size, std::int64_t index) {
  const auto n = static_cast<std::int64_t>(size);
  return index < 0 ? n + 1 + std::max(index, -n - 1) : index;
}

value element(const json::array& list, std::int64_t index) {
  const auto place = place_in(list.size(), index);
  if (place < 1 || place > static_cast<std::int64_t>(list.size()))
    return {};
  return value::of(list[static_cast<std::size_t>(place - 1)]);
}

} // namespace

namespace {

// 1e400 is none: nothing here could write it again.
bool has_infinity(const json::value& v) {
  if (const auto* number = v.if_double())
    return !std::isfinite(*number);
  if (const auto* list = v.if_array())
    return std::any_of(list->begin(), list->end(), has_infinity);
  const auto* map = v.if_object();
  return map != nullptr && std::any_of(map->begin(), map->end(),
                                       [](const auto& member) { return has_infinity(member.value()); });
}

value parse(std::string_view text, arena& memory) {
  json::parse_options options;
  options.max_depth = deepest_json;
  json::error_code failed;
  auto parsed = json::parse(view(text), failed, memory.storage(), options);
  if (failed || has_infinity(parsed))
    return {};
  // It lives in the arena like all that it holds.
  auto* kept =
      new (memory.allocate(sizeof(json::value), alignof(json::value))) json::value(std::move(parsed));
  return value::of(*kept);
}

} // namespace

value decode_json(std::string_view text, arena& memory) {
  if (const auto* known = memory.find_decoded(text))
    return *known;
  const auto v = parse(text, memory);
  memory.keep_decoded(text, v);
  return v;
}

value evaluation::decoded(std::string_view text) {
  charge(text.size());
  return decode_json(text, memory());
}

value evaluation::decoded_payload() {
  if (!payload_) {
    const auto raw = of_event(column::payload);
    payload_ = raw.is(kind::text) ? decoded(raw.text()) : raw;
  }
  if (payload_->is(kind::undefined))
    return fail("the payload is no JSON");
  return *payload_;
}

value evaluation::step_into(value v, const path_step& step, std::optional<value> payload) {
  if (v.is(kind::text))
    v = decoded(v.text());
  switch (step.what) {
    case path_step::kind::key:
      if (v.is(kind::map))
        if (const auto* member = v.map().if_contains(view(step.name)))
          return value::of(*member);
      return {};
    case path_step::kind::index: return v.is(kind::list) ? element(v.list(), step.first) : value{};
    case path_step::kind::variable: {
      path_step key;
      key.name = step.name;
      const auto index = payload ? step_into(*payload, key, {}) : look_up(step.found, step.name);
      return v.is(kind::list) && index.is(kind::integer) ? element(v.list(), index.integer()) : value{};
    }
    case path_step::kind::slice: break;
  }
  return slice(v, step);
}

value evaluation::slice(value v, const path_step& step) {
  if (!v.is(kind::list))
    return fail(std::string{to_string(v.what())} + " has no slice");
  const auto& list = v.list();
  const auto size = static_cast<std::int64_t>(list.size());
  const auto first = place_in(list.size(), step.first);
  const auto last = std::min(place_in(list.size(), step.last), size);
  if (first < 1 || (first <= size && last < first - 1))
    return fail("the slice is not within the list");
  auto& part = memory().new_list();
  charge(static_cast<std::size_t>(std::max<std::int64_t>(last - first + 1, 0)));
  for (auto i = first; i <= last; ++i)
    part.push_back(list[static_cast<std::size_t>(i - 1)]);
  return value{part};
}

value evaluation::follow(value from, const std::vector<path_step>& steps, bool payload) {
  const auto start = payload ? std::optional{from} : std::nullopt;
  for (const auto& step : steps) {
    from = step_into(from, step, start);
    if (failed_)
      return {};
  }
  return from;
}

// -- putting ----------------------------------------------------------------------------------------------

value evaluation::put(value base, const path_step* step, const path_step* end, value v) {
  if (step == end)
    return v;
  if (base.is(kind::text))
    base = decoded(base.text());
  if (step->what != path_step::kind::key)
    return put_index(base, step, end, v);
  auto& map = memory().new_map();
  value old;
  if (base.is(kind::map)) {
    charge(units_of_copy * base.map().size());
    map = base.map();
    if (const auto* member = base.map().if_contains(view(step->name)))
      old = value::of(*member);
  }
  const auto inner = put(old, step + 1, end, v);
  map.insert_or_assign(view(step->name), memory().json(inner));
  return value{map};
}

// [0] is before the first element, [-0] behind the last one; where there is no element, nothing changes.
value evaluation::put_index(value base, const path_step* step, const path_step* end, value v) {
  auto index = step->first;
  if (step->what == path_step::kind::variable) {
    const auto found = look_up(step->found, step->name);
    if (!found.is(kind::integer))
      return fail(std::string{to_string(found.what())} + " is no index");
    index = found.integer();
  }
  auto& list = memory().new_list();
  if (!base.is(kind::list)) {
    list.push_back(memory().json(put({}, step + 1, end, v)));
    return value{list};
  }
  charge(units_of_copy * base.list().size());
  list = base.list();
  if (index == 0) {
    const auto added = memory().json(put({}, step + 1, end, v));
    list.insert(step->from_end ? list.end() : list.begin(), added);
    return value{list};
  }
  const auto place = place_in(list.size(), index);
  if (place < 1 || place > static_cast<std::int64_t>(list.size()))
    return value{list};
  auto& here = list[static_cast<std::size_t>(place - 1)];
  const auto old = value::of(base.list()[static_cast<std::size_t>(place - 1)]);
  here = memory().json(put(old, step + 1, end, v));
  return value{list};
}

} // namespace troupe::rules
