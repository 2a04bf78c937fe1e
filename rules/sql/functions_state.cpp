// Functions that remember.
#include "function.hpp"

#include <optional>

namespace troupe::rules {

namespace {

// Keys of all kinds: 1 is another key than '1'.
std::string key_of(evaluation& e, value v) {
  std::string out;
  append_json(out, v);
  e.charge(out.size());
  return out;
}

value done(evaluation& e, bool put) { return put ? value{true} : e.fail("too much is remembered already"); }

value found_or(evaluation& e, const std::optional<boost::json::value>& found, value otherwise) {
  if (!found)
    return otherwise;
  auto& kept = e.memory().new_list(); // it may change while this message is looked at
  kept.push_back(*found);
  return value::of(kept.front());
}

value kv_put(evaluation& e, arguments a) {
  return done(e, e.node_store().put(key_of(e, a[0]), e.memory().json(a[1])));
}

value kv_get(evaluation& e, arguments a) {
  return found_or(e, e.node_store().get(key_of(e, a[0])), a.size() > 1 ? a[1] : value{});
}

value kv_del(evaluation& e, arguments a) {
  e.node_store().erase(key_of(e, a[0]));
  return value{true};
}

value dict_put(evaluation& e, arguments a) {
  return done(e, e.connections().put(e.source().connection(), key_of(e, a[0]), e.memory().json(a[1])));
}

value dict_get(evaluation& e, arguments a) {
  return found_or(e, e.connections().get(e.source().connection(), key_of(e, a[0])), {});
}

value dict_del(evaluation& e, arguments a) {
  e.connections().erase(e.source().connection(), key_of(e, a[0]));
  return value{true};
}

constexpr function table[] = {
    {"kv_store_put", 2, 2, kv_put, "Remembers a value for all rules of the node, until it ends",
     "kv_store_put('k', 1)", "true"},
    {"kv_store_get", 1, 2, kv_get, "What is remembered of that name, or else the second argument",
     "kv_store_get('none', 0)", "0"},
    {"kv_store_del", 1, 1, kv_del, "Forgets it", "kv_store_del('k')", "true"},
    {"proc_dict_put", 2, 2, dict_put, "Remembers a value for the client's connection, until that ends",
     "proc_dict_put('k', 1)", "true"},
    {"proc_dict_get", 1, 1, dict_get, "What is remembered of that name for the client's connection",
     "proc_dict_get('none')", "\"undefined\""},
    {"proc_dict_del", 1, 1, dict_del, "Forgets it", "proc_dict_del('k')", "true"},
};

} // namespace

std::span<const function> state_functions() noexcept { return table; }

} // namespace troupe::rules
