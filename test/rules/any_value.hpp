// Values of every kind, the awkward ones among them: the same ones in each run.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::rules::testing {

class any_value {
public:
  explicit any_value(std::uint64_t seed) : random_(seed) {}

  /// From `low` to `high`.
  std::int64_t integer(std::int64_t low, std::int64_t high) {
    const auto size = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) + 1;
    const auto n = size == 0 ? random_() : random_() % size;
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + n);
  }

  /// Of any size, but not the least one, which has no negative.
  std::int64_t whole() {
    const auto bits = integer(1, 63);
    return static_cast<std::int64_t>(random_() >> (64 - bits)) * (chance(2) ? -1 : 1);
  }

  bool chance(std::int64_t one_in) { return integer(1, one_in) == 1; }

  /// In eighths: neither its text nor its JSON loses anything.
  double eighths(std::int64_t most) { return static_cast<double>(integer(-8 * most, 8 * most)) / 8; }

  double between(double low, double high) {
    return low + (high - low) * static_cast<double>(random_() >> 11) / 9007199254740992.0; // 2^53
  }

  /// Of the characters of `from`, some of which may take several bytes.
  std::string text(const std::vector<std::string_view>& from, std::int64_t most) {
    std::string out;
    for (auto n = integer(0, most); n > 0; --n)
      out += from[static_cast<std::size_t>(integer(0, static_cast<std::int64_t>(from.size()) - 1))];
    return out;
  }

  /// No two characters of it become one.
  std::string text() {
    static const std::vector<std::string_view> from{"a",  "b",  "Z", "7", " ", "\t", ";", "-",  "/",
                                                    "\"", "\\", "&", "~", "ü", "ß",  "Σ", "日", "😀"};
    return text(from, 24);
  }

  /// ASCII, without `~` and `.`.
  std::string word() {
    static const std::vector<std::string_view> from{"a", "b", "C", "1", ";", "-", " "};
    return text(from, 16);
  }

  std::string key() {
    static const std::vector<std::string_view> from{"k", "x", "y", "temp"};
    return "k" + text(from, 3);
  }

  std::string bytes(std::int64_t most) {
    std::string out(static_cast<std::size_t>(integer(0, most)), '\0');
    for (auto& c : out)
      c = static_cast<char>(random_());
    return out;
  }

  boost::json::array list(int depth = 2) {
    boost::json::array out;
    for (auto n = integer(0, 5); n > 0; --n)
      out.push_back(json(depth - 1));
    return out;
  }

  boost::json::object map(int depth = 2) {
    boost::json::object out;
    for (auto n = integer(0, 4); n > 0; --n)
      out[key()] = json(depth - 1);
    return out;
  }

  /// What JSON can say.
  boost::json::value json(int depth = 2) {
    switch (integer(0, depth > 0 ? 6 : 4)) {
      case 0: return nullptr;
      case 1: return chance(2);
      case 2: return whole();
      case 3: return eighths(100'000);
      case 4: return boost::json::string{text()};
      case 5: return list(depth);
      default: return map(depth);
    }
  }

  /// Also what nobody would give.
  boost::json::value awkward() {
    static const std::vector<boost::json::value> rows{
        INT64_MIN,
        INT64_MAX,
        0,
        -1,
        1,
        64,
        1'000'000,
        -0.0,
        1e300,
        -1e-300,
        "",
        "\xFF\x00\xC3",
        "é\xCC\x81",
        "\r\n",
        "second",
        "nanosecond",
        "Z",
        "local",
        "+02:00",
        "%Y-%m-%d %N%:::z%",
        "%",
        "~",
        "~-1000.20.xs~b",
        "~p~w",
        "trailing",
        "leading_notrim",
        "nocrlf",
        "all",
        "integer",
        "float",
        "bits",
        "signed",
        "little",
        "[1e999]",
        "{\"a\":",
        "[[[[[]]]]]",
        "1e308",
        "-9223372036854775808",
        "a..b",
        "...",
        "(",
        "(a*)*b",
        "\\1&",
        "====",
        "QQ==",
        "\x83\x46\x7F\xF0",
        "2020-02-30T00:00:00Z",
        boost::json::array{},
        boost::json::object{},
        boost::json::array{72, 105},
        boost::json::array{boost::json::object{{"topic", "a/#"}, {"qos", 1}}, nullptr, "x"}};
    if (chance(2))
      return json();
    if (chance(8))
      return boost::json::string{bytes(32)};
    return rows[static_cast<std::size_t>(integer(0, static_cast<std::int64_t>(rows.size()) - 1))];
  }

private:
  std::mt19937_64 random_;
};

} // namespace troupe::rules::testing
