// emqx_sasl: enhanced authentication by SCRAM.
#include "plugin.hpp"

namespace troupe {

const plugin sasl_plugin{plugin_kind::sasl, "emqx_sasl", plugin_type::feature, "EMQ X SASL", true};

} // namespace troupe
