#include "actions.hpp"

namespace troupe::rules {

namespace {

class do_nothing final : public action {
public:
  bool run(const row& /*data*/, occasion& /*o*/) override { return true; }
};

} // namespace

const action_row do_nothing_row{
    "do_nothing",
    "emqx_rule_engine",
    "debug",
    {"Do Nothing (debug)", "空动作 (调试)"},
    {"This action does nothing and never fails. It's for debug purpose",
     "此动作什么都不做,并且不会失败 (用以调试)"},
    {},
    [](const boost::json::object&, const action_surroundings&)
        -> std::variant<std::unique_ptr<action>, std::string> { return std::make_unique<do_nothing>(); }};

} // namespace troupe::rules
