// emqx_rule_engine: without it no rule sees a message, and its endpoints are not there. Rules and resources
// stay what they are.
#include "plugin.hpp"

namespace troupe {

const plugin rule_engine_plugin{plugin_kind::rule_engine, "emqx_rule_engine", plugin_type::feature,
                                "EMQ X Rule Engine", true};

} // namespace troupe
