// The action inspect: what a rule works with, on the console (reference/rule-engine.md section 8).
#include "actions.hpp"
#include "troupe/actors/log.hpp"
#include "troupe/actors/log_limiter.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace troupe::rules {

namespace {

constexpr std::size_t longest_part = 8UL * 1024; // bytes of the data, of the event and of the parameters
constexpr std::size_t uncut = 128;               // bytes that log::printable leaves whole

// As in log lines, but longer.
std::string shown(std::string_view text) {
  std::string out;
  for (auto left = text.substr(0, longest_part); !left.empty();
       left.remove_prefix(std::min(uncut, left.size())))
    out += log::printable(left.substr(0, uncut));
  return text.size() > longest_part ? out + "..." : out;
}

std::string json_of(const row& data) {
  std::string out;
  data.append_json(out);
  return out;
}

std::string json_of(const event& e, arena& memory) {
  row::members all;
  for (const auto c : e.columns())
    all.emplace_back(to_string(c), e.at(c, memory));
  return json_of(row{all});
}

std::string environment(const occasion& o) {
  if (o.event != nullptr)
    return json_of(record_event{*o.event, o.node, o.rule}, o.memory);
  return json_of(message_event{*o.message, o.node, o.rule}, o.memory);
}

// Whatever the level of the log is: who has made the rule wants to see it. So many outputs a second.
class inspect final : public action {
public:
  explicit inspect(const boost::json::object& params) : params_(shown(boost::json::serialize(params))) {}

  bool run(const row& data, occasion& o) override {
    const auto left_out = limiter_.next(o.now);
    if (!left_out)
      return true;
    const auto text = "[inspect] " + log::printable(o.rule) + ' ' + log::printable(o.action) +
                      left_out_note(*left_out) + "\n\tSelected Data: " + shown(json_of(data)) +
                      "\n\tEnvs: " + shown(environment(o)) + "\n\tAction Init Params: " + params_;
    log::show(text);
    return true;
  }

private:
  std::string params_;
  log_limiter limiter_;
};

} // namespace

const action_row inspect_row{
    "inspect",
    "emqx_rule_engine",
    "debug",
    {"Inspect (debug)", "检查 (调试)"},
    {"Inspect the details of action params for debug purpose", "检查动作参数 (用以调试)"},
    {},
    [](const boost::json::object& params, const action_surroundings&)
        -> std::variant<std::unique_ptr<action>, std::string> { return std::make_unique<inspect>(params); }};

} // namespace troupe::rules
