#include "troupe/mqtt/utf8.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace troupe::mqtt;

namespace {

std::string code_point(std::uint32_t c) {
  if (c < 0x80)
    return {static_cast<char>(c)};
  const auto tail = [c](int shift) { return static_cast<char>(0x80 | (c >> shift & 0x3F)); };
  if (c < 0x800)
    return {static_cast<char>(0xC0 | c >> 6), tail(0)};
  if (c < 0x10000)
    return {static_cast<char>(0xE0 | c >> 12), tail(6), tail(0)};
  return {static_cast<char>(0xF0 | c >> 18), tail(12), tail(6), tail(0)};
}

text_kind kind_of(const std::string& text) {
  const std::vector<char> exact(text.begin(), text.end()); // the sanitizer sees reads past its end
  return check_text({exact.data(), exact.size()});
}

} // namespace

BOOST_AUTO_TEST_SUITE(utf8)

BOOST_AUTO_TEST_CASE(accepts_every_scalar_value) {
  for (std::uint32_t c = 1; c <= 0x10FFFF; ++c) {
    const bool surrogate = c >= 0xD800 && c <= 0xDFFF; // [MQTT-1.5.4-1]
    if (is_valid_utf8(code_point(c)) == surrogate)
      BOOST_TEST_CONTEXT(c) { BOOST_TEST(is_valid_utf8(code_point(c)) != surrogate); }
  }
  BOOST_TEST(!is_valid_utf8(code_point(0x110000)));
  BOOST_TEST(!is_valid_utf8(code_point(0x1FFFFF)));
  BOOST_TEST(!is_valid_utf8(std::string_view("\0", 1))); // [MQTT-1.5.4-2]
}

BOOST_AUTO_TEST_CASE(refuses_bad_sequences) {
  for (const char* bad : {"\x80",
                          "\xBF",
                          "\xC0\xAF",
                          "\xC1\xBF",
                          "\xE0\x80\x80",
                          "\xE0\x9F\xBF",
                          "\xF0\x80\x80\x80",
                          "\xF0\x8F\xBF\xBF",
                          "\xED\xA0\x80",
                          "\xED\xBF\xBF",
                          "\xF4\x90\x80\x80",
                          "\xF5\x80\x80\x80",
                          "\xF8\x88\x80\x80\x80",
                          "\xFE",
                          "\xFF",
                          "\xC3",
                          "\xC3(",
                          "\xE2\x82",
                          "\xE2(\xA1",
                          "\xE2\x82(",
                          "\xF0\x9F\x98",
                          "\xF0(\x8C\xBC",
                          "\xF0\x90(\xBC",
                          "\xF0\x90\x8C("}) {
    for (const std::size_t before : {0u, 1u, 7u, 8u, 9u, 20u})
      for (const std::size_t after : {0u, 1u, 8u, 17u}) {
        const std::string text = std::string(before, 'a') + bad + std::string(after, 'b');
        BOOST_TEST((kind_of(text) == text_kind::invalid), "at " << before << ": " << bad);
      }
  }
}

BOOST_AUTO_TEST_CASE(finds_one_byte_at_any_position) {
  for (std::size_t length = 1; length <= 40; ++length)
    for (std::size_t at = 0; at < length; ++at) {
      std::string text(length, 'x');
      BOOST_TEST((kind_of(text) == text_kind::plain));
      text[at] = '+';
      BOOST_TEST((kind_of(text) == text_kind::wildcards));
      text[at] = '#';
      BOOST_TEST((kind_of(text) == text_kind::wildcards));
      text[at] = '\0';
      BOOST_TEST((kind_of(text) == text_kind::invalid));
      text[at] = '\xA9';
      BOOST_TEST((kind_of(text) == text_kind::invalid));
    }
}

BOOST_AUTO_TEST_CASE(only_wildcards_are_wildcards) {
  for (int c = 1; c < 128; ++c)
    for (const std::size_t length : {1u, 3u, 5u, 8u, 13u, 16u}) {
      const bool wild = c == '+' || c == '#';
      const std::string text(length, static_cast<char>(c));
      BOOST_TEST((kind_of(text) == (wild ? text_kind::wildcards : text_kind::plain)), c << " x " << length);
    }
}

BOOST_AUTO_TEST_CASE(wildcards_among_other_letters) {
  BOOST_TEST((kind_of("\xC3\xA4/+") == text_kind::wildcards));
  BOOST_TEST((kind_of("a/+/bcdefgh\xC3\xA4") == text_kind::wildcards));
  BOOST_TEST((kind_of("\xE2\x82\xAC\xF0\x9F\x98\x80/b") == text_kind::plain));
  BOOST_TEST((kind_of("a/+/bcdefgh\xC3") == text_kind::invalid));
  BOOST_TEST((kind_of("") == text_kind::plain));
}

BOOST_AUTO_TEST_SUITE_END()
