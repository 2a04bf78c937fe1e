// Functions on strings.
#include "function.hpp"
#include "grapheme.hpp"
#include "sprintf.hpp"

#include <boost/json/array.hpp>
#include <boost/json/string.hpp>

#include <algorithm>
#include <optional>
#include <vector>

namespace troupe::rules {

namespace {

using kind = value::kind;

constexpr std::int64_t longest_pad = 1'000'000;    // clusters
constexpr std::size_t longest_result = 16UL << 20; // bytes of a text with others put in many times

bool texts(evaluation& e, arguments a) {
  for (const auto& v : a)
    if (!v.is(kind::text)) {
      wrong(e, "a string", v);
      return false;
    }
  for (const auto& v : a)
    e.charge(v.text().size() / 4);
  return true;
}

value too_long(evaluation& e) {
  return e.fail("the result is longer than " + std::to_string(longest_result) + " bytes");
}

// Finding clusters of characters takes longer than looking at bytes.
void charge_clusters(evaluation& e, value text) { e.charge(2 * text.text().size()); }

// At worst each byte of a text is compared with all of what is looked for.
void charge_search(evaluation& e, value text, std::size_t wanted) {
  e.charge(text.text().size() / 2 * (1 + wanted / bytes_of_unit));
}

// A word among the last arguments, or the first one allowed where there is none.
std::string_view word_of(evaluation& e, arguments a, std::size_t at,
                         std::initializer_list<std::string_view> allowed) {
  if (at >= a.size())
    return *allowed.begin();
  if (a[at].is(kind::text))
    for (const auto word : allowed)
      if (a[at].text() == word)
        return word;
  std::string text = "expected one of";
  for (const auto word : allowed)
    text.append(" ").append(word);
  e.fail(std::move(text));
  return {};
}

// Each character is looked up.
value in_case(evaluation& e, arguments a, std::string (*form)(std::string_view)) {
  if (!texts(e, a))
    return {};
  e.charge(2 * a[0].text().size());
  return e.memory().text(form(a[0].text()));
}

value lower_of(evaluation& e, arguments a) { return in_case(e, a, lower_case); }
value upper_of(evaluation& e, arguments a) { return in_case(e, a, upper_case); }
value ltrim_of(evaluation& e, arguments a) { return texts(e, a) ? value{trim_start(a[0].text())} : value{}; }
value rtrim_of(evaluation& e, arguments a) { return texts(e, a) ? value{trim_end(a[0].text())} : value{}; }
value trim_of(evaluation& e, arguments a) {
  return texts(e, a) ? value{trim_start(trim_end(a[0].text()))} : value{};
}

value reverse_of(evaluation& e, arguments a) {
  if (!texts(e, a))
    return {};
  charge_clusters(e, a[0]);
  std::string out(a[0].text().size(), '\0');
  auto rest = a[0].text();
  for (auto at = out.end(); !rest.empty();) {
    const auto cluster = rest.substr(0, first_cluster(rest));
    at -= static_cast<std::ptrdiff_t>(cluster.size());
    std::copy(cluster.begin(), cluster.end(), at);
    rest.remove_prefix(cluster.size());
  }
  return e.memory().text(out);
}

value strlen_of(evaluation& e, arguments a) {
  if (!texts(e, a))
    return {};
  charge_clusters(e, a[0]);
  return value{static_cast<std::int64_t>(count_clusters(a[0].text()))};
}

value substr_of(evaluation& e, arguments a) {
  if (!texts(e, a.first(1)))
    return {};
  for (const auto& v : a.subspan(1))
    if (!v.is(kind::integer) || v.integer() < 0)
      return wrong(e, "an integer from 0 on", v);
  charge_clusters(e, a[0]);
  const auto count = a.size() == 3 ? static_cast<std::size_t>(a[2].integer()) : std::string_view::npos;
  return value{clusters(a[0].text(), static_cast<std::size_t>(a[1].integer()), count)};
}

// -- parts --------------------------------------------------------------------------------------------------

value list_of(evaluation& e, const std::vector<std::string_view>& parts, bool keep_empty) {
  auto& list = e.memory().new_list();
  for (const auto part : parts)
    if (keep_empty || !part.empty())
      list.push_back(e.memory().json(value{part}));
  return value{list};
}

std::vector<std::string_view> cut_at(std::string_view text, std::size_t at, std::size_t size) {
  if (at == std::string_view::npos)
    return {text};
  return {text.substr(0, at), text.substr(at + size)};
}

std::vector<std::string_view> cut_everywhere(std::string_view text, std::string_view separator) {
  std::vector<std::string_view> parts;
  for (auto at = text.find(separator); at != std::string_view::npos; at = text.find(separator)) {
    parts.push_back(text.substr(0, at));
    text.remove_prefix(at + separator.size());
  }
  parts.push_back(text);
  return parts;
}

value split_of(evaluation& e, arguments a) {
  if (!texts(e, a))
    return {};
  const auto mode =
      word_of(e, a, 2, {"all", "notrim", "leading", "leading_notrim", "trailing", "trailing_notrim"});
  const auto text = a[0].text();
  const auto separator = a[1].text();
  charge_search(e, a[0], separator.size());
  const bool keep_empty = mode.ends_with("notrim");
  if (separator.empty())
    return list_of(e, {text}, keep_empty);
  if (mode.starts_with("leading"))
    return list_of(e, cut_at(text, text.find(separator), separator.size()), keep_empty);
  if (mode.starts_with("trailing"))
    return list_of(e, cut_at(text, text.rfind(separator), separator.size()), keep_empty);
  return list_of(e, cut_everywhere(text, separator), keep_empty);
}

value tokens_of(evaluation& e, arguments a) {
  if (!texts(e, a))
    return {};
  std::string separators{a[1].text()};
  if (a.size() == 3) {
    if (a[2].text() != "nocrlf")
      return e.fail("expected nocrlf");
    separators += "\r\n";
  }
  charge_search(e, a[0], separators.size());
  std::vector<std::string_view> parts;
  auto text = a[0].text();
  for (auto at = text.find_first_of(separators); at != std::string_view::npos;
       at = text.find_first_of(separators)) {
    parts.push_back(text.substr(0, at));
    text.remove_prefix(at + 1);
  }
  parts.push_back(text);
  return list_of(e, parts, false);
}

// -- changes
// --------------------------------------------------------------------------------------------------

value concat_of(evaluation& e, arguments a) {
  return texts(e, a) ? e.memory().text(std::string{a[0].text()}.append(a[1].text())) : value{};
}

value pad_of(evaluation& e, arguments a) {
  if (!texts(e, a.first(1)) || (a.size() > 2 && !texts(e, a.subspan(2))))
    return {};
  if (!a[1].is(kind::integer) || a[1].integer() > longest_pad)
    return e.fail("the length is an integer up to " + std::to_string(longest_pad));
  const auto side = word_of(e, a, 2, {"trailing", "leading", "both"});
  const auto filling = a.size() > 3 ? a[3].text() : std::string_view{" "};
  const auto length = static_cast<std::size_t>(std::max<std::int64_t>(a[1].integer(), 0));
  charge_clusters(e, a[0]);
  const auto has = count_clusters(a[0].text());
  const auto missing = length > has ? length - has : 0;
  const auto before = side == "leading" ? missing : side == "both" ? missing / 2 : 0;
  if (filling.size() > 64)
    return e.fail("the filling is one character");
  if (missing * filling.size() > longest_result)
    return too_long(e);
  e.charge(missing * (1 + filling.size() / bytes_of_unit));
  std::string out;
  for (std::size_t i = 0; i < before; ++i)
    out += filling;
  out += a[0].text();
  for (std::size_t i = before; i < missing; ++i)
    out += filling;
  return e.memory().text(out);
}

value replace_of(evaluation& e, arguments a) {
  if (!texts(e, a))
    return {};
  const auto mode = word_of(e, a, 3, {"all", "leading", "trailing"});
  const auto text = a[0].text();
  const auto from = a[1].text();
  charge_search(e, a[0], from.size());
  if (from.empty())
    return a[0];
  const auto parts = mode == "leading"    ? cut_at(text, text.find(from), from.size())
                     : mode == "trailing" ? cut_at(text, text.rfind(from), from.size())
                                          : cut_everywhere(text, from);
  if (text.size() + parts.size() * a[2].text().size() > longest_result)
    return too_long(e);
  e.charge(parts.size() * (1 + a[2].text().size() / bytes_of_unit));
  std::string out{parts.front()};
  for (std::size_t i = 1; i < parts.size(); ++i)
    out.append(a[2].text()).append(parts[i]);
  return e.memory().text(out);
}

value find_of(evaluation& e, arguments a) {
  if (!texts(e, a))
    return {};
  const auto mode = word_of(e, a, 2, {"leading", "trailing"});
  charge_search(e, a[0], a[1].text().size());
  const auto at = mode == "leading" ? a[0].text().find(a[1].text()) : a[0].text().rfind(a[1].text());
  return value{at == std::string_view::npos ? std::string_view{} : a[0].text().substr(at)};
}

value ascii_of(evaluation& e, arguments a) {
  if (!texts(e, a))
    return {};
  return a[0].text().empty() ? e.fail("the string is empty")
                             : value{std::int64_t{static_cast<unsigned char>(a[0].text().front())}};
}

// -- patterns and formats -----------------------------------------------------------------------------------

value regex_match_of(evaluation& e, arguments a) {
  if (!texts(e, a))
    return {};
  const auto* pattern = e.patterns().find(a[1].text(), e.work());
  return pattern == nullptr ? e.fail("the regular expression is not valid (it is of RE2: without look-around "
                                     "and back references)")
                            : value{pattern->found_in(a[0].text(), e.work())};
}

value regex_replace_of(evaluation& e, arguments a) {
  if (!texts(e, a))
    return {};
  const auto* pattern = e.patterns().find(a[1].text(), e.work());
  if (pattern == nullptr)
    return e.fail(
        "the regular expression is not valid (it is of RE2: without look-around and back references)");
  const auto result = pattern->replace_all(a[0].text(), a[2].text(), longest_result, e.work());
  if (!result)
    return too_long(e);
  e.charge(result->size() / bytes_of_unit);
  return e.memory().text(*result);
}

value formatted(evaluation& e, std::string_view format, arguments given) {
  std::string out;
  const auto error = sprintf(out, format, given, e.work());
  return error.empty() ? e.memory().text(out) : e.fail(error);
}

value sprintf_of(evaluation& e, arguments a) {
  return texts(e, a.first(1)) ? formatted(e, a[0].text(), a.subspan(1)) : value{};
}

value sprintf_s_of(evaluation& e, arguments a) {
  if (!texts(e, a.first(1)))
    return {};
  if (!a[1].is(kind::list))
    return wrong(e, "a list", a[1]);
  std::vector<value> given;
  for (const auto& v : a[1].list())
    given.push_back(value::of(v));
  return formatted(e, a[0].text(), given);
}

constexpr function table[] = {
    {"lower", 1, 1, lower_of, "A string in lower case", "lower('ABC')", "\"abc\""},
    {"upper", 1, 1, upper_of, "A string in upper case", "upper('abc')", "\"ABC\""},
    {"trim", 1, 1, trim_of, "A string without blanks at its ends", "trim('  a b ')", "\"a b\""},
    {"ltrim", 1, 1, ltrim_of, "A string without blanks at its beginning", "ltrim('  a b ')", "\"a b \""},
    {"rtrim", 1, 1, rtrim_of, "A string without blanks at its end", "rtrim('  a b ')", "\"  a b\""},
    {"reverse", 1, 1, reverse_of, "A string backwards", "reverse('desk')", "\"ksed\""},
    {"strlen", 1, 1, strlen_of, "How many characters a string has", "strlen('smart')", "5"},
    {"substr", 2, 3, substr_of, "A string from a character on, counted from 0, or so many of them",
     "substr('gateway', 0, 4)", "\"gate\""},
    {"split", 2, 3, split_of,
     "The parts of a string between separators; at the first or last only with leading or trailing; with "
     "empty ones "
     "with notrim, leading_notrim or trailing_notrim",
     "split('p;q;;r', ';')", R"(["p","q","r"])"},
    {"tokens", 2, 3, tokens_of,
     "The parts of a string between any of the characters, and line ends with nocrlf",
     "tokens('p q,r', ' ,')", R"(["p","q","r"])"},
    {"concat", 2, 2, concat_of, "Two strings as one", "concat('a', 'b')", "\"ab\""},
    {"pad", 2, 4, pad_of,
     "A string made so long, with blanks or the given character, trailing, leading or both",
     "pad('7', 3, 'leading', '0')", "\"007\""},
    {"replace", 3, 4, replace_of, "A string with all of its parts, the leading or the trailing one replaced",
     "replace('x-y-z', '-', '+', 'leading')", "\"x+y-z\""},
    {"regex_match", 2, 2, regex_match_of, "Whether a regular expression is found in a string",
     "regex_match('dev42', '[0-9]+')", "true"},
    {"regex_replace", 3, 3, regex_replace_of,
     "A string with what a regular expression finds replaced: & stands for it, \\1 for a group",
     R"(regex_replace('ab12', '([a-z]+)', '<&>'))", "\"<ab>12\""},
    {"ascii", 1, 1, ascii_of, "The code of a string's first character", "ascii('m')", "109"},
    {"find", 2, 3, find_of, "A string from the first or last place on where another is found",
     "find('plant/floor2/floor3', 'floor', 'trailing')", "\"floor3\""},
    {"sprintf", 1, function::any_number, sprintf_of, "Values in a text, by Erlang's directives",
     "sprintf('~s=~p', 'k', 5)", "\"k=5\""},
    {"sprintf_s", 2, 2, sprintf_s_of, "The values of a list in a text, by Erlang's directives",
     "sprintf_s('~b of ~b', [2, 9])", "\"2 of 9\""},
};

} // namespace

std::span<const function> string_functions() noexcept { return table; }

} // namespace troupe::rules
