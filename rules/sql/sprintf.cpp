#include "sprintf.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace troupe::rules {

namespace {

using kind = value::kind;

constexpr int widest = 1000;
constexpr std::size_t longest = 16UL << 20; // bytes of a result

// ~F.P.PadC, as far as it is given.
struct directive {
  int width = 0;
  int precision = -1;
  bool left = false;
  char padding = ' ';
  char what = 0;
};

class formatter {
public:
  formatter(std::string& out, std::string_view format, std::span<const value> given)
      : out_(out), rest_(format), given_(given) {}

  std::string run() {
    while (!rest_.empty() && error_.empty()) {
      const auto tilde = std::min(rest_.find('~'), rest_.size());
      out_ += rest_.substr(0, tilde);
      rest_.remove_prefix(tilde);
      if (!rest_.empty()) {
        rest_.remove_prefix(1);
        one(read());
      }
      if (error_.empty() && out_.size() > longest)
        error_ = "the result is longer than " + std::to_string(longest) + " bytes";
    }
    if (error_.empty() && used_ < given_.size())
      error_ = "the format has fewer directives than there are values";
    return error_;
  }

private:
  int read_number() {
    int n = 0;
    while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
      n = std::min(n * 10 + (rest_.front() - '0'), widest);
      rest_.remove_prefix(1);
    }
    return n;
  }

  bool take(char c) {
    const bool here = rest_.starts_with(c);
    if (here)
      rest_.remove_prefix(1);
    return here;
  }

  directive read() {
    directive d;
    d.left = take('-');
    d.width = read_number();
    if (take('.')) {
      if (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9')
        d.precision = read_number();
      if (take('.') && !rest_.empty()) {
        d.padding = rest_.front();
        rest_.remove_prefix(1);
      }
    }
    take('t'); // Unicode, which texts are
    if (rest_.empty()) {
      error_ = "the format ends within a directive";
      return d;
    }
    d.what = rest_.front();
    rest_.remove_prefix(1);
    return d;
  }

  value next(std::string_view wanted, bool (*fits)(value)) {
    if (used_ == given_.size())
      error_ = "the format has more directives than there are values";
    else if (!fits(given_[used_]))
      error_ = std::string{"the format wants "}.append(wanted).append(", not ").append(
          to_string(given_[used_].what()));
    else
      return given_[used_++];
    return {};
  }

  void put(std::string text, const directive& d) {
    const auto width = static_cast<std::size_t>(d.width);
    if (text.size() < width)
      text.insert(d.left ? text.size() : 0, width - text.size(), d.padding);
    out_ += text;
  }

  static std::string real(const directive& d, double number) {
    char text[400];
    const int digits = d.precision < 0 ? 6 : std::min(d.precision, 253);
    const char* form = d.what == 'f' ? "%.*f" : d.what == 'e' ? "%.*e" : "%.*g";
    std::snprintf(text, sizeof text, form, digits, number);
    return text;
  }

  static std::string integer(const directive& d, std::int64_t i) {
    char text[72];
    const int base = d.precision < 2 || d.precision > 36 ? 10 : d.precision;
    std::string out{text, std::to_chars(text, text + sizeof text, i, base).ptr};
    if (d.what == 'B')
      std::transform(out.begin(), out.end(), out.begin(),
                     [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    return out;
  }

  void one(const directive& d) {
    const auto any = [](value) { return true; };
    switch (d.what) {
      case '~': out_ += '~'; return;
      case 'n': out_ += '\n'; return;
      case 's': {
        const auto v = next("a string", [](value x) {
          return x.is(kind::text) || x.is(kind::list) || x.is(kind::boolean) || x.is(kind::null) ||
                 x.is(kind::undefined);
        });
        std::string text;
        append_text(text, v);
        if (d.precision >= 0)
          text.resize(std::min(text.size(), static_cast<std::size_t>(d.precision)));
        return error_.empty() ? put(std::move(text), d) : void();
      }
      case 'p':
      case 'w': {
        std::string text;
        append_term(text, next("a value", any));
        return error_.empty() ? put(std::move(text), d) : void();
      }
      case 'i': next("a value", any); return;
      case 'b':
      case 'B': {
        const auto v = next("an integer", [](value x) { return x.is(kind::integer); });
        return error_.empty() ? put(integer(d, v.integer()), d) : void();
      }
      case 'c': {
        const auto v = next("a character", [](value x) {
          return x.is(kind::integer) && x.integer() > 0 && x.integer() < 128;
        });
        return error_.empty() ? put(std::string(1, static_cast<char>(v.integer())), d) : void();
      }
      case 'f':
      case 'e':
      case 'g': {
        const auto v = next("a float", [](value x) { return x.is(kind::real); });
        return error_.empty() ? put(real(d, v.real()), d) : void();
      }
      default:
        if (error_.empty())
          error_ = std::string{"the format has no directive ~"} + d.what;
    }
  }

  std::string& out_;
  std::string_view rest_;
  std::span<const value> given_;
  std::size_t used_ = 0;
  std::string error_;
};

} // namespace

std::string sprintf(std::string& out, std::string_view format, std::span<const value> given) {
  return formatter{out, format, given}.run();
}

void append_term(std::string& out, value v) {
  bool first = true;
  switch (v.what()) {
    case kind::text: out.append("<<\"").append(v.text()).append("\">>"); return;
    case kind::list:
      out += '[';
      for (const auto& element : v.list()) {
        if (!std::exchange(first, false))
          out += ',';
        append_term(out, value::of(element));
      }
      out += ']';
      return;
    case kind::map:
      out += "#{";
      for (const auto& member : v.map()) {
        if (!std::exchange(first, false))
          out += ',';
        append_term(out, value{std::string_view{member.key().data(), member.key().size()}});
        out += " => ";
        append_term(out, value::of(member.value()));
      }
      out += '}';
      return;
    default: append_text(out, v);
  }
}

} // namespace troupe::rules
