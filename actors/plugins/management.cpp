// emqx_management: the HTTP API. Without it only the endpoints of plugins are left, which bring it back.
#include "plugin.hpp"

namespace troupe {

const plugin management_plugin{plugin_kind::management, "emqx_management", plugin_type::feature,
                               "EMQ X Management API and CLI", true};

} // namespace troupe
