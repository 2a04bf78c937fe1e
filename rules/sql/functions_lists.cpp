// Functions on lists and objects.
#include "function.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>

namespace troupe::rules {

namespace json = boost::json;

namespace {

using kind = value::kind;

constexpr std::size_t units_of_comparison = 4;

value nth_of(evaluation& e, arguments a) {
  if (!a[0].is(kind::integer) || !a[1].is(kind::list))
    return wrong(e, "an integer and a list", a[0].is(kind::integer) ? a[1] : a[0]);
  const auto n = a[0].integer();
  if (n < 1 || static_cast<std::uint64_t>(n) > a[1].list().size())
    return e.fail("the list has no element " + std::to_string(n));
  return value::of(a[1].list()[static_cast<std::size_t>(n - 1)]);
}

value length_of(evaluation& e, arguments a) {
  return a[0].is(kind::list) ? value{static_cast<std::int64_t>(a[0].list().size())}
                             : wrong(e, "a list", a[0]);
}

value sublist_of(evaluation& e, arguments a) {
  for (const auto& v : a.first(a.size() - 1))
    if (!v.is(kind::integer))
      return wrong(e, "an integer", v);
  if (!a.back().is(kind::list))
    return wrong(e, "a list", a.back());
  const auto& list = a.back().list();
  const auto start = a.size() == 3 ? a[0].integer() : 1;
  const auto length = a[a.size() - 2].integer();
  if (start < 1 || length < 0)
    return e.fail("the list has no such part");
  auto& part = e.memory().new_list();
  const auto skipped = std::min<std::uint64_t>(static_cast<std::uint64_t>(start - 1), list.size());
  const auto first = list.begin() + static_cast<std::ptrdiff_t>(skipped);
  const auto count = std::min<std::int64_t>(length, list.end() - first);
  e.charge(static_cast<std::size_t>(count));
  part.reserve(static_cast<std::size_t>(count));
  for (auto i = first; i != first + count; ++i) // insert() of Boost 1.81 would not use the memory of `part`
    part.push_back(*i);
  return value{part};
}

value first_of(evaluation& e, arguments a) {
  if (!a[0].is(kind::list))
    return wrong(e, "a list", a[0]);
  return a[0].list().empty() ? e.fail("the list is empty") : value::of(a[0].list().front());
}

value last_of(evaluation& e, arguments a) {
  if (!a[0].is(kind::list))
    return wrong(e, "a list", a[0]);
  return a[0].list().empty() ? e.fail("the list is empty") : value::of(a[0].list().back());
}

value contains_of(evaluation& e, arguments a) {
  if (!a[1].is(kind::list))
    return wrong(e, "a list", a[1]);
  const auto& list = a[1].list();
  const auto found =
      std::find_if(list.begin(), list.end(), [&](const auto& v) { return e.same(a[0], value::of(v)); });
  e.charge(units_of_comparison * static_cast<std::size_t>(found - list.begin()));
  return value{found != list.end()};
}

// -- objects ----------------------------------------------------------------------------------------------

// The steps of a dotted path, or one that is the whole text.
std::vector<path_step> steps_of(std::string_view text, bool dotted) {
  std::vector<path_step> steps;
  for (;;) {
    const auto dot = dotted ? text.find('.') : std::string_view::npos;
    path_step step;
    step.name = text.substr(0, dot);
    steps.push_back(std::move(step));
    if (dot == std::string_view::npos)
      return steps;
    text.remove_prefix(dot + 1);
  }
}

value get(evaluation& e, arguments a, bool dotted) {
  if (!a[0].is(kind::text))
    return wrong(e, "a string", a[0]);
  const auto map = a[1].is(kind::text) ? e.decoded(a[1].text()) : a[1];
  if (!map.is(kind::map))
    return wrong(e, "an object or its JSON", a[1]);
  e.charge(a[0].text().size());
  const auto found = e.follow(map, steps_of(a[0].text(), dotted), false);
  return found.is(kind::undefined) && a.size() == 3 ? a[2] : found;
}

value put(evaluation& e, arguments a, bool dotted) {
  if (!a[0].is(kind::text))
    return wrong(e, "a string", a[0]);
  const auto map = a[2].is(kind::text) ? e.decoded(a[2].text()) : a[2];
  if (!map.is(kind::map))
    return wrong(e, "an object or its JSON", a[2]);
  e.charge(a[0].text().size());
  const auto steps = steps_of(a[0].text(), dotted);
  if (steps.size() > most_levels)
    return e.fail("the path has more than " + std::to_string(most_levels) + " levels");
  return e.put(map, steps.data(), steps.data() + steps.size(), a[1]);
}

value map_get_of(evaluation& e, arguments a) { return get(e, a, true); }
value mget_of(evaluation& e, arguments a) { return get(e, a, false); }
value map_put_of(evaluation& e, arguments a) { return put(e, a, true); }
value mput_of(evaluation& e, arguments a) { return put(e, a, false); }
value map_new_of(evaluation& e, arguments /*a*/) { return value{e.memory().new_map()}; }

constexpr function table[] = {
    {"nth", 2, 2, nth_of, "The n-th element of a list, from 1 on", "nth(2, [10, 20, 30])", "20"},
    {"length", 1, 1, length_of, "How many elements a list has", "length([10, 20, 30])", "3"},
    {"sublist", 2, 3, sublist_of, "So many elements of a list, from its first or the given one on",
     "sublist(2, 2, [10, 20, 30])", "[20,30]"},
    {"first", 1, 1, first_of, "The first element of a list", "first([10, 20, 30])", "10"},
    {"last", 1, 1, last_of, "The last element of a list", "last([10, 20, 30])", "30"},
    {"contains", 2, 2, contains_of, "Whether a value is in a list", "contains('30', [10, 20, 30])", "false"},
    {"map_get", 2, 3, map_get_of, "The value at a path of an object, or the given one where there is none",
     "map_get('k.j', payload)", "1"},
    {"map_put", 3, 3, map_put_of, "An object with a value put at a path", "map_put('a.b', 1, map_new())",
     R"({"a":{"b":1}})"},
    {"map_new", 0, 0, map_new_of, "An empty object", "map_new()", "{}"},
    {"mget", 2, 3, mget_of, "The value of a key of an object, or the given one where there is none",
     "mget('k.j', payload, 'none')", "\"none\""},
    {"mput", 3, 3, mput_of, "An object with a value put at a key", "mput('a.b', 1, map_new())",
     R"({"a.b":1})"},
};

} // namespace

std::span<const function> list_functions() noexcept { return table; }

} // namespace troupe::rules
