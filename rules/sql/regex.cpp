#include "troupe/rules/regex.hpp"

#include <algorithm>
#include <re2/re2.h>

namespace troupe::rules {

namespace {

constexpr std::int64_t most_memory = 1 << 20; // bytes of one compiled expression
constexpr int most_groups = 9;
constexpr std::size_t units_to_compile = 10'000; // and for each instruction:
constexpr std::size_t units_of_instruction = 100;
constexpr std::size_t units_of_match = 64;

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

} // namespace

struct pattern::compiled {
  explicit compiled(std::string_view expression)
      : regex(piece(expression), options()), repeats(expression.find_first_of("*+{") != expression.npos) {}

  std::size_t size() const { return static_cast<std::size_t>(std::max(regex.ProgramSize(), 0)); }

  // A large expression whose automaton does not fit takes a step for each of its instructions.
  std::size_t cost_of(std::string_view text) const { return text.size() * (1 + size() / 16); }

  re2::RE2 regex;
  bool repeats; // it may look far beyond what it finds
};

pattern::pattern(std::string_view expression) : compiled_(std::make_unique<compiled>(expression)) {}
pattern::~pattern() = default;

bool pattern::valid() const noexcept { return compiled_->regex.ok(); }

std::size_t pattern::cost_of_compiling() const noexcept {
  return units_to_compile + units_of_instruction * compiled_->size();
}

bool pattern::found_in(std::string_view text, work_budget& work) const {
  work.charge(compiled_->cost_of(text));
  return re2::RE2::PartialMatch(piece(text), compiled_->regex);
}

std::optional<std::string> pattern::replace_all(std::string_view text, std::string_view replacement,
                                                std::size_t most, work_budget& work) const {
  work.charge(compiled_->cost_of(text));
  const auto& regex = compiled_->regex;
  const int groups = std::min(regex.NumberOfCapturingGroups(), most_groups);
  re2::StringPiece found[most_groups + 1];
  std::string out;
  std::size_t at = 0;
  while (at <= text.size() &&
         regex.Match(piece(text), at, text.size(), re2::RE2::UNANCHORED, found, groups + 1)) {
    const auto begin = static_cast<std::size_t>(found[0].data() - text.data());
    work.charge(units_of_match + (compiled_->repeats ? (text.size() - at) / 64 : 0));
    out += text.substr(at, begin - at);
    append_replacement(out, replacement, found, groups);
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
    found = patterns_.emplace(expression, std::make_unique<pattern>(expression)).first;
    work.charge(found->second->cost_of_compiling());
  }
  return found->second->valid() ? found->second.get() : nullptr;
}

} // namespace troupe::rules
