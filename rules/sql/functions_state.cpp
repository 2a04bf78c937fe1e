// Functions that remember.
#include "function.hpp"

namespace troupe::rules {

namespace {

// Keys of all kinds: 1 is another key than '1'.
std::string key_of(evaluation& e, value v) {
  std::string out;
  append_json(out, v);
  e.charge(out.size());
  return out;
}

value put_into(kv_store& store, evaluation& e, value key, value v) {
  if (!store.put(key_of(e, key), e.memory().json(v)))
    return e.fail("too much is remembered already");
  return value{true};
}

value get_from(const kv_store& store, evaluation& e, value key, value otherwise) {
  const auto found = store.get(key_of(e, key));
  if (!found)
    return otherwise;
  auto& kept = e.memory().new_list(); // it may change while this message is looked at
  kept.push_back(*found);
  return value::of(kept.front());
}

value erase_from(kv_store& store, evaluation& e, value key) {
  store.erase(key_of(e, key));
  return value{true};
}

value kv_put(evaluation& e, arguments a) { return put_into(e.node_store(), e, a[0], a[1]); }
value kv_get(evaluation& e, arguments a) {
  return get_from(e.node_store(), e, a[0], a.size() > 1 ? a[1] : value{});
}
value kv_del(evaluation& e, arguments a) { return erase_from(e.node_store(), e, a[0]); }

value own_put(evaluation& e, arguments a) { return put_into(e.own_store(), e, a[0], a[1]); }
value own_get(evaluation& e, arguments a) { return get_from(e.own_store(), e, a[0], {}); }
value own_del(evaluation& e, arguments a) { return erase_from(e.own_store(), e, a[0]); }

constexpr function table[] = {
    {"kv_store_put", 2, 2, kv_put, "Remembers a value for all rules of the node, until it ends",
     "kv_store_put('k', 1)", "true"},
    {"kv_store_get", 1, 2, kv_get, "What is remembered of that name, or else the second argument",
     "kv_store_get('none', 0)", "0"},
    {"kv_store_del", 1, 1, kv_del, "Forgets it", "kv_store_del('k')", "true"},
    {"proc_dict_put", 2, 2, own_put, "Remembers a value for this rule, until it changes or ends",
     "proc_dict_put('k', 1)", "true"},
    {"proc_dict_get", 1, 1, own_get, "What this rule remembers of that name", "proc_dict_get('none')",
     "\"undefined\""},
    {"proc_dict_del", 1, 1, own_del, "Forgets it", "proc_dict_del('k')", "true"},
};

} // namespace

std::span<const function> state_functions() noexcept { return table; }

} // namespace troupe::rules
