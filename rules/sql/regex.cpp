#include "troupe/rules/regex.hpp"

#include "regex_shape.hpp"

#include <algorithm>
#include <re2/re2.h>

namespace troupe::rules {

namespace {

constexpr std::int64_t most_memory = 1 << 20; // bytes of one compiled expression
constexpr int most_groups = 9;
constexpr std::size_t units_to_compile = 10'000; // and for each byte and instruction:
constexpr std::size_t units_of_byte = 8;
constexpr std::size_t units_of_instruction = 100;
constexpr std::size_t units_of_match = 64;
constexpr std::size_t bytes_read_of_unit = 4; // by an automaton
constexpr std::size_t bytes_copied_of_unit = 16;

re2::RE2::Options options() {
  re2::RE2::Options o;
  o.set_log_errors(false);
  o.set_max_mem(most_memory);
  return o;
}

re2::StringPiece piece(std::string_view s) { return {s.data(), s.size()}; }

bool utf8_sequence_continues(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

void append_replacement(std::string& out, std::string_view replacement, const re2::StringPiece* found,
                        int groups) {
  for (std::size_t i = 0; i < replacement.size(); ++i) {
    char c = replacement[i];
    int group = c == '&' ? 0 : -1;
    if (c == '\\' && i + 1 < replacement.size()) {
      c = replacement[++i];
      group = c >= '0' && c <= '9' ? c - '0' : -1;
    }
    if (group < 0)
      out += c;
    else if (group <= groups)
      out.append(found[group].data(), found[group].size());
  }
}

// That the replacement names; 0: none.
int highest_group(std::string_view replacement) {
  int highest = 0;
  for (std::size_t i = 0; i + 1 < replacement.size(); ++i)
    if (replacement[i] == '\\') {
      const char c = replacement[++i];
      highest = c > '0' && c <= '9' ? std::max(highest, c - '0') : highest;
    }
  return highest;
}

} // namespace

struct pattern::compiled {
  explicit compiled(std::string_view expression)
      : regex(piece(expression), options()), far(looks_far(expression)) {}

  std::size_t size() const { return static_cast<std::size_t>(std::max(regex.ProgramSize(), 0)); }

  // An expression whose automaton does not fit takes a step for each of its instructions.
  std::size_t cost_of(std::size_t bytes) const { return bytes * (1 + size() / 2); }

  // Of finding something in the `rest` of a text, beside what reading that once takes.
  std::size_t cost_of_match(std::size_t rest) const {
    return units_of_match + (far ? rest / bytes_read_of_unit * (1 + size() / 64) : 0);
  }

  re2::RE2 regex;
  bool far; // each match may read all of the rest
};

pattern::pattern(std::string_view expression) : compiled_(std::make_unique<compiled>(expression)) {}
pattern::~pattern() = default;

bool pattern::valid() const noexcept { return compiled_->regex.ok(); }

std::size_t pattern::size() const noexcept { return compiled_->size(); }

bool pattern::found_in(std::string_view text, work_budget& work) const {
  work.charge(compiled_->cost_of(text.size()));
  return re2::RE2::PartialMatch(piece(text), compiled_->regex);
}

std::optional<std::string> pattern::replace_all(std::string_view text, std::string_view replacement,
                                                std::size_t most, work_budget& work) const {
  const auto& regex = compiled_->regex;
  const int groups = std::min(regex.NumberOfCapturingGroups(), highest_group(replacement));
  // Forwards, back to where a match begins, and again for its groups.
  work.charge(compiled_->cost_of(text.size()) * (groups > 0 ? 2 : 1) + text.size() / bytes_read_of_unit);
  re2::StringPiece found[most_groups + 1];
  std::string out;
  std::size_t at = 0;
  while (at <= text.size() &&
         regex.Match(piece(text), at, text.size(), re2::RE2::UNANCHORED, found, groups + 1)) {
    const auto begin = static_cast<std::size_t>(found[0].data() - text.data());
    const auto before = out.size();
    out += text.substr(at, begin - at);
    append_replacement(out, replacement, found, groups);
    work.charge(compiled_->cost_of_match(text.size() - at) + (out.size() - before) / bytes_copied_of_unit +
                replacement.size() / bytes_copied_of_unit);
    if (out.size() > most)
      return {};
    at = begin + found[0].size();
    if (!found[0].empty())
      continue;
    // Nothing was found between two characters: the next one stays.
    do
      if (at < text.size())
        out += text[at];
    while (++at < text.size() && utf8_sequence_continues(text[at]));
  }
  if (at < text.size())
    out += text.substr(at);
  return out;
}

const pattern* pattern_cache::find(std::string_view expression, work_budget& work) {
  auto found = patterns_.find(expression);
  if (found == patterns_.end()) {
    if (patterns_.size() == most) {
      patterns_.clear();
      ++forgotten_;
    }
    work.charge(units_to_compile + units_of_byte * expression.size());
    found = patterns_.emplace(expression, std::make_unique<pattern>(expression)).first;
    work.charge(units_of_instruction * found->second->size());
  }
  return found->second->valid() ? found->second.get() : nullptr;
}

} // namespace troupe::rules
