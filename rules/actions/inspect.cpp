#include "actions.hpp"
#include "troupe/actors/log.hpp"

#include <boost/json/serialize.hpp>

namespace troupe::rules {

namespace {

constexpr std::size_t longest_line = 64UL * 1024; // bytes

class inspect final : public action {
public:
  explicit inspect(const boost::json::object& params) : params_(boost::json::serialize(params)) {}

  bool run(const row& data, occasion& o) override {
    std::string line;
    data.append_json(line);
    if (line.size() > longest_line)
      line.resize(longest_line);
    log::info("[inspect] {} {}: selected data {}, action's params {}", o.rule, o.action, line, params_);
    return true;
  }

private:
  std::string params_;
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
