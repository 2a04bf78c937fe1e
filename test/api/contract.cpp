#include "api/contract.hpp"

#include <boost/json/serialize.hpp>

#include <cstdlib>
#include <limits>
#include <regex>
#include <set>

namespace troupe::test {

namespace {

expectation simple(std::string wanted, std::function<bool(const value&)> holds) {
  return [wanted = std::move(wanted), holds = std::move(holds)](const value& found, const std::string& where,
                                                                differences& out) {
    if (!holds(found))
      out.push_back(where + ": " + boost::json::serialize(found) + " is not " + wanted);
  };
}

std::string text_of(const value& v) {
  return v.is_string() ? std::string(v.as_string()) : boost::json::serialize(v);
}

std::string key_of(const value& row, const std::vector<std::string>& names) {
  std::string out;
  const object* o = row.if_object();
  for (const auto& name : names)
    if (const value* member = o != nullptr ? o->if_contains(name) : nullptr)
      out += (out.empty() ? "" : " ") + text_of(*member);
  return out;
}

} // namespace

expectation exactly(value exact) {
  const auto wanted = boost::json::serialize(exact);
  return simple(
      wanted, [exact = std::move(exact)](const value& v) { return v.kind() == exact.kind() && v == exact; });
}

expectation within(std::int64_t low, std::int64_t high) {
  return simple("from " + std::to_string(low) + " to " + std::to_string(high), [=](const value& v) {
    const std::int64_t* i = v.if_int64();
    return i != nullptr && *i >= low && *i <= high;
  });
}

expectation at_least(std::int64_t low) { return within(low, std::numeric_limits<std::int64_t>::max()); }

expectation number_within(double low, double high) {
  return simple("a number from " + std::to_string(low) + " to " + std::to_string(high), [=](const value& v) {
    boost::json::error_code none;
    const double number = v.is_number() ? v.to_number<double>(none) : low - 1;
    return number >= low && number <= high;
  });
}

expectation like(const std::string& pattern) {
  return simple("like " + pattern, [whole = std::regex(pattern)](const value& v) {
    return v.is_string() && std::regex_match(v.as_string().c_str(), whole);
  });
}

expectation number_text(double low, double high) {
  return simple("a text from " + std::to_string(low) + " to " + std::to_string(high), [=](const value& v) {
    if (!v.is_string())
      return false;
    char* end = nullptr;
    const double number = std::strtod(v.as_string().c_str(), &end);
    return end != v.as_string().c_str() && number >= low && number <= high;
  });
}

expectation time_within(std::int64_t low, std::int64_t high) {
  return simple("a local time from " + std::to_string(low) + " to " + std::to_string(high),
                [=](const value& v) {
                  const auto at = v.is_string() ? parse_time(v.as_string().c_str()) : -1;
                  return at >= low && at <= high;
                });
}

expectation containing(fields some) {
  return [some = std::move(some)](const value& found, const std::string& where, differences& out) {
    const object* o = found.if_object();
    if (o == nullptr)
      return out.push_back(where + ": " + boost::json::serialize(found) + " is no object");
    for (const auto& [name, what] : some)
      if (const value* member = o->if_contains(name))
        what(*member, where + '.' + name, out);
      else
        out.push_back(where + " has no " + name);
  };
}

expectation members(fields all) {
  std::set<std::string> known;
  for (const field& f : all)
    known.insert(f.name);
  return [known, some = containing(std::move(all))](const value& found, const std::string& where,
                                                    differences& out) {
    some(found, where, out);
    if (const object* o = found.if_object())
      for (const auto& member : *o)
        if (!known.contains(member.key()))
          out.push_back(where + " has an unknown " + std::string(member.key()));
  };
}

expectation each(expectation entry) {
  return [entry = std::move(entry)](const value& found, const std::string& where, differences& out) {
    if (!found.is_array() || found.as_array().empty())
      return out.push_back(where + ": " + boost::json::serialize(found) + " is no array with entries");
    for (std::size_t i = 0; i < found.as_array().size(); ++i)
      entry(found.as_array()[i], where + '[' + std::to_string(i) + ']', out);
  };
}

expectation list(std::vector<expectation> entries) {
  return [entries = std::move(entries)](const value& found, const std::string& where, differences& out) {
    if (!found.is_array() || found.as_array().size() != entries.size())
      return out.push_back(where + ": " + boost::json::serialize(found) + " is no array with " +
                           std::to_string(entries.size()) + " entries");
    for (std::size_t i = 0; i < entries.size(); ++i)
      entries[i](found.as_array()[i], where + '[' + std::to_string(i) + ']', out);
  };
}

expectation rows(std::vector<std::string> names, std::map<std::string, fields> by_key) {
  return [names = std::move(names), by_key = std::move(by_key)](const value& found, const std::string& where,
                                                                differences& out) {
    if (!found.is_array())
      return out.push_back(where + ": " + boost::json::serialize(found) + " is no array");
    std::set<std::string> seen;
    for (const value& row : found.as_array()) {
      const auto key = key_of(row, names);
      const auto wanted = by_key.find(key);
      if (wanted == by_key.end() || !seen.insert(key).second)
        out.push_back(where + " has another row " + boost::json::serialize(row));
      else
        members(wanted->second)(row, where + '[' + key + ']', out);
    }
    for (const auto& [key, unused] : by_key)
      if (!seen.contains(key))
        out.push_back(where + " has no row " + key);
  };
}

expectation single_members(fields all) {
  return [all = members(std::move(all))](const value& found, const std::string& where, differences& out) {
    if (!found.is_array())
      return out.push_back(where + ": " + boost::json::serialize(found) + " is no array");
    object together;
    for (const value& entry : found.as_array()) {
      if (!entry.is_object() || entry.as_object().size() != 1)
        return out.push_back(where + ": " + boost::json::serialize(entry) + " has not one member");
      together[entry.as_object().begin()->key()] = entry.as_object().begin()->value();
    }
    all(together, where, out);
  };
}

promise gives(std::string path, expectation data, expectation meta) {
  return {
      .method = "GET", .path = std::move(path), .body = "", .data = std::move(data), .meta = std::move(meta)};
}

promise refuses(std::string method, std::string path, int code, std::string body, int status) {
  return {.method = std::move(method),
          .path = std::move(path),
          .body = std::move(body),
          .status = status,
          .code = code};
}

promise done(std::string method, std::string path, std::string body, std::function<bool()> effect) {
  return {.method = std::move(method),
          .path = std::move(path),
          .body = std::move(body),
          .effect = std::move(effect)};
}

expectation whole_page(std::int64_t count) {
  return members({{"page", is(1)}, {"limit", is(10'000)}, {"count", is(count)}, {"hasnext", is(false)}});
}

differences broken(served_broker& broker, const promise& p) {
  const reply r = broker.call(p.method, p.path, p.body);
  const std::string where = p.method + ' ' + p.path;
  differences out;
  if (r.status != p.status)
    out.push_back(where + ": status " + std::to_string(r.status) + ", not " + std::to_string(p.status));
  if (r.content_type != "application/json")
    out.push_back(where + ": content type " + r.content_type);
  fields all{{"code", is(p.code)}};
  if (p.code != 0)
    all.push_back({"message", like(".+")});
  if (p.data)
    all.push_back({"data", p.data});
  if (p.meta)
    all.push_back({"meta", p.meta});
  all.insert(all.end(), p.others.begin(), p.others.end());
  members(std::move(all))(r.body, where, out);
  if (out.empty() && p.effect && !eventually(p.effect))
    out.push_back(where + " has not the effect that it promises");
  return out;
}

} // namespace troupe::test
