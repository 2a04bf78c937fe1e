// Functions on the bits of integers and of texts.
#include "function.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace troupe::rules {

namespace {

using kind = value::kind;

template <class F>
value on_integers(evaluation& e, arguments a, F f) {
  for (const auto& v : a)
    if (!v.is(kind::integer))
      return wrong(e, "an integer", v);
  return f(a[0].integer(), a.back().integer());
}

value bitand_of(evaluation& e, arguments a) {
  return on_integers(e, a, [](auto x, auto y) { return value{x & y}; });
}

value bitor_of(evaluation& e, arguments a) {
  return on_integers(e, a, [](auto x, auto y) { return value{x | y}; });
}

value bitxor_of(evaluation& e, arguments a) {
  return on_integers(e, a, [](auto x, auto y) { return value{x ^ y}; });
}

value bitnot_of(evaluation& e, arguments a) {
  return on_integers(e, a, [](auto x, auto) { return value{~x}; });
}

// Erlang's integers have no size: a shift to the left that loses bits is an error here.
value shift_left(evaluation& e, std::int64_t x, std::int64_t by) {
  if (x == 0)
    return value{x};
  const auto result = by < 63 ? static_cast<std::int64_t>(static_cast<std::uint64_t>(x) << by) : 0;
  if (by >= 63 || (result >> by) != x)
    return e.fail("the result is beyond 64 bits");
  return value{result};
}

value shift_right(std::int64_t x, std::int64_t by) { return value{x >> std::min<std::int64_t>(by, 63)}; }

// Of a negative number. The least one has none, and far fewer shift all bits away.
std::int64_t opposite(std::int64_t by) { return by == INT64_MIN ? INT64_MAX : -by; }

value bitsl_of(evaluation& e, arguments a) {
  return on_integers(
      e, a, [&](auto x, auto by) { return by < 0 ? shift_right(x, opposite(by)) : shift_left(e, x, by); });
}

value bitsr_of(evaluation& e, arguments a) {
  return on_integers(
      e, a, [&](auto x, auto by) { return by < 0 ? shift_left(e, x, opposite(by)) : shift_right(x, by); });
}

value bitsize_of(evaluation& e, arguments a) {
  return a[0].is(kind::text) ? value{static_cast<std::int64_t>(a[0].text().size() * 8)}
                             : wrong(e, "a string", a[0]);
}

// -- subbits ----------------------------------------------------------------------------------------------

enum class subbits_type : std::uint8_t { integer, real, bits };

struct subbits_form {
  subbits_type type = subbits_type::integer;
  bool is_signed = false;
  bool little = false;
};

bool read_word(std::string_view word, subbits_form& form) {
  if (word == "integer")
    form.type = subbits_type::integer;
  else if (word == "float")
    form.type = subbits_type::real;
  else if (word == "bits")
    form.type = subbits_type::bits;
  else if (word == "signed" || word == "unsigned")
    form.is_signed = word == "signed";
  else if (word == "little" || word == "big")
    form.little = word == "little";
  else
    return false;
  return true;
}

bool bit_at(std::string_view s, std::size_t i) {
  return ((static_cast<unsigned char>(s[i / 8]) >> (7 - i % 8)) & 1) != 0;
}

// The bits as bytes, the last of which may be short: its bits are its lowest ones, as in Erlang's integers.
std::string bytes_of(std::string_view s, std::size_t first, std::size_t count) {
  std::string out((count + 7) / 8, '\0');
  for (std::size_t i = 0; i < count; ++i) {
    auto& byte = out[i / 8];
    byte = static_cast<char>((static_cast<unsigned char>(byte) << 1) | (bit_at(s, first + i) ? 1 : 0));
  }
  return out;
}

value to_integer(evaluation& e, std::string_view bytes, std::size_t count, const subbits_form& form) {
  if (count > 64 || (count == 64 && !form.is_signed &&
                     static_cast<unsigned char>(form.little ? bytes.back() : bytes.front()) > 127))
    return e.fail("the result is beyond 64 bits");
  std::uint64_t result = 0;
  const std::size_t last = count % 8 == 0 ? 8 : count % 8; // bits of the last byte
  std::size_t shift = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const std::size_t width = i + 1 == bytes.size() ? last : 8;
    const std::uint64_t byte = static_cast<unsigned char>(bytes[i]);
    result = form.little ? result | (byte << shift) : (width == 64 ? byte : (result << width) | byte);
    shift += width;
  }
  if (form.is_signed && count > 0 && count < 64 && ((result >> (count - 1)) & 1) != 0)
    result |= ~std::uint64_t{0} << count;
  return value{static_cast<std::int64_t>(result)};
}

template <class Float, class Bits>
value to_float(evaluation& e, std::string bytes, bool little) {
  if (little)
    std::reverse(bytes.begin(), bytes.end());
  Bits bits = 0;
  for (const char c : bytes)
    bits = static_cast<Bits>((bits << 8) | static_cast<unsigned char>(c));
  const auto result = static_cast<double>(std::bit_cast<Float>(bits));
  return std::isfinite(result) ? value{result} : e.fail("these bits are no number"); // nor are they to Erlang
}

value subbits(evaluation& e, std::string_view s, std::int64_t start, std::int64_t length,
              const subbits_form& form) {
  if (start < 1 || length < 0)
    return e.fail("bits are counted from 1, and their number is not negative");
  const auto first = static_cast<std::size_t>(start - 1);
  if (first >= s.size() * 8)
    return {};
  const auto count = std::min(static_cast<std::size_t>(length), s.size() * 8 - first);
  e.charge(count / 2);
  auto bytes = bytes_of(s, first, count);
  switch (form.type) {
    case subbits_type::integer: return to_integer(e, bytes, count, form);
    case subbits_type::bits: return e.memory().text(bytes);
    case subbits_type::real: break;
  }
  if (count == 64)
    return to_float<double, std::uint64_t>(e, std::move(bytes), form.little);
  if (count == 32)
    return to_float<float, std::uint32_t>(e, std::move(bytes), form.little);
  return e.fail("a float has 32 or 64 bits");
}

value subbits_of(evaluation& e, arguments a) {
  if (!a[0].is(kind::text))
    return wrong(e, "a string", a[0]);
  for (const auto& v : a.subspan(1, std::min<std::size_t>(a.size() - 1, 2)))
    if (!v.is(kind::integer))
      return wrong(e, "an integer", v);
  if (a.size() == 2)
    return subbits(e, a[0].text(), 1, a[1].integer(), {});
  subbits_form form;
  for (const auto& v : a.subspan(3))
    if (!v.is(kind::text) || !read_word(v.text(), form))
      return e.fail("expected integer, float or bits, signed or unsigned, big or little");
  return subbits(e, a[0].text(), a[1].integer(), a[2].integer(), form);
}

constexpr function table[] = {
    {"bitand", 2, 2, bitand_of, "The bits that both integers have", "bitand(12, 10)", "8"},
    {"bitor", 2, 2, bitor_of, "The bits that either integer has", "bitor(12, 10)", "14"},
    {"bitxor", 2, 2, bitxor_of, "The bits that just one integer has", "bitxor(12, 10)", "6"},
    {"bitnot", 1, 1, bitnot_of, "All bits turned round", "bitnot(12)", "-13"},
    {"bitsl", 2, 2, bitsl_of, "The bits moved to the left", "bitsl(3, 4)", "48"},
    {"bitsr", 2, 2, bitsr_of, "The bits moved to the right", "bitsr(100, 3)", "12"},
    {"bitsize", 1, 1, bitsize_of, "How many bits a string has", "bitsize('AB')", "16"},
    {"subbits", 2, 6, subbits_of,
     "Bits of a string: their number, or the first (from 1), their number, a type (integer, float, bits), a "
     "sign "
     "(unsigned, signed) and an order (big, little)",
     "subbits('AB', 1, 16, 'integer', 'signed', 'little')", "16961"},
};

} // namespace

std::span<const function> bit_functions() noexcept { return table; }

} // namespace troupe::rules
