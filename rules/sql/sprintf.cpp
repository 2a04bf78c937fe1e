#include "sprintf.hpp"

#include "grapheme.hpp"
#include "term_text.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace troupe::rules {

namespace {

using kind = value::kind;

constexpr std::int64_t widest = 65'535;
constexpr std::size_t longest = 16UL << 20; // bytes of a result
constexpr std::size_t longest_padding = 64; // bytes

// ~F.P.PadC, as far as it is given.
struct directive {
  std::optional<std::size_t> width, precision;
  bool left = false;
  bool strings = true; // lists and binaries that are printable are shown as such
  std::string padding = " ";
  char what = 0;
};

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  out.reserve(text.size() * times);
  for (std::size_t n = 0; n < times; ++n)
    out += text;
  return out;
}

// `characters` are those of the text.
std::string adjusted(std::string text, std::size_t characters, std::size_t width, const directive& d) {
  const auto padding = repeated(d.padding, width - std::min(characters, width));
  return text.insert(d.left ? text.size() : 0, padding);
}

// In `width` characters, or as many stars: a number that is cut would be another one.
std::string in_field(std::string text, std::optional<std::size_t> width, const directive& d) {
  if (!width)
    return text;
  const auto most = std::min(*width, d.precision.value_or(*width));
  const auto characters = count_clusters(text);
  if (characters > most)
    return adjusted(std::string(most, '*'), most, *width, d);
  return adjusted(std::move(text), characters, *width, d);
}

// A precision cuts, or fills, the text before it is put in its width.
std::string text_in_field(std::string text, const directive& d) {
  if (!d.width && !d.precision)
    return text;
  auto characters = count_clusters(text);
  const auto inner = d.precision ? *d.precision : *d.width;
  if (characters > inner) {
    text = clusters(text, 0, inner);
    characters = inner;
  } else if (d.precision && d.width != d.precision) {
    text += repeated(d.padding, inner - characters);
    characters = inner;
  }
  return adjusted(std::move(text), characters, d.width.value_or(inner), d);
}

class formatter {
public:
  formatter(std::string& out, std::string_view format, std::span<const value> given, work_budget& work)
      : out_(out), rest_(format), given_(given), work_(work) {}

  std::string run() {
    while (!rest_.empty() && error_.empty()) {
      const auto tilde = std::min(rest_.find('~'), rest_.size());
      out_ += rest_.substr(0, tilde);
      rest_.remove_prefix(tilde);
      if (!rest_.empty()) {
        rest_.remove_prefix(1);
        const auto d = read();
        const auto text = error_.empty() ? text_of(d) : std::string{};
        work_.charge(text.size());
        if (error_.empty())
          out_ += text;
      }
      if (error_.empty() && out_.size() > longest)
        error_ = "the result is longer than " + std::to_string(longest) + " bytes";
    }
    if (error_.empty() && used_ < given_.size())
      error_ = "the format has fewer directives than there are values";
    return error_;
  }

private:
  // -- reading --------------------------------------------------------------------------------------------

  bool take(char c) {
    const bool here = rest_.starts_with(c);
    if (here)
      rest_.remove_prefix(1);
    return here;
  }

  // Digits, or an integer of the values.
  std::optional<std::int64_t> read_number() {
    if (take('*'))
      return bounded(next("an integer", [](value x) { return x.is(kind::integer); }).integer());
    std::int64_t n = 0;
    const auto size = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    if (size == 0)
      return std::nullopt;
    const auto [end, failed] = std::from_chars(rest_.data(), rest_.data() + size, n);
    rest_.remove_prefix(size);
    return bounded(failed == std::errc{} ? n : widest + 1);
  }

  std::int64_t bounded(std::int64_t n) {
    if (error_.empty() && (n > widest || n < -widest))
      error_ = "a width or precision is beyond " + std::to_string(widest);
    return error_.empty() ? n : 0;
  }

  void read_width(directive& d) {
    const bool minus = take('-');
    const auto n = read_number();
    if (minus && !n && error_.empty())
      error_ = "the format has a '-' without a width";
    if (!n)
      return;
    d.left = minus != (*n < 0);
    d.width = static_cast<std::size_t>(*n < 0 ? -*n : *n);
  }

  void read_precision(directive& d) {
    const auto n = read_number();
    if (n && *n < 0)
      error_ = "a precision is negative";
    else if (n)
      d.precision = static_cast<std::size_t>(*n);
  }

  void read_padding(directive& d) {
    if (take('*')) {
      const auto v = next(
          "a character", [](value x) { return x.is(kind::integer) && x.integer() > 0 && x.integer() < 128; });
      d.padding = std::string(1, error_.empty() ? static_cast<char>(v.integer()) : ' ');
    } else if (const auto size = first_cluster(rest_.substr(0, longest_padding)); size > 0) {
      d.padding = rest_.substr(0, size);
      rest_.remove_prefix(size);
    }
  }

  directive read() {
    directive d;
    read_width(d);
    if (take('.')) {
      read_precision(d);
      if (take('.'))
        read_padding(d);
    }
    for (bool more = true; more;) { // texts are Unicode, with `t` or without
      const bool plain = take('l');
      d.strings = d.strings && !plain;
      more = plain || take('t');
    }
    if (rest_.empty() && error_.empty())
      error_ = "the format ends within a directive";
    if (!error_.empty())
      return d;
    d.what = rest_.front();
    rest_.remove_prefix(1);
    return d;
  }

  value next(std::string_view wanted, bool (*fits)(value)) {
    if (!error_.empty())
      return {};
    if (used_ == given_.size())
      error_ = "the format has more directives than there are values";
    else if (!fits(given_[used_]))
      error_ = std::string{"the format wants "}.append(wanted).append(", not ").append(
          to_string(given_[used_].what()));
    else
      return given_[used_++];
    return {};
  }

  value next_text() {
    return next("a string", [](value x) {
      return x.is(kind::text) || x.is(kind::list) || x.is(kind::boolean) || x.is(kind::null) ||
             x.is(kind::undefined);
    });
  }

  // -- writing --------------------------------------------------------------------------------------------

  std::string fail(std::string why) {
    if (error_.empty())
      error_ = std::move(why);
    return {};
  }

  // Of a text that may come out shorter; finding its characters takes longer than looking at bytes.
  void charge_field(const std::string& text, const directive& d) {
    work_.charge(d.width || d.precision ? 2 * text.size() : 0);
  }

  bool fits_its_width(const directive& d) {
    if (!d.width || !d.precision || *d.precision <= *d.width)
      return true;
    fail(std::string{"the precision of ~"} + d.what + " is more than its width");
    return false;
  }

  // ~~ and ~c, as often as width or precision say.
  std::string characters(std::string_view one, const directive& d) {
    if (!fits_its_width(d))
      return {};
    const auto times = d.precision.value_or(d.width.value_or(1));
    return adjusted(repeated(one, times), times, d.width.value_or(times), d);
  }

  // As often as the width says; the precision says nothing.
  std::string newlines(const directive& d) {
    if (d.left)
      return fail("the width of ~n is negative");
    return repeated("\n", d.width.value_or(1));
  }

  std::string character(const directive& d) {
    const auto v = next("a character",
                        [](value x) { return x.is(kind::integer) && x.integer() > 0 && x.integer() < 128; });
    if (!error_.empty())
      return {};
    const char c = static_cast<char>(v.integer());
    return characters({&c, 1}, d);
  }

  std::string text(const directive& d) {
    const auto v = next_text();
    if (!fits_its_width(d))
      return {};
    std::string out;
    append_text(out, v);
    charge_field(out, d);
    return error_.empty() ? text_in_field(std::move(out), d) : out;
  }

  std::string term(const directive& d) {
    const auto v = next("a value", [](value) { return true; });
    if (!error_.empty())
      return {};
    std::string out;
    append_term(out, v, d.what == 'p' && d.strings ? term_style::pretty : term_style::bytes);
    charge_field(out, d);
    return d.what == 'p' ? out : in_field(std::move(out), d.width ? d.width : d.precision, d);
  }

  // The prefix of ~x and ~X is a value, too; that of ~+ and ~# is the base.
  std::string integer(const directive& d) {
    const auto base = d.precision.value_or(10);
    const auto v = next("an integer", [](value x) { return x.is(kind::integer); });
    std::string prefix;
    if (d.what == 'x' || d.what == 'X')
      append_text(prefix, next_text());
    else if (d.what == '+' || d.what == '#')
      prefix = std::to_string(base) + "#";
    if (base < 2 || base > 36)
      return fail("a base is 2 to 36");
    if (!error_.empty())
      return {};
    char digits[72];
    auto out = std::string{
        digits, std::to_chars(digits, digits + sizeof digits, v.integer(), static_cast<int>(base)).ptr};
    if (d.what == 'B' || d.what == 'X' || d.what == '#')
      std::transform(out.begin(), out.end(), out.begin(),
                     [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    out.insert(out.front() == '-' ? 1 : 0, prefix);
    auto only_width = d;
    only_width.precision.reset();
    return in_field(std::move(out), d.width, only_width);
  }

  std::string real(const directive& d) {
    const auto v = next("a float", [](value x) { return x.is(kind::real); });
    const auto precision = static_cast<int>(d.precision.value_or(6));
    const int least = d.what == 'e' ? 2 : 1;
    if (precision < least)
      return fail(std::string{"the precision of ~"} + d.what + " is at least " + std::to_string(least));
    if (!error_.empty())
      return {};
    auto out = d.what == 'f'   ? fixed_text(v.real(), precision)
               : d.what == 'e' ? scientific_text(v.real(), precision)
                               : general_text(v.real(), precision);
    auto only_width = d;
    only_width.precision.reset();
    return in_field(std::move(out), d.width, only_width);
  }

  std::string text_of(const directive& d) {
    switch (d.what) {
      case '~': return characters("~", d);
      case 'n': return newlines(d);
      case 'c': return character(d);
      case 's': return text(d);
      case 'p':
      case 'w': return term(d);
      case 'i': next("a value", [](value) { return true; }); return {};
      case 'b':
      case 'B':
      case 'x':
      case 'X':
      case '+':
      case '#': return integer(d);
      case 'f':
      case 'e':
      case 'g': return real(d);
      default: return fail(std::string{"the format has no directive ~"} + d.what);
    }
  }

  std::string& out_;
  std::string_view rest_;
  std::span<const value> given_;
  std::size_t used_ = 0;
  work_budget& work_;
  std::string error_;
};

} // namespace

std::string sprintf(std::string& out, std::string_view format, std::span<const value> given,
                    work_budget& work) {
  work.charge(given.size());
  return formatter{out, format, given, work}.run();
}

} // namespace troupe::rules
