#include "erlang_terms.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>
#include <vector>

namespace troupe::rules {

namespace json = boost::json;

namespace {

constexpr char version = '\x83';
constexpr std::size_t deepest = 128;
constexpr std::size_t longest_string = 65535;

// The tags of the format.
enum tag : unsigned char {
  new_float = 70,
  small_integer = 97,
  integer = 98,
  atom = 100,
  nil = 106,
  string = 107,
  list = 108,
  binary = 109,
  small_big = 110,
  map = 116,
  atom_utf8 = 118,
  small_atom_utf8 = 119,
};

// -- encoding -----------------------------------------------------------------------------------------------

void put(std::string& out, std::uint64_t v, int bytes) {
  for (int i = bytes - 1; i >= 0; --i)
    out += static_cast<char>(v >> (8 * i));
}

void put_tag(std::string& out, tag t) { out += static_cast<char>(t); }

void put_atom(std::string& out, std::string_view name) {
  put_tag(out, atom);
  put(out, name.size(), 2);
  out += name;
}

void put_binary(std::string& out, std::string_view bytes) {
  put_tag(out, binary);
  put(out, bytes.size(), 4);
  out += bytes;
}

void put_big(std::string& out, std::int64_t v) {
  auto magnitude = v < 0 ? ~static_cast<std::uint64_t>(v) + 1 : static_cast<std::uint64_t>(v);
  std::string digits;
  for (; magnitude != 0; magnitude >>= 8)
    digits += static_cast<char>(magnitude);
  put_tag(out, small_big);
  put(out, digits.size(), 1);
  put(out, v < 0 ? 1 : 0, 1);
  out += digits;
}

void put_integer(std::string& out, std::int64_t v) {
  if (v >= 0 && v <= 255) {
    put_tag(out, small_integer);
    put(out, static_cast<std::uint64_t>(v), 1);
  } else if (v >= INT32_MIN && v <= INT32_MAX) {
    put_tag(out, integer);
    put(out, static_cast<std::uint32_t>(v), 4);
  } else {
    put_big(out, v);
  }
}

void put_value(std::string& out, value v);

bool all_bytes(const json::array& a) {
  return a.size() <= longest_string && std::all_of(a.begin(), a.end(), [](const json::value& e) {
           return e.is_int64() && e.get_int64() >= 0 && e.get_int64() <= 255;
         });
}

void put_list(std::string& out, const json::array& a) {
  if (a.empty())
    return put_tag(out, nil);
  if (all_bytes(a)) {
    put_tag(out, string);
    put(out, a.size(), 2);
    for (const auto& e : a)
      out += static_cast<char>(e.get_int64());
    return;
  }
  put_tag(out, list);
  put(out, a.size(), 4);
  for (const auto& e : a)
    put_value(out, value::of(e));
  put_tag(out, nil);
}

void put_map(std::string& out, const json::object& o) {
  std::vector<std::pair<std::string_view, const json::value*>> members;
  for (const auto& m : o)
    members.emplace_back(std::string_view{m.key().data(), m.key().size()}, &m.value());
  std::sort(members.begin(), members.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  put_tag(out, map);
  put(out, members.size(), 4);
  for (const auto& [key, v] : members) {
    put_binary(out, key);
    put_value(out, value::of(*v));
  }
}

void put_value(std::string& out, value v) {
  switch (v.what()) {
    case value::kind::undefined: return put_atom(out, "undefined");
    case value::kind::null: return put_atom(out, "null");
    case value::kind::boolean: return put_atom(out, v.boolean() ? "true" : "false");
    case value::kind::integer: return put_integer(out, v.integer());
    case value::kind::real:
      put_tag(out, new_float);
      return put(out, std::bit_cast<std::uint64_t>(v.real()), 8);
    case value::kind::text: return put_binary(out, v.text());
    case value::kind::list: return put_list(out, v.list());
    case value::kind::map: return put_map(out, v.map());
  }
}

// -- decoding -----------------------------------------------------------------------------------------------

class reader {
public:
  reader(std::string_view bytes, json::storage_ptr memory) : left_(bytes), memory_(std::move(memory)) {}

  bool done() const noexcept { return left_.empty(); }

  std::optional<json::value> term(std::size_t depth) {
    const auto t = number(1);
    if (!t || depth > deepest)
      return {};
    switch (*t) {
      case small_integer: return whole(number(1));
      case integer: return signed_whole(number(4));
      case new_float: return real(number(8));
      case small_big: return big();
      case atom:
      case atom_utf8: return word(bytes(number(2)));
      case small_atom_utf8: return word(bytes(number(1)));
      case binary: return text(bytes(number(4)));
      case string: return codes(bytes(number(2)));
      case nil: return json::value(json::array(memory_));
      case list: return elements(depth);
      case map: return members(depth);
      default: return {};
    }
  }

private:
  using found = std::optional<json::value>;

  std::optional<std::uint64_t> number(std::size_t size) {
    if (left_.size() < size)
      return {};
    std::uint64_t v = 0;
    for (const char c : left_.substr(0, size))
      v = v << 8 | static_cast<unsigned char>(c);
    left_.remove_prefix(size);
    return v;
  }

  std::optional<std::string_view> bytes(std::optional<std::uint64_t> size) {
    if (!size || left_.size() < *size)
      return {};
    const auto out = left_.substr(0, *size);
    left_.remove_prefix(*size);
    return out;
  }

  found whole(std::optional<std::uint64_t> v) const {
    return v ? found{json::value(static_cast<std::int64_t>(*v), memory_)} : found{};
  }

  found signed_whole(std::optional<std::uint64_t> v) const {
    return v ? found{json::value(std::int64_t{static_cast<std::int32_t>(*v)}, memory_)} : found{};
  }

  found real(std::optional<std::uint64_t> v) const {
    const auto number = v ? std::bit_cast<double>(*v) : NAN; // which is no term
    return std::isfinite(number) ? found{json::value(number, memory_)} : found{};
  }

  found text(std::optional<std::string_view> s) const {
    return s ? found{json::value(json::string(json::string_view{s->data(), s->size()}, memory_))} : found{};
  }

  found word(std::optional<std::string_view> name) const {
    if (name == "true" || name == "false")
      return json::value(name == "true", memory_);
    if (name == "null")
      return json::value(nullptr, memory_);
    return name == "undefined" ? text(name) : found{};
  }

  found big() {
    const auto size = number(1), negative = number(1);
    const auto digits = negative ? bytes(size) : std::nullopt;
    if (!digits || digits->size() > 8)
      return {};
    std::uint64_t magnitude = 0;
    for (auto i = digits->rbegin(); i != digits->rend(); ++i)
      magnitude = magnitude << 8 | static_cast<unsigned char>(*i);
    constexpr auto limit = std::uint64_t{1} << 63;
    if (magnitude > limit || (magnitude == limit && *negative == 0))
      return {};
    return json::value(static_cast<std::int64_t>(*negative != 0 ? ~magnitude + 1 : magnitude), memory_);
  }

  found codes(std::optional<std::string_view> s) const {
    if (!s)
      return {};
    json::array out(memory_);
    for (const char c : *s)
      out.emplace_back(std::int64_t{static_cast<unsigned char>(c)});
    return json::value(std::move(out));
  }

  found elements(std::size_t depth) {
    const auto size = number(4);
    if (!size || *size > left_.size()) // each has a byte at least
      return {};
    json::array out(memory_);
    for (std::uint64_t i = 0; i < *size; ++i) {
      auto one = term(depth + 1);
      if (!one)
        return {};
      out.push_back(std::move(*one));
    }
    if (number(1) != std::uint64_t{nil})
      return {};
    return json::value(std::move(out));
  }

  found members(std::size_t depth) {
    const auto size = number(4);
    if (!size || *size > left_.size())
      return {};
    json::object out(memory_);
    for (std::uint64_t i = 0; i < *size; ++i) {
      const auto key = term(depth + 1);
      auto one = key && key->is_string() ? term(depth + 1) : found{};
      if (!one)
        return {};
      out.insert_or_assign(key->get_string(), std::move(*one));
    }
    return json::value(std::move(out));
  }

  std::string_view left_;
  json::storage_ptr memory_;
};

} // namespace

std::string encode_term(value v) {
  std::string out{version};
  put_value(out, v);
  return out;
}

std::optional<json::value> decode_term(std::string_view bytes, json::storage_ptr memory) {
  if (bytes.empty() || bytes.front() != version)
    return {};
  reader r{bytes.substr(1), std::move(memory)};
  auto out = r.term(0);
  return r.done() ? std::move(out) : std::nullopt;
}

} // namespace troupe::rules
